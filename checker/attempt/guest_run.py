"""One run on the attempt's side of a wall: a machine whose clock is the other side's.

Before the time moves here, the other side is asked, and does what comes first there. What is
called here, and what is told, comes in between.

Invariant: this side speaks only when it is its turn, and then hands the turn over.
"""

from __future__ import annotations

import asyncio
import contextvars
import gc
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from checker.attempt.borrowed import Borrower
from checker.attempt.frames import HEAD, READ_BYTES, Message, decode, encode, pack, unpack
from checker.attempt.inside import Inside, NoSuchName, Target
from checker.attempt.raised import Raised
from checker.attempt.values import DoesNotCross, cross
from checker.lab import where
from checker.lab.clock import NEVER
from checker.lab.errors import LabError
from checker.lab.run import Run

if TYPE_CHECKING:
    from checker.lab.machine import Machine

_MOST_NOTES = 200
_OURS = "\n  main waits for GuestRun.main"
_read, _write, _exit = os.read, os.write, os._exit


class Wire:
    """The attempt's end."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._inbox = bytearray()

    def send(self, batch: list[Message]) -> None:
        data = memoryview(encode(batch))
        while data:
            data = data[_write(self._descriptor, data) :]

    def receive(self) -> list[Message]:
        self._need(HEAD.size)
        (size,) = HEAD.unpack_from(self._inbox)
        self._need(HEAD.size + size)
        data = bytes(self._inbox[HEAD.size : HEAD.size + size])
        del self._inbox[: HEAD.size + size]
        return decode(data)

    def _need(self, size: int) -> None:
        while len(self._inbox) < size:
            data = _read(self._descriptor, max(READ_BYTES, size - len(self._inbox)))
            if not data:
                _exit(0)
            self._inbox += data


class GuestRun:
    """The machine over here, as the partner of the one over there."""

    machine: Machine

    def __init__(self, wire: Wire, inside: Inside, batch: list[Message]) -> None:
        self._wire, self._inside = wire, inside
        self._batch = batch
        self._out: list[Message] = []
        self.borrower = Borrower(self._ask, self._out.append)
        self._tasks: dict[int, Any] = {}
        self._given_up: set[int] = set()  # calls that the other side has cancelled
        self._watched: dict[Any, int] = {}
        self._waits: dict[int, asyncio.Future[Any]] = {}
        self._states: dict[str, dict[str, Any]] = {}
        self._end: asyncio.Future[None] | None = None
        self._context = contextvars.Context()
        self._granted = -1
        self._pinged = False

    # The machine.

    def attach(self, machine: Machine) -> None:
        """Belong to this machine, before it runs."""
        self.machine = machine
        clock, loop = machine.clock, machine.loop
        self._end = loop.create_future()
        machine.loop.on_suspended = self._suspended  # type: ignore[attr-defined]
        report = clock.when_blocked

        def blocked(began: int, on: str) -> None:
            report(began, on)
            found = machine.blocking.found[-1]
            self._out.append(["blocked", began, found.what, found.where, found.task])

        clock.when_blocked = blocked
        self._hear(self._batch)
        clock.partner = self

    async def main(self) -> None:
        """What the run waits for: that it is told to end."""
        assert self._end is not None
        # All that is here now belongs to the machine, and is no leak of the program, whose first
        # line runs after this one. This process ends before the machines of a few runs matter.
        gc.freeze()
        await self._end

    def goes_first(self, when: int, seq: int) -> bool:
        """Before the time moves, the other side does all that comes first."""
        clock = self.machine.clock
        if self.machine.verdict is not None:
            # What tidies up after a verdict needs its time like anybody else.
            self._granted = -1
        if when <= max(clock.now, self._granted):
            return False
        # A loop with nothing to do is free. To let it answer itself would wake it, and so help a
        # program that forgot to.
        if self._pinged and clock.loop_is_idle:
            self._pinged = False
            self._out.append(["pong"])
        self._out.append(["wait", None if when >= NEVER else when, seq, clock.next_seq()])
        self._send()
        news = self._hear(self._wire.receive())
        return news or max(clock.now, self._granted) < when

    def _send(self) -> None:
        out = self._out[:]
        self._out.clear()
        self._wire.send(out)

    def _ask(self, question: Message) -> Message:
        self._out.append(["ask", *question])
        self._send()
        *others, last = self._wire.receive()
        self._hear(others)
        reply: Message = last[1]
        return reply

    # What the other side says.

    def _hear(self, batch: list[Message]) -> bool:
        """Do what was said. True if there was more than that the time goes on."""
        news = False
        for message in batch:
            match message:
                case ["go", now, seq]:
                    self._go(now, seq)
                case ["stuck"]:
                    self._granted = NEVER
                case ["bring", name, source, filename]:
                    self._inside.bring(name, source, filename)
                case _:
                    news = True
                    self._do(message)
        return news

    def _go(self, now: int, seq: int) -> None:
        clock = self.machine.clock
        clock.move(now)
        clock.count_from(seq)

    def _do(self, message: Message) -> None:
        match message:
            case [("call" | "make" | "app" | "asgi") as what, number, watched, *rest]:
                self._soon(self._begin, what, number, watched, rest)
            case ["cancel", number]:
                if number in self._tasks:
                    self._given_up.add(number)
                    self._soon(self._tasks[number].cancel)
            case ["ring", number]:
                self.borrower.ring(number)
            case ["resume", number, outcome]:
                self._soon(self._resume, number, outcome)
            case ["ping"]:
                self._pinged = True
            case ["end"]:
                assert self._end is not None
                self._soon(self._end.set_result, None)
            case _:
                _exit(2)

    def _soon(self, do: Callable[..., Any], *args: Any) -> None:
        self.machine.loop.call_soon_threadsafe(do, *args, context=self._context.copy())

    # Calls.

    def _begin(self, what: str, number: int, watched: bool, rest: list[Any]) -> None:
        work = getattr(self, f"_{what}")(number, *rest)
        name = rest[0][2] if what == "call" else rest[0]
        task = self.machine.loop.create_task(self._perform(number, work), name=str(name))
        self._tasks[number] = task
        if watched:
            self._watched[task] = number

    async def _perform(self, number: int, work: Any) -> None:
        outcome: Message
        try:
            outcome = ["value", pack(await work)]
        except asyncio.CancelledError as error:
            # A program can cancel its own task, such as with a timeout that it left open.
            told = self._inside.as_raised(error).told()
            outcome = ["cancelled"] if number in self._given_up else ["raised", told]
        except Raised as error:
            outcome = ["raised", error.told()]
        except NoSuchName as error:
            outcome = ["no name", str(error)]
        except DoesNotCross as error:
            outcome = ["does not cross", str(error)]
        finally:
            del self._tasks[number]
        self._out.append(["done", number, outcome])

    async def _call(self, number: int, target: Any, args: Any, kwargs: Any) -> Any:
        given = unpack(args, self.borrower.referred), unpack(kwargs, self.borrower.referred)
        return await self._inside.call(Target(*target), *given)

    async def _make(self, number: int, name: str, args: Any, kwargs: Any) -> int:
        given = unpack(args, self.borrower.referred), unpack(kwargs, self.borrower.referred)
        return await self._inside.make(name, *given)

    async def _app(self, number: int, name: str) -> None:
        await self._inside.app(name)

    async def _asgi(self, number: int, name: str, told: Any) -> Any:
        app, scope = await self._inside.app(name), unpack(told)
        state = self._states.setdefault(name, {})
        scope["state"] = state if scope["type"] == "lifespan" else state.copy()

        async def receive() -> Any:
            return await self._await(number, "receive")

        async def send(message: Any) -> None:
            await self._await(number, "send", cross(_plain_message(message), "the message"))

        result = await app(scope, receive, send)
        return None if result is None else cross(result, "what the app returned")

    async def _await(self, number: int, way: str, *args: Any) -> Any:
        """Await something of the other side's: at once, if it takes no time there."""
        when, value = self.borrower.ask("await", number, way, [pack(each) for each in args])
        if when == "now":
            return value
        future = self._waits[value] = self.machine.loop.create_future()
        try:
            return await future
        except asyncio.CancelledError:
            if self._waits.pop(value, None) is not None:
                self._out.append(["drop", value])
            raise

    def _resume(self, number: int, outcome: Message) -> None:
        future = self._waits.pop(number, None)
        if future is None or future.done():
            return
        try:
            future.set_result(self.borrower.take(outcome))
        except Exception as error:
            future.set_exception(error)

    def _suspended(self, task: Any) -> None:
        """A task that somebody may want to cancel wherever it is suspended."""
        number = self._watched.get(task)
        if number is not None:
            at, on, _ = where.suspension(task)
            if self.borrower.ask("suspended", number, at, on):
                self._given_up.add(number)
                task.cancel()

    # The end.

    def report(self, run: Run) -> None:
        """Say how it ended."""
        leaks = [[leak.kind, leak.what, leak.where] for leak in run.leaks[:_MOST_NOTES]]
        self._out.append(["report", {"leaks": leaks, "error": self._error(run.error)}])
        self._send()

    def _error(self, error: BaseException | None) -> Message | None:
        if error is None:
            return None
        if isinstance(error, LabError):
            # The task that keeps this side going is none of the program's.
            return [type(error).__name__, str(error).replace(_OURS, "")]
        return ["raised", self._inside.as_raised(error).told()]


def _plain_message(message: Any) -> Any:
    if type(message) is not dict:
        return message
    return {
        key: bytes(value) if type(value) is memoryview else value for key, value in message.items()
    }
