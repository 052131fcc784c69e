"""The control: plain sleeps and hops to a thread, measured beside a real run in the same process.

A program's real events are late for two reasons: the lab may be wrong, or the machine was busy.
The control is late for the second reason alone. It is a chain, as programs are: it sleeps for
a fifth of a step, hands a job to a thread and waits for it, and does it again. In a chain
lateness adds up, so what counts is its sum. The chain has more links than any program's, so it
meets what the machine does to a program and more.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType

TICKS_PER_STEP = 5


class Control:
    """Measures while its block runs. `late_ns` is by how much the chain fell behind."""

    def __init__(self, step_ns: int) -> None:
        self.late_ns = 0
        self._pause_ns = step_ns // TICKS_PER_STEP
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._measure)

    def __enter__(self) -> Control:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _measure(self) -> None:
        with ThreadPoolExecutor(1) as pool:
            while not self._over.is_set():
                began = time.monotonic_ns()
                time.sleep(self._pause_ns / 1e9)
                pool.submit(int).result()
                self.late_ns += time.monotonic_ns() - began - self._pause_ns
