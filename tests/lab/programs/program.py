"""A program of the corpus: what it does, and when.

A program is an async function that gets a `Log` and calls it at every moment that matters. It
states in full what the log holds at the end: the labels in their order, each with its time in
steps. The same function runs in the lab and on the plain real loop.

Invariant: the order of a program's labels follows from the semantics of asyncio and threading
alone. What happens at one instant in two threads has no order, so such labels are a step apart,
or there is one label for all of them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import anyio
import anyio.to_thread

# The unit of time. A real wait is late by up to a few milliseconds; a step is far more.
STEP = 0.1
# The unit for programs that keep a core busy for a while: 80 requests take about 0.1 s.
LONG = 0.4


class Log:
    """What happened: labels, with the time since the start."""

    def __init__(self) -> None:
        self.entries: list[tuple[int, str]] = []
        self._began_ns = 0

    def start(self) -> None:
        """The program begins now."""
        self._began_ns = time.monotonic_ns()

    def __call__(self, label: str) -> None:
        """Note that this happens now. Safe from every thread."""
        self.entries.append((time.monotonic_ns() - self._began_ns, label))


class Tally:
    """One label for things that happen at the same moment in many threads."""

    def __init__(self, log: Log, label: str, at: tuple[int, ...]) -> None:
        self._log = log
        self._label = label
        self._at = at
        self._lock = threading.Lock()
        self._count = 0

    def add(self) -> None:
        """One more; at the counts that were asked for, the log hears of it."""
        with self._lock:
            self._count += 1
            if self._count in self._at:
                self._log(f"{self._count} {self._label}")


async def start_threads(log: Log, count: int) -> None:
    """Let anyio start so many worker threads, and only then let the log begin.

    On a busy machine each start takes milliseconds, one after another, which in a program with
    dozens of threads is more than a step; what such a program shows is how they are shared.
    """
    all_started = threading.Barrier(count)

    def start() -> None:
        all_started.wait()

    async with anyio.create_task_group() as group:
        for _ in range(count):
            group.start_soon(anyio.to_thread.run_sync, start)
    log.start()


Main = Callable[[Log], Awaitable[None]]


@dataclass(frozen=True)
class Program:
    """A program, and what is stated of it."""

    theme: str
    name: str
    title: str
    main: Main
    expected: list[tuple[int, str]]  # nanoseconds and label, in order
    step: float
    blocked_ns: int  # for how long the program holds the loop
    leaves: tuple[str, ...]  # the kinds of what it leaves behind, for the lab's list of leaks
    reports: tuple[str, ...]  # the kinds of misuse that the lab reports

    @property
    def id(self) -> str:
        """`sleeps.same_deadline`"""
        return f"{self.theme}.{self.name}"

    @property
    def step_ns(self) -> int:
        """The unit of time, as the clock counts it."""
        return round(self.step * 1e9)


registry: dict[str, Program] = {}


def program(
    title: str,
    expected: str,
    *,
    step: float = STEP,
    blocks: float = 0,
    leaves: tuple[str, ...] = (),
    reports: tuple[str, ...] = (),
) -> Callable[[Main], Main]:
    """Put an async function into the corpus.

    expected   one line for each label: its time in steps, then the label
    blocks     for how many steps the program holds the loop
    """

    def register(main: Main) -> Main:
        theme = main.__module__.rpartition(".")[2]
        name = main.__name__
        step_ns = round(step * 1e9)
        made = Program(
            theme, name, title, main, _parse(expected, step_ns), step,
            round(blocks * step_ns), leaves, reports,
        )  # fmt: skip
        if made.id in registry:
            raise ValueError(f"two programs are called {made.id}")
        registry[made.id] = made
        return main

    return register


def _parse(expected: str, step_ns: int) -> list[tuple[int, str]]:
    entries = []
    for line in expected.strip().splitlines():
        steps, label = line.split(maxsplit=1)
        entries.append((round(float(steps) * step_ns), label.strip()))
    return entries


async def perform(made: Program, log: Log) -> None:
    """Run a program, and note how it ended."""
    log.start()
    try:
        await made.main(log)
    except BaseException as error:
        log(f"raised {type(error).__name__}")
    else:
        log("returned")
