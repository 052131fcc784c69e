"""Ends a run: lets the program clean up, ends its threads, keeps what would not end.

After a normal end, tasks that are left are cancelled and waited for, as `asyncio.run` does, in
virtual time. A program that the lab had to end gets a moment of real time for that; one that the
user stopped gets none.

Invariant: threads are ended one after the other, in the order in which they began, so that what
they do as they end is in the same order each time.
Refuses to wait for ever: not for a task that swallows its cancellation, and not for a thread.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import inspect
import types
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from checker.lab import explain, stuck, where
from checker.lab.clock import Strand
from checker.lab.current import local
from checker.lab.errors import ThreadStuck, lets_clean_up
from checker.lab.insist import throw_into
from checker.lab.originals import monotonic, release
from checker.lab.stop import GRACE_S

if TYPE_CHECKING:
    from checker.lab.machine import Machine

_POLITE_S = 1.0  # for threads to end by themselves, after a normal end of the program
_AGAIN_S = 0.002


def clean_up(machine: Machine) -> None:
    """What `asyncio.run` does after `main`."""
    loop = machine.loop
    loop.last_turn = loop.turns + loop.turns_limit
    if machine.verdict is not None and loop._ready:
        # The callback is among them that tells of the main task's end: it would stop the next run.
        attempt(machine, lambda: _one_turn(loop))
    pending = tasks_of(machine)
    if machine.verdict is None:
        machine.leaks.pending([task for task in pending if task is not machine.main])
        machine.leaks.generators(loop)
    well = machine.verdict is None
    attempt(machine, lambda: _cancel(machine, pending))
    if well and machine.verdict is not None:
        # It ended as they were cancelled, and some may wait again.
        attempt(machine, lambda: _cancel(machine, tasks_of(machine)))
    attempt(machine, lambda: loop.run_until_complete(loop.shutdown_asyncgens()))
    attempt(machine, lambda: loop.run_until_complete(loop.shutdown_default_executor()))
    abandon(machine)


def tasks_of(machine: Machine) -> list[Any]:
    """The tasks that have not ended, in the order in which they began."""
    held = {*asyncio.all_tasks(machine.loop), *machine.held}
    tasks: list[Any] = [task for task in held if not task.done()]
    return sorted(tasks, key=lambda task: getattr(task, "lane", 0))


def attempt(machine: Machine, step: Callable[[], Any]) -> None:
    """Let code of the program run: freely, or shortly if the lab has ended it, or not at all."""
    if not lets_clean_up(machine.verdict):
        return
    try:
        with machine.button.program(None if machine.verdict is None else GRACE_S):
            step()
    except BaseException as error:
        if machine.verdict is None and not machine.button.pressed:
            machine.error = machine.error or error
    if machine.verdict is not None:
        machine.error = machine.error or machine.verdict
    machine.settle()


def _cancel(machine: Machine, pending: list[Any]) -> None:
    for task in pending:
        task.cancel()
    if pending:
        machine.loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))


def _one_turn(loop: asyncio.AbstractEventLoop) -> None:
    loop.stop()
    loop.run_forever()


def abandon(machine: Machine) -> None:
    """Let what did not end never run again: not now, and not when it is collected."""
    tasks = tasks_of(machine)
    for task in tasks:
        task._log_destroy_pending = False
        _keep(task)
    if not tasks and machine.verdict is None:
        return
    for thing in gc.get_objects():
        if isinstance(thing, types.CoroutineType):
            if inspect.getcoroutinestate(thing) == inspect.CORO_CREATED:
                thing.close()
            elif where.label(thing.cr_code.co_filename) and thing.cr_frame is not None:
                _keep(thing)
        elif (
            isinstance(thing, types.GeneratorType)
            and thing.gi_frame is not None
            and where.label(thing.gi_code.co_filename)
        ):
            _keep(thing)


def _keep(thing: Any) -> None:
    # A reference that is never given back. A list would be emptied when the interpreter ends,
    # and the `finally` blocks of all that is in it would run then.
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))


def end_threads(machine: Machine) -> None:
    """End every strand that has not ended: idle workers as a matter of course."""
    strands = machine.threads.strands
    left = [strand for strand in list(strands.values()) if not strand.ended]
    if machine.verdict is None:
        for strand in left:
            if not stuck.is_idle(strand):
                machine.leaks.add("thread", f"{strand.name} had not ended", stuck.stand(strand)[0])
        for pool in [*machine.threads.open_pools(), *machine.processes.open_pools()]:
            machine.leaks.add("pool", f"a {type(pool).__name__} was not shut down")
    running = machine.clock.holder
    machine.clock.over = True
    local.strand = None
    end = monotonic() + (_POLITE_S if machine.verdict is None else GRACE_S / 2)
    for strand in left:
        _let_go(strand)
        while strand is not running and strand.thread.is_alive() and monotonic() < end:
            strand.thread.join(_AGAIN_S)
    left = [strand for strand in list(strands.values()) if strand.thread.is_alive()]
    if left and (left := _insist(machine, left)):
        _report_stuck(machine, left)
    machine.threads.forget_pools()


def _let_go(strand: Strand) -> None:
    """Whatever it waits for: it runs now, and finds that the run is over."""
    with suppress(RuntimeError):
        release(strand.baton)


def _insist(machine: Machine, left: list[Strand]) -> list[Strand]:
    """End those who swallow it. Return those that sit in a call which Python cannot interrupt."""
    machine.button.insistence.begin()
    end = monotonic() + GRACE_S
    while left and monotonic() < end:
        for strand in left:
            _let_go(strand)
            if not strand.ended and strand.thread.ident is not None:
                throw_into(strand.thread.ident)
        left[0].thread.join(_AGAIN_S)
        left = [strand for strand in left if strand.thread.is_alive()]
    machine.button.insistence.end()
    return left


def _report_stuck(machine: Machine, left: list[Strand]) -> None:
    text = explain.threads_left(left)
    error = machine.verdict or machine.error
    if error is None:
        machine.error = machine.verdict = ThreadStuck(text)
    else:
        error.add_note(text)
