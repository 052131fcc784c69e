"""One run over a wall: the machine here, and what is known of the one over there.

The check's process owns the clock, the services and the verdict. Over there runs a machine of
the lab too, on the same time: only one of the two processes runs at any moment. The check's runs
until it waits; then the other does all that it can do now, and says when it has something to do
next. Time moves to the earlier of both. So a program takes the same time here and there, and
comes to the same order of events, whatever the two processes do for real.

Invariant: whatever comes over the wire is taken for what an attacker would send. It can make a
check fail. It cannot touch the clock, what a service has counted, or another call's result.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from checker.attempt.awaited import Awaited, called
from checker.attempt.frames import Broken, Message
from checker.attempt.lent import Lender
from checker.attempt.line import Gone, Line, forget_what_came
from checker.attempt.pulse import Pulse
from checker.attempt.told import MOST_NOTES, error_of, leaks_of, returned
from checker.lab.blocking import Blocking
from checker.lab.clock import NEVER, NS
from checker.lab.tasks import Elsewhere

if TYPE_CHECKING:
    from checker.lab.machine import Machine

_TURNS = 2
_MOST_TIMERS = 10_000_000  # that are set before the other side has its turn


class _Call:
    """A call that has not come back."""

    def __init__(self, task: Any, ways: dict[str, Callable[..., Any]]) -> None:
        self.task = task
        self.ways = ways  # what may be awaited for it over here
        self.future: asyncio.Future[Message] | None = None
        self.outcome: Message | None = None
        self.cancels = self.known_there = 0


class FarRun:
    """One run of the machine here, and the one over there that goes with it."""

    def __init__(
        self, machine: Machine, line: Line, filename: str, lines: list[str], pulse: Pulse
    ) -> None:
        self.machine, self._line, self._pulse = machine, line, pulse
        self._filename, self._lines = filename, lines
        self.lender = Lender(self.tell)
        self._out: list[Message] = []
        self._due: tuple[int, int] | None = None
        self._calls: dict[int, _Call] = {}
        self._awaited = Awaited(machine, self.tell)
        self._numbers = 0
        self._turns = 0  # of the loop here, since there was something to do there
        self._over = False
        clock = machine.clock
        self._stuck_here, clock.when_stuck = clock.when_stuck, self._stuck
        clock.partner = self
        machine.at_end.append(self._end)
        size = {"cores": machine.cores, "threads": machine.limit, "seed": machine.seed}
        self.tell(["run", size, machine.patience_s])

    def tell(self, message: Message) -> None:
        """Say something over there as soon as it is their turn, which is now."""
        self._out.append(message)
        due = (self.machine.clock.now, self.machine.clock.next_seq())
        if self._due is None or due < self._due:
            self._due = due

    # Calls.

    async def perform(
        self, message: Message, ways: dict[str, Callable[..., Any]] | None = None
    ) -> Any:
        """Let something be done over there, and return what came of it."""
        if self._over or self._line.gone is not None:
            raise self._line.gone or RuntimeError("this run is over")
        self._numbers += 1
        number = self._numbers
        call = self._calls[number] = _Call(asyncio.current_task(), ways or {})
        watched = getattr(self.machine.loop, "on_suspended", None) is not None
        self.tell([message[0], number, watched, *message[1:]])
        # Without a wall, a call would run up to its first wait before anybody else does.
        self._let_run()
        try:
            outcome = await self._outcome(number, call)
        finally:
            del self._calls[number]
        return self._told(outcome, call)

    async def _outcome(self, number: int, call: _Call) -> Message:
        while call.outcome is None or call.known_there:
            call.future = self.machine.loop.create_future(Elsewhere)
            try:
                await call.future
            except asyncio.CancelledError:
                call.cancels += 1
                if call.known_there and self._line.gone is None:
                    call.known_there -= 1
                elif call.outcome is not None or self._over:
                    raise
                else:
                    self.tell(["cancel", number])
                    self._let_run()
        return call.outcome

    def _told(self, outcome: Message, call: _Call) -> Any:
        try:
            return returned(outcome, self._lines, was_cancelled=call.cancels > 0)
        except Broken as error:
            forget_what_came(error)
            outcome.clear()
            raise self._line.broke(error) from None

    # The clock.

    def goes_first(self, when: int, seq: int) -> bool:
        """Let the other side run, if it has something to do before (when, seq)."""
        if self._over:
            return False
        try:
            # A check may go on for ever with what it was told, and ask nothing more.
            self._line.in_time()
        except Gone as gone:
            self._lost(gone)
            return True
        if self._feels(when):
            return True
        if self._due is None or self._due >= (when, seq):
            return False
        if seq == NEVER:
            # The loop here has things to do. What became due there at this moment would have had
            # a turn for its timers too, and comes after that.
            self._turns += 1
            if self._turns < _TURNS:
                return False
        self._let_run()
        return True

    def _feels(self, when: int) -> bool:
        """In a wait that somebody watches, let the other side give a sign of life."""
        until = when if self._due is None else min(when, self._due[0])
        moment = self._pulse.moment(self.machine.clock.now, until)
        if moment is None:
            return False
        self._out.append(["ping"])
        self._due = moment, 0
        self._let_run()
        return True

    def _let_run(self) -> None:
        assert self._due is not None
        clock = self.machine.clock
        clock.move(self._due[0])
        self._due, self._turns = None, 0
        try:
            self._exchange([*self._taken_out(), ["go", clock.now, clock.next_seq()]])
        except (Broken, Gone) as error:
            forget_what_came(error)
            self._lost(error if isinstance(error, Gone) else self._line.broke(error))
        if self.machine.loop._ready:
            clock.wake_loop()

    def _exchange(self, batch: list[Message]) -> None:
        while batch:
            self._line.send(batch)
            batch = []
            *others, last = self._line.receive()
            for message in [*others, last]:
                self._line.in_time()
                # Whoever asks waits for the reply, so there is nothing behind a question.
                if message is last and message[0] == "ask" and len(message) > 1:
                    # What it causes here, such as the ring of a bell, is heard before the reply.
                    reply = self._answer(message[1:])
                    batch = [*self._taken_out(), ["reply", reply]]
                else:
                    self._hear(message)

    def _taken_out(self) -> list[Message]:
        out, self._out = self._out, []
        return out

    def _hear(self, message: Message) -> None:
        clock = self.machine.clock
        match message:
            case ["wait", None, _, int(counted)]:
                self._later(None, counted)
            case ["wait", int(when), int(seq), int(counted)] if 0 <= when < NEVER and seq >= 0:
                self._later((max(when, clock.now), seq), counted)
            case ["done", int(number), list(outcome)] if number in self._calls:
                call = self._calls[number]
                call.outcome = outcome
                if call.future is not None and not call.future.done():
                    call.future.set_result(outcome)
            case ["write", number, value]:
                self.lender.write(number, value)
            case ["pong"] if self._pulse.answered(clock.now):
                pass
            case ["drop", int(number)]:
                self._awaited.drop(number)
            case ["blocked", int(began), str(what), str(where), str(task)]:
                self._was_blocked(began, what, where, task)
            case ["report", dict(report)]:
                self._report(report)
            case _:
                raise Broken(f"a message that nobody sends: {message[0][:20]}")

    def _later(self, due: tuple[int, int] | None, counted: int) -> None:
        # Timers of both sides are set in one order.
        here = self.machine.clock.next_seq()
        self.machine.clock.count_from(counted if here <= counted < here + _MOST_TIMERS else here)
        # What was put out meanwhile is for now.
        if not self._out:
            self._due = due

    def _was_blocked(self, began: int, what: str, where: str, task: str) -> None:
        now, found = self.machine.clock.now, self.machine.blocking.found
        if not 0 <= began <= now or len(found) >= MOST_NOTES:
            raise Broken("blocking that cannot have been")
        texts = (what[:200], where[:200], task[:200])
        found.append(Blocking(began / NS, (now - began) / NS, *texts))

    # Questions.

    def _answer(self, question: Message) -> Message:
        match question:
            case ["suspended", int(number), str(at), str(on)] if number in self._calls:
                return ["value", self._suspended(self._calls[number], at[:200], on[:200])]
            case ["await", int(number), str(way), list(args)] if number in self._calls:
                ways = self._calls[number].ways
                if way in ways:
                    return self._awaited.begin(called(ways[way], args))
        return self.lender.answer(question)

    def _suspended(self, call: _Call, at: str, on: str) -> bool:
        """A call is suspended over there. True if it is to be cancelled there."""
        heard = getattr(self.machine.loop, "on_suspended", None)
        if heard is None or call.task is None:
            return False
        before = call.task.cancelling()
        heard(call.task, (at, on))
        cancelled: bool = call.task.cancelling() > before
        call.known_there += cancelled
        return cancelled

    # The end.

    def _stuck(self) -> None:
        """Nothing is left here that could wake anyone. Who waits over there?"""
        if self._calls and not self._over:
            self.tell(["stuck"])
            self._until_report()
        self._stuck_here()

    def _end(self) -> None:
        """The run is over here, and ends over there."""
        self.machine.clock.partner = None
        if not self._over:
            self.tell(["end"])
            self._until_report()
        self._over = True

    def _until_report(self) -> None:
        while not self._over:
            if self._due is None:
                self.tell(["stuck"])
            self._let_run()

    def _report(self, report: dict[str, Any]) -> None:
        """The run over there has ended: as it was told to, or of itself."""
        ended_here = self.machine.clock.partner is None
        self._over = True
        self.machine.leaks.found += leaks_of(report)
        error = error_of(report, self._lines)
        if error is not None:
            self._ended(error, ended_here)
        elif not ended_here:
            raise Broken("a run that ended before its end")

    def _ended(self, error: BaseException, ended_here: bool) -> None:
        if not ended_here:
            self.machine.end_with(error)
        # What went wrong while it cleaned up is the run's error where there is no other.
        self.machine.error = self.machine.error or error

    def _lost(self, gone: Gone) -> None:
        """The other process is no more."""
        self._over = True
        self._ended(gone, self.machine.clock.partner is None)
