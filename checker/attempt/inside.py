"""The attempt's side of the boundary: its program, executed, and what is called in it.

It stands in the check's own process, or in a jail; the same code either way.

Invariant: the program is executed anew in each run of the lab, so no state goes from one run to
the next. What comes out of a call is plain, or it is one of `Raised`, `NoSuchName` and
`DoesNotCross`.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from weakref import ref

from checker.attempt import code
from checker.attempt.pulse import Pulse
from checker.attempt.raised import Raised, raised
from checker.attempt.values import Value, cross, name_of
from checker.lab import current
from checker.lab.errors import Stop

if TYPE_CHECKING:
    from checker.lab.run import Run


class NoSuchName(Exception):
    """The attempt has no function or class of that name."""


class Target(NamedTuple):
    """What is called, or asked for.

    kind   "attempt" and "material": a function by its name, within the module `of`;
           "object": a method of the object with the key `of`; "attribute": its value
    """

    kind: str
    of: Any
    name: str

    def __str__(self) -> str:
        return self.name


class Side(Protocol):
    """The attempt's side, wherever it is."""

    def bring(self, name: str, source: str, filename: str) -> None:
        """Let there be a module of the check's beside the attempt."""

    async def call(self, target: Target, args: list[Any], kwargs: dict[str, Any]) -> Value:
        """Call something, and return what it returned."""

    async def make(self, name: str, args: list[Any], kwargs: dict[str, Any]) -> int:
        """Make an object of a class, and return the key that it is kept under."""

    async def app(self, name: str) -> Callable[..., Any]:
        """An ASGI app of the attempt's, to be called as one."""

    def pulse(self) -> Pulse:
        """Whether its loop is free."""

    def trace(self, run: Run, *, failed: bool) -> str:
        """What happened in a run, as JSON lines."""


class Inside:
    """The attempt's side, in this process."""

    def __init__(self, program: CodeType, filename: str, source: str) -> None:
        self._program, self.filename, self.source = program, filename, source
        self._brought: dict[str, CodeType] = {}
        self._home: tuple[ref[object], ModuleType] | None = None
        self._materials: dict[str, ModuleType] = {}
        self._objects: list[Any] = []

    def bring(self, name: str, source: str, filename: str) -> None:
        """Let there be a module of the check's beside the attempt."""
        self._brought[name] = _material_code(source, filename)

    async def call(self, target: Target, args: list[Any], kwargs: dict[str, Any]) -> Value:
        """Call something, and return what it returned."""
        function = self._callable(target)
        with self._across():
            result = function(*args, **kwargs)
            if inspect.isawaitable(result):
                result = await result
        return cross(result, f"what {target} returned")

    async def make(self, name: str, args: list[Any], kwargs: dict[str, Any]) -> int:
        """Make an object of a class, and return the key that it is kept under."""
        kind = self._callable(Target("attempt", None, name))
        with self._across():
            self._objects.append(kind(*args, **kwargs))
        return len(self._objects) - 1

    async def app(self, name: str) -> Callable[..., Any]:
        """An ASGI app of the attempt's, to be called as one."""
        target = self._callable(Target("attempt", None, name))

        async def app(scope: Any, receive: Any, send: Any) -> Any:
            with self._across():
                return await target(scope, receive, send)

        return app

    def pulse(self) -> Pulse:
        """Its loop is the check's own, and the lab tells of what holds that."""
        return Pulse()

    def trace(self, run: Run, *, failed: bool) -> str:
        """What happened in a run, as JSON lines."""
        return run.trace.dump()

    def as_raised(self, error: BaseException) -> Raised:
        """An exception that the attempt let out, as plain values."""
        brought = {program.co_filename for program in self._brought.values()}
        return raised(error, self.filename, self.source, brought)

    # Within.

    def _callable(self, target: Target) -> Any:
        with self._across():
            found = self._find(target)
            missing, calls = type(found) is _Missing, callable(found)
        if missing:
            raise NoSuchName(found.words)
        if not calls:
            raise NoSuchName(
                f"`{target}` is of type {name_of(type(found))}, and is to be called: "
                "something else in the program has its name"
            )
        return found

    def _find(self, target: Target) -> Any:
        if target.kind == "attempt":
            return _named(self._module(), target.name)
        if target.kind == "material":
            return _named(self._material(target.of), target.name)
        self._module()  # Objects of an earlier run are gone.
        thing = self._objects[target.of]
        attribute = target.name.rpartition(".")[2]
        if target.kind == "attribute":
            return lambda: getattr(thing, attribute)
        return getattr(thing, attribute)

    @contextmanager
    def _across(self) -> Iterator[None]:
        """What is raised in here is raised by the attempt."""
        try:
            yield
        except Stop:
            raise
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise self.as_raised(error) from error
        except BaseException as error:
            raise self.as_raised(error) from error

    def _module(self) -> ModuleType:
        """The attempt, executed in the run that goes on."""
        run: object = current.machine() or self
        if self._home is None or self._home[0]() is not run:
            self._materials, self._objects = {}, []
            # The run is not held: it is much, and this lives on.
            self._home = (ref(run), code.run(self._program, code.NAME, self.filename))
        return self._home[1]

    def _material(self, name: str) -> ModuleType:
        self._module()
        if name not in self._materials:
            program = self._brought[name]
            self._materials[name] = code.run(program, name, program.co_filename)
        return self._materials[name]


class _Missing(NamedTuple):
    """In place of what should be there: why it is not."""

    words: str


def _named(module: ModuleType, name: str) -> Any:
    try:
        return module.__dict__[name]
    except KeyError:
        names = [key for key in module.__dict__ if not key.startswith("_")]
        there = ", ".join(names[:12]) or "nothing"
        return _Missing(f"there is no `{name}` in it; it defines {there}")


@lru_cache(maxsize=32)
def _material_code(source: str, filename: str) -> CodeType:
    return compile(source, filename, "exec", dont_inherit=True)
