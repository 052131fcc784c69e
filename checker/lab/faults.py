"""Faults: what goes wrong in production, done to a program at every moment at which it can.

A cancellation can meet a task only where it is suspended, so a program has as many moments to be
cancelled as it has suspensions. `cancel_everywhere` runs it once for each. `seeds` runs it under
many schedules of latencies. `disconnect_everywhere` sends a request and leaves, once after each
message of the response. They return the runs; nothing is raised, so that all can be looked at.
Every run says in `run.fault` what was done to it, and at which line.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from checker.lab import where
from checker.lab.errors import WrongUse
from checker.lab.run import Run, execute
from checker.lab.tasks import Elsewhere
from checker.lab.traced import Traced

if TYPE_CHECKING:
    from checker.lab.machine import Machine

_Main = Callable[..., Awaitable[Any]]
_USUAL = {"cores": 4, "threads": 40, "seed": 0}


class Fault(NamedTuple):
    """What was done to a program."""

    kind: str  # cancelled, seed, disconnected
    number: int  # the first suspension or seed is 0; messages that the client saw
    at: str  # "app.py:7": where the program was suspended
    on: str  # what it waited for there

    def __str__(self) -> str:
        if self.kind == "seed":
            return f"with seed {self.number}"
        place = f" at {self.at}" if self.at else ""
        if self.kind == "disconnected":
            place = f" after {self.number} messages{place and ', the handler' + place}"
        waiting = f", waiting for {self.on}" if self.on else ""
        return f"{self.kind}{place}{waiting}"


def _execute(
    main: _Main, args: tuple[Any, ...], size: dict[str, int], fault: Injected | None = None
) -> Run:
    """Run once. What ends the whole session (Ctrl-C) ends the series as well."""
    run = execute(main, args, _USUAL | size, fault=fault)
    if isinstance(run.error, KeyboardInterrupt | SystemExit):
        raise run.error
    return run


class Injected:
    """Cancels a task at one of its suspensions; counts them all."""

    def __init__(self, task: str, number: int) -> None:
        self._task = task
        self._number = number
        self.seen = 0
        self.fault: Fault | None = None

    def attach(self, machine: Machine) -> None:
        """Listen to the loop of this run."""
        assert isinstance(machine.loop, Traced)
        machine.loop.on_suspended = self._on_suspended

    def _on_suspended(self, task: asyncio.Task[Any], place: tuple[str, str] | None = None) -> None:
        waits_for: Any = task._fut_waiter  # type: ignore[attr-defined]
        if task.get_name() != self._task or (place is None and isinstance(waits_for, Elsewhere)):
            return
        if self.seen == self._number:
            at, on = place or where.suspension(task)[:2]
            self.fault = Fault("cancelled", self._number, at, on)
            task.cancel()
        self.seen += 1


def cancel_everywhere(
    main: _Main, *args: Any, task: str = "main", limit: int = 1000, **size: int
) -> list[Run]:
    """Run `main(*args)` once per suspension of a task, and cancel the task there.

    task    the name of the task to cancel; "main" is the program itself
    limit   how many runs at most: a program with more suspensions is refused
    size    cores, threads and seed, as for lab.run

    The first run is left alone, and counts the suspensions; if the program fails by itself, that
    is raised. In the runs returned, a cancelled program usually ended with CancelledError.
    """
    count = Injected(task, -1)
    alone = _execute(main, args, size, count)
    if alone.error is not None:
        raise alone.error
    if not count.seen:
        raise WrongUse(
            f"no task named {task!r} was ever suspended, so there is no moment to cancel it at; "
            "the names of the tasks are in run.table()"
        )
    if count.seen > limit:
        raise WrongUse(
            f"{task} is suspended {count.seen} times, and the limit is {limit} runs; make the "
            "program smaller, or pass a higher limit"
        )
    runs = []
    for number in range(count.seen):
        injected = Injected(task, number)
        run = _execute(main, args, size, injected)
        run.fault = injected.fault
        runs.append(run)
    return runs


def seeds(main: _Main, *args: Any, n: int = 20, **size: int) -> list[Run]:
    """Run `main(*args)` with the seeds 0 to n-1: other latencies, another order of events."""
    if n < 1:
        raise WrongUse(f"n={n}: at least one seed is needed")
    runs = []
    for seed in range(n):
        run = _execute(main, args, size | {"seed": seed})
        run.fault = Fault("seed", seed, "", "")
        runs.append(run)
    return runs


def disconnect_everywhere(
    app: Any,
    path: str,
    *,
    method: str = "GET",
    headers: Any = None,
    body: bytes | None = b"",
    limit: int = 100,
    patience: float = 60,
    **size: int,
) -> list[Run]:
    """Request `path` of an ASGI app once per message of its response, and leave after it.

    limit     of messages: a response that never ends is left after so many at the latest
    patience  of the server with a handler that goes on for nobody: after so many seconds it
        is cancelled, and stands in `run.leaks`
    size      cores, threads and seed, as for lab.run

    The first run leaves before the app has sent anything, the last one before the last message.
    `run.result` is the list of what the app raised. The app is the same in all runs.
    """
    runs = []
    for number in range(limit):
        client = _LeavingClient(app, method, path, headers, body, number, patience)
        run = _execute(client.visit, (), size)
        if client.saw_the_end:
            break
        run.fault = client.fault
        runs.append(run)
    return runs


class _LeavingClient:
    """Reads so many messages of a response, and leaves."""

    def __init__(
        self,
        app: Any,
        method: str,
        path: str,
        headers: Any,
        body: bytes | None,
        number: int,
        patience: float,
    ) -> None:
        self._app, self._number, self._patience = app, number, patience
        self._request = (method, path, headers, body)
        self.saw_the_end = False
        self.fault: Fault | None = None

    async def visit(self) -> list[Any]:
        from checker.lab.asgi import serve

        method, path, headers, body = self._request
        async with (
            serve(self._app, grace=self._patience) as server,
            server.connect(method, path, headers=headers, body=body) as exchange,
        ):
            for _ in range(self._number):
                await exchange.receive()
                self.saw_the_end = exchange.complete
                if self.saw_the_end:
                    return []
            at, on = await _stands(f"{method} {path}")
            self.fault = Fault("disconnected", self._number, at, on)
            exchange.disconnect()
        return server.errors


async def _stands(name: str) -> tuple[str, str]:
    """Where the handler with this task name waits, once it does.

    A response that streams is sent by a task of its own, so where the handler itself is in no
    line of the program, a task that it may have begun is asked.
    """
    while True:
        tasks: list[Any] = sorted(asyncio.all_tasks(), key=hash)  # in the order of their lanes
        handler = next((task for task in tasks if task.get_name() == name), None)
        if handler is None:
            return "", ""
        if handler._fut_waiter is not None:
            break
        await asyncio.sleep(0)
    for task in tasks[tasks.index(handler) :]:
        at, on, _ = where.suspension(task)
        if at:
            return at, on
    return "", ""
