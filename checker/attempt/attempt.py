"""The attempt, as a check meets it, in the check's own process.

Invariant: only plain values and services go in, and only plain values come out; exceptions come
out as `Raised`. What decides a verdict is measured by the check, at the services and the clock.
The program is executed anew in each run of the lab, so no state goes from one run to the next.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import lru_cache
from pathlib import Path
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from checker.attempt import code
from checker.attempt.handed import handed, shown
from checker.attempt.raised import Raised, raised
from checker.attempt.values import Value, cross, name_of
from checker.lab import current
from checker.lab.errors import Stop

if TYPE_CHECKING:
    import httpx

    from checker.lab.asgi import Server

DID = 5  # the last calls are told of


class NoSuchName(Exception):
    """The attempt has no function or class of that name."""


class _Missing(NamedTuple):
    """In place of what should be there: why it is not."""

    words: str


class DidNotRaise(AssertionError):
    """A call returned, and should have raised; or it raised something else."""


class Caught:
    """What `attempt.raises` caught."""

    type = ""
    message = ""
    exceptions: list[Raised]

    def __init__(self) -> None:
        self.exceptions = []
        self.error: Raised | None = None


class Attempt:
    """One learner's program.

    source   its text; for feedback, never for a verdict
    did      the last calls that the check made, in words
    """

    def __init__(self, data: bytes, filename: str, material: Path | None = None) -> None:
        self.filename = filename
        self.source = code.decode(data)
        self.did: list[str] = []
        # Calls that were made and begun: a check that forgets an await has more of the first.
        self.made = self.begun = 0
        self._code = code.compiled(self.source, filename)
        self._material = material
        self._brought: dict[str, CodeType] = {}
        self._home: tuple[object, ModuleType] | None = None
        self._materials: dict[str, ModuleType] = {}

    # For checks.

    def call(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        """Await this: call a function of the attempt, sync or async, and get its result."""
        return self.begin(lambda: self._named(self._module(), name), name, args, kwargs)

    def new(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        """Await this: make an object of a class of the attempt, and get a handle to it."""
        self.made += 1
        return self._making(name, args, kwargs)

    @contextmanager
    def raises(self, type_name: str, match: str | None = None) -> Iterator[Caught]:
        """The calls in this block have to raise an exception of this type."""
        caught = Caught()
        wanted = type_name + (f" with words that match {match!r}" if match else "")
        try:
            yield caught
        except Raised as error:
            if not error.matches(type_name, match):
                raise DidNotRaise(f"it should raise {wanted}, and raised {error}") from error
            caught.error, caught.type, caught.message = error, error.type, error.message
            caught.exceptions = error.exceptions
        else:
            raise DidNotRaise(f"it should raise {wanted}, and returned")

    @asynccontextmanager
    async def serve(self, app: str = "app", **options: Any) -> AsyncIterator[Server]:
        """The attempt's ASGI app, served as a real server does; see `lab.serve`."""
        from checker.lab.asgi import serve

        self._did(f"served {app}")
        target = self._callable(lambda: self._named(self._module(), app), app)
        async with serve(target, **options) as server:
            yield server

    @asynccontextmanager
    async def client(self, app: str = "app", **options: Any) -> AsyncIterator[httpx.AsyncClient]:
        """An HTTP client of the attempt's ASGI app."""
        async with self.serve(app) as server, server.client(**options) as client:
            yield client

    @asynccontextmanager
    async def connect(
        self, method: str, path: str, *, app: str = "app", **options: Any
    ) -> AsyncIterator[Any]:
        """One request to the attempt's ASGI app, message by message."""
        async with self.serve(app) as server, server.connect(method, path, **options) as exchange:
            yield exchange

    def bring(self, source: str, name: str = "material") -> Material:
        """A module of the check's that runs beside the attempt, and may `import attempt`."""
        self._brought[name] = _material_code(source, f"<{name}>")
        return Material(self, name)

    def bring_file(self, name: str) -> Material:
        """The same, from `material/<name>.py` beside the check."""
        if self._material is None:
            raise FileNotFoundError("this attempt was made without a folder of material")
        path = self._material / f"{name}.py"
        self._brought[name] = _material_code(path.read_text("utf-8"), str(path))
        return Material(self, name)

    # Within.

    def begin(self, find: Any, name: str, args: Any, kwargs: Any) -> Any:
        """A call that is to be awaited. In a timeline its task has the name of the function."""
        self.made += 1
        calling: Any = self._calling(find, name, args, kwargs)
        calling.__qualname__ = name
        return calling

    async def _calling(self, find: Any, name: str, args: Any, kwargs: Any) -> Value:
        self.begun += 1
        self._did(shown(name, args, kwargs))
        args, kwargs = handed(args, kwargs)
        function = self._callable(find, name)
        with self._across():
            result = function(*args, **kwargs)
            if inspect.isawaitable(result):
                result = await result
        return cross(result, f"what {name} returned")

    async def _making(self, name: str, args: Any, kwargs: Any) -> Handle:
        self.begun += 1
        self._did(shown(name, args, kwargs))
        args, kwargs = handed(args, kwargs)
        kind = self._callable(lambda: self._named(self._module(), name), name)
        with self._across():
            return Handle(self, name, kind(*args, **kwargs))

    def _callable(self, find: Callable[[], Any], name: str) -> Any:
        with self._across():
            found = find()
            missing, calls = type(found) is _Missing, callable(found)
        if missing:
            raise NoSuchName(found.words)
        if not calls:
            raise NoSuchName(
                f"`{name}` is of type {name_of(type(found))}, and is to be called: "
                "something else in the program has its name"
            )
        return found

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
            raise raised(error, self.filename, self.source) from error
        except BaseException as error:
            raise raised(error, self.filename, self.source) from error

    def _module(self) -> ModuleType:
        """The attempt, executed in the run that goes on."""
        run = current.machine() or self
        if self._home is None or self._home[0] is not run:
            self._materials = {}
            self._home = (run, code.run(self._code, code.NAME, self.filename))
        return self._home[1]

    def _material_module(self, name: str) -> ModuleType:
        self._module()
        if name not in self._materials:
            program = self._brought[name]
            self._materials[name] = code.run(program, name, program.co_filename)
        return self._materials[name]

    def _named(self, module: ModuleType, name: str) -> Any:
        try:
            return module.__dict__[name]
        except KeyError:
            names = [key for key in module.__dict__ if not key.startswith("_")]
            there = ", ".join(names[:12]) or "nothing"
            return _Missing(f"there is no `{name}` in it; it defines {there}")

    def _did(self, words: str) -> None:
        self.did.append(words)
        del self.did[:-DID]


@lru_cache(maxsize=32)
def _material_code(source: str, filename: str) -> CodeType:
    return compile(source, filename, "exec", dont_inherit=True)


class Material:
    """A module of the check's on the attempt's side."""

    def __init__(self, attempt: Attempt, name: str) -> None:
        self._attempt, self._name = attempt, name

    def call(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        """Await this: call one of its functions."""
        attempt = self._attempt
        return attempt.begin(
            lambda: attempt._named(attempt._material_module(self._name), name), name, args, kwargs
        )


class Handle:
    """An object on the attempt's side."""

    def __init__(self, attempt: Attempt, name: str, thing: Any) -> None:
        self._attempt, self._name, self._thing = attempt, name, thing

    def call(self, method: str, /, *args: Any, **kwargs: Any) -> Any:
        """Await this: call a method, sync or async, and get its result."""
        attempt = self._attempt
        name = f"{self._name}().{method}"
        return attempt.begin(lambda: getattr(self._thing, method), name, args, kwargs)

    def get(self, attribute: str) -> Any:
        """Await this: the plain value of an attribute."""
        attempt = self._attempt
        name = f"{self._name}().{attribute}"
        return attempt.begin(lambda: lambda: getattr(self._thing, attribute), name, (), {})
