"""Random programs end, or are named as stuck; in the same order each time; and leave nothing."""

from __future__ import annotations

import asyncio
import heapq
import selectors
import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from checker import lab
from tests.lab.installed import snapshot
from tests.lab.random_programs import Interpreter, Program, programs

# Always the same ones in `make test`, and others each time at length.
for_many_programs = pytest.mark.parametrize(
    "examples", [30, pytest.param(2_000, marks=pytest.mark.long)]
)


def with_programs(examples: int, threads: bool, holds: Callable[[Program], None]) -> None:
    """Call `holds` with so many random programs."""
    profile = settings(
        max_examples=examples,
        deadline=None,
        derandomize=examples < 100,
        # A step that is nested too deeply is drawn anew, which happens often and costs little.
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.filter_too_much,
        ],
    )

    @profile
    @given(programs(threads=threads))
    def check(program: Program) -> None:
        holds(program)

    check()


def run(program: Program) -> tuple[list[str], str, str]:
    """The log, the trace, and how it ended."""
    interpreter = Interpreter(program)
    outcome = lab.run(interpreter.main, catch=True, turns=2000)
    return interpreter.log, outcome.trace.dump(), type(outcome.error).__name__


@for_many_programs
def test_a_program_ends_or_is_stuck_and_does_the_same_twice(examples: int) -> None:
    with_programs(examples, True, ends_and_does_the_same_twice)


def ends_and_does_the_same_twice(program: Program) -> None:
    before, threads = snapshot(), set(threading.enumerate())
    first = run(program)
    assert first[2] in ("NoneType", "Deadlock", "CancelledError")
    assert run(program) == first
    assert snapshot() == before
    # Another test's may still be there, and may end meanwhile.
    assert set(threading.enumerate()) <= threads


@for_many_programs
def test_without_threads_it_does_what_asyncio_does(examples: int) -> None:
    with_programs(examples, False, does_what_asyncio_does)


def does_what_asyncio_does(program: Program) -> None:
    """The reference is asyncio's own loop and timers; only its selector jumps in place of waiting.

    asyncio's heap looks at deadlines alone, so ties among its timers are broken as they were set.
    """
    log, _, ended = run(program)
    interpreter = Interpreter(program)
    loop = _Reference()
    try:
        loop.run_until_complete(interpreter.main())
        reference = "NoneType"
    except _Stuck:
        reference = "Deadlock"
    finally:
        logged = list(interpreter.log)
        loop.give_up()
    assert (log[: len(logged)], ended) == (logged, reference)


class _Stuck(Exception):
    """Nothing is left that could wake the reference."""


class _Jump(selectors.SelectSelector):
    """Lets the time pass at once."""

    now_ns = 0

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise _Stuck
        self.now_ns += round(timeout * 1e9)
        return []


class _Timer(asyncio.TimerHandle):
    number = 0

    def __lt__(self, other: Any) -> bool:
        return bool((self._when, self.number) < (other._when, other.number))  # type: ignore[attr-defined]


class _Reference(asyncio.SelectorEventLoop):
    """asyncio's loop on a clock that jumps."""

    def __init__(self) -> None:
        self.jump = _Jump()
        self._made = 0
        super().__init__(self.jump)

    def time(self) -> float:
        return self.jump.now_ns / 1e9

    def call_at(  # type: ignore[override]  # A test needs no more of it.
        self, when: float, callback: Any, *args: Any, context: Any = None
    ) -> Any:
        timer: Any = _Timer(round(when * 1e9) / 1e9, callback, args, self, context)
        self._made += 1
        timer.number = self._made
        heapq.heappush(self._scheduled, timer)  # type: ignore[attr-defined]
        timer._scheduled = True
        return timer

    def give_up(self) -> None:
        """Cancel what is left, and close."""
        for _ in range(50):
            left = [task for task in asyncio.all_tasks(self) if not task.done()]
            if not left:
                break
            for task in left:
                task.cancel()
            try:
                self.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            except _Stuck:
                continue
        self.close()
