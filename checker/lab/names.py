"""Names and numbers for what runs, counted anew in each run.

asyncio and threading count over the whole process (`Task-17`, `Thread-4`), so the same program
would get other names on its second run. The lab counts by itself, per run and per name.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

_POOL_THREAD = ("ThreadPoolExecutor-", "asyncio_", "AnyIO worker thread")


class Names:
    """The names and lanes of one run."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lanes = 0
        self.running: Callable[[], int] = lambda: 0  # the lane that runs now

    def lane(self) -> int:
        """The number for a lane that begins. They count from 1; the loop is 0."""
        self._lanes += 1
        return self._lanes

    def numbered(self, base: str) -> str:
        """`fetch-1`, then `fetch-2`."""
        self._counts[base] += 1
        return f"{base}-{self._counts[base]}"

    def take_back(self, name: str) -> None:
        """A name is not used after all; if it was the last of its kind, the next may have it."""
        base, _, number = name.rpartition("-")
        if self._counts[base] == int(number):
            self._counts[base] -= 1

    def task(self, coroutine: Any) -> str:
        """The name of a task that was given none: that of its function, and a number."""
        name = getattr(coroutine, "__qualname__", None) or type(coroutine).__name__
        return self.numbered(str(name).rpartition("<locals>.")[2])

    def thread(self, thread: threading.Thread) -> str:
        """The name of a thread: the one the program gave it, or its kind and a number."""
        name = thread.name
        if name.startswith(_POOL_THREAD):
            return self.numbered("thread")
        if name.startswith("Thread-"):
            target = getattr(thread, "_target", None)
            return self.numbered(getattr(target, "__name__", "thread"))
        return name
