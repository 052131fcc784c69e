"""What the C library does with memory, where a default does harm. Only glibc can be told.

A process does this before it forks. In a fork the call itself costs milliseconds: it goes through
all that was ever freed, and so copies its pages.
"""

from __future__ import annotations

import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_ARENAS = 2
_LARGE_BYTES, _SPARE_BYTES = 1 << 20, 4 << 20


def share_arenas() -> None:
    """Let threads allocate from two arenas, in this process and in those forked from it.

    Each thread would reserve addresses for an arena of its own, more than for its stack, and a
    program of fifty threads would have none left.
    """
    _set(_ARENA_MAX, _ARENAS)


def give_back() -> None:
    """Give large blocks back to the system as soon as they are free.

    Left to itself, it keeps the more of them the larger they are, for the next one. A process that
    reads what strangers send would go on holding what the largest message needed.
    """
    _set(_MMAP_THRESHOLD, _LARGE_BYTES)
    _set(_TRIM_THRESHOLD, _SPARE_BYTES)


def _set(parameter: int, value: int) -> None:
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):
        libc.mallopt(parameter, value)
