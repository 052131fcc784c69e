"""The attempt's side of the boundary, in another process that is not trusted."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from checker.attempt.far_run import FarRun
from checker.attempt.frames import pack
from checker.attempt.inside import Target
from checker.attempt.line import Gone, Line
from checker.attempt.pulse import Pulse
from checker.attempt.signs import LONGEST, MOST
from checker.attempt.values import Value
from checker.lab import current

if TYPE_CHECKING:
    from checker.lab.run import Run

_LONGEST_TRACE = 300_000


class Far:
    """The attempt, at the other end of a line."""

    def __init__(self, line: Line, filename: str, source: str) -> None:
        self.line, self._filename, self._lines = line, filename, source.splitlines()
        self._brought: dict[str, tuple[str, str]] = {}
        # What is held of a run that is over would keep its whole machine in memory.
        self._run: FarRun | None = None
        self._machine: weakref.ref[Any] | None = None
        self._felt: tuple[weakref.ref[Any], Pulse] | None = None

    def bring(self, name: str, source: str, filename: str) -> None:
        """Let there be a module of the check's beside the attempt."""
        if self._brought.get(name) != (source, filename):
            self._brought[name] = (source, filename)
            if self._run is not None:
                self._run.tell(["bring", name, source, filename])

    async def call(self, target: Target, args: list[Any], kwargs: dict[str, Any]) -> Value:
        """Call something, and return what it returned."""
        run = self._here()
        lent = [pack(args, run.lender.lend), pack(kwargs, run.lender.lend)]
        result: Value = await run.perform(["call", list(target), *lent])
        return result

    async def make(self, name: str, args: list[Any], kwargs: dict[str, Any]) -> int:
        """Make an object of a class, and return the key that it is kept under."""
        run = self._here()
        lent = [pack(args, run.lender.lend), pack(kwargs, run.lender.lend)]
        return int(await run.perform(["make", name, *lent]))

    async def app(self, name: str) -> Callable[..., Any]:
        """An ASGI app of the attempt's, to be called as one."""
        run = self._here()
        await run.perform(["app", name])

        async def app(scope: Any, receive: Any, send: Any) -> Any:
            told = {key: value for key, value in scope.items() if key != "state"}
            message = ["asgi", name, pack(told)]
            return await run.perform(message, {"receive": receive, "send": send})

        return app

    def pulse(self) -> Pulse:
        """Whether its loop is free, in the run that goes on."""
        machine: Any = current.machine()
        if self._felt is None or self._felt[0]() is not machine:
            self._felt = weakref.ref(machine), Pulse()
        return self._felt[1]

    def trace(self, run: Run, *, failed: bool) -> str:
        """What happened over there in the last run, as JSON lines; it may say anything.

        It is asked for where something failed, since a picture of the rest is of no use.
        """
        if not failed or self._machine is None:
            return ""
        text = self._ask("trace")
        return text[:_LONGEST_TRACE] if type(text) is str else ""

    def signs(self) -> list[str]:
        """What it says that it did, and few programs have to do."""
        found = self._ask("signs")
        if type(found) is not list:
            return []
        return [text[:LONGEST] for text in found[:MOST] if type(text) is str]

    def _ask(self, what: str) -> Any:
        try:
            self.line.send([[what]])
            match self.line.receive():
                case [[str(word), answer]] if word == what:
                    return answer
        except Gone:
            pass
        return None

    def _here(self) -> FarRun:
        """The run that goes on, and its other half."""
        machine: Any = current.machine()
        if machine is None:
            raise RuntimeError("an attempt is called within a run of the lab")
        if self._machine is None or self._machine() is not machine:
            self._machine = weakref.ref(machine)
            self._run = FarRun(machine, self.line, self._filename, self._lines, self.pulse())
            machine.at_end.append(self._forget)
            for name, (source, filename) in self._brought.items():
                self._run.tell(["bring", name, source, filename])
        if self._run is None:
            raise RuntimeError("this run is over")
        return self._run

    def _forget(self) -> None:
        """The run is over, and nothing of it is needed any more."""
        self._run = None
