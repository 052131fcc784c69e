"""Lets a notebook's output streams work as they do outside of a run.

In a kernel, `print` hands its text to a thread of the kernel and `flush` waits for that thread. It
is no part of the run, so a strand that waits for it would never be woken, and after ten virtual
seconds it would give up. So the streams meet the real clock and the real locks.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from checker.lab.current import outside
from checker.lab.swap import Swaps


def install(swaps: Swaps) -> None:
    """For as long as the run lasts; nothing is imported for it."""
    module = sys.modules.get("ipykernel.iostream")
    if module is None:
        return
    for name in ("write", "flush"):
        swaps.attribute(module.OutStream, name, _outside(getattr(module.OutStream, name)))


def _outside(real: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        with outside():
            return real(*args, **kwargs)

    return call
