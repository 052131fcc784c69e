"""The attempt, as a check meets it. On which side of a wall it runs, a check cannot tell.

Invariant: only plain values and services go in, and only plain values come out; exceptions come
out as `Raised`. What decides a verdict is measured by the check, at the services and the clock.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checker.attempt import code
from checker.attempt.handed import handed, shown
from checker.attempt.inside import Inside, Side, Target
from checker.attempt.pulse import Pulse
from checker.attempt.raised import Raised
from checker.attempt.values import Value

if TYPE_CHECKING:
    import httpx

    from checker.lab.asgi import Server
    from checker.lab.run import Run

DID = 5  # the last calls are told of


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
    crash    the first exception that its app let out in the last run, and the request
    """

    def __init__(
        self, source: str, filename: str, side: Side, material: Path | None = None
    ) -> None:
        self.source, self.filename = source, filename
        self.did: list[str] = []
        self.crash: tuple[str, Raised] | None = None
        self._serving = 0
        # Calls that were made and begun: a check that forgets an await has more of the first.
        self.made = self.begun = 0
        self._side, self._material = side, material

    @classmethod
    def here(cls, data: bytes, filename: str, material: Path | None = None) -> Attempt:
        """An attempt that runs in this process."""
        source = code.decode(data)
        side = Inside(code.compiled(source, filename), filename, source)
        return cls(source, filename, side, material)

    # For checks.

    def call(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        """Await this: call a function of the attempt, sync or async, and get its result."""
        return self.begin(Target("attempt", None, name), args, kwargs)

    def new(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        """Await this: make an object of a class of the attempt, and get a handle to it."""
        self.made += 1
        return self._making(name, args, kwargs)

    @contextmanager
    def raises(
        self, type_name: str, match: str | None = None, *, hint: str = ""
    ) -> Iterator[Caught]:
        """The calls in this block have to raise an exception of this type.

        hint   what to do, for whom it does not raise that
        """
        caught = Caught()
        wanted = type_name + (f" with words that match {match!r}" if match else "")
        more = f". {hint}" if hint else ""
        try:
            yield caught
        except Raised as error:
            if not error.matches(type_name, match):
                text = f"it should raise {wanted}, and raised {error}{more}"
                raise DidNotRaise(text) from error
            caught.error, caught.type, caught.message = error, error.type, error.message
            caught.exceptions = error.exceptions
        else:
            raise DidNotRaise(f"it should raise {wanted}, and returned{more}")

    @asynccontextmanager
    async def serve(self, app: str = "app", **options: Any) -> AsyncIterator[Server]:
        """The attempt's ASGI app, served as a real server does; see `lab.serve`."""
        from checker.lab.asgi import serve

        if type(app) is not str:
            raise TypeError(
                "an app is given by its name, such as attempt.serve('app'), and "
                f"{type(app).__name__} is no name. If the task asks for a function that makes the "
                "app, let a module in material/ call it and keep the app in the attempt"
            )
        self._did(f"served {app}")
        target = await self._side.app(app)
        if not self._serving:
            self.crash = None
        self._serving += 1
        server = serve(target, **options)
        try:
            async with server:
                yield server
        finally:
            self._serving -= 1
            self.crash = self.crash or _crash(server)

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
        self._side.bring(name, source, f"<{name}>")
        return Material(self, name)

    def bring_file(self, name: str) -> Material:
        """The same, from `material/<name>.py` beside the check."""
        if self._material is None:
            raise FileNotFoundError("this attempt was made without a folder of material")
        path = self._material / f"{name}.py"
        self._side.bring(name, path.read_text("utf-8"), str(path))
        return Material(self, name)

    def pulse(self) -> Pulse:
        """Whether its loop is free, where that is not the check's own."""
        return self._side.pulse()

    def trace(self, run: Run, *, failed: bool) -> str:
        """What happened in a run, as JSON lines; for feedback, never for a verdict."""
        return self._side.trace(run, failed=failed)

    # Within.

    def begin(self, target: Target, args: Any, kwargs: Any) -> Coroutine[Any, Any, Value]:
        """A call that is to be awaited. In a timeline its task has the name of the function."""
        self.made += 1
        calling: Any = self._calling(target, args, kwargs)
        calling.__qualname__ = target.name
        return calling  # type: ignore[no-any-return]

    async def _calling(self, target: Target, args: Any, kwargs: Any) -> Value:
        self.begun += 1
        self._did(shown(target.name, args, kwargs))
        return await self._side.call(target, *handed(args, kwargs))

    async def _making(self, name: str, args: Any, kwargs: Any) -> Handle:
        self.begun += 1
        self._did(shown(name, args, kwargs))
        return Handle(self, name, await self._side.make(name, *handed(args, kwargs)))

    def _did(self, words: str) -> None:
        self.did.append(words)
        del self.did[:-DID]


def _crash(server: Server) -> tuple[str, Raised] | None:
    """The first exception of the app's own, and the request that ended with it."""
    for request, error in server.errors:
        if isinstance(error, Raised) and not error.passed_on:
            return request, error
    return None


class Material:
    """A module of the check's on the attempt's side."""

    def __init__(self, attempt: Attempt, name: str) -> None:
        self._attempt, self._name = attempt, name

    def call(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        """Await this: call one of its functions."""
        return self._attempt.begin(Target("material", self._name, name), args, kwargs)


class Handle:
    """An object on the attempt's side."""

    def __init__(self, attempt: Attempt, name: str, key: int) -> None:
        self._attempt, self._name, self._key = attempt, name, key

    def call(self, method: str, /, *args: Any, **kwargs: Any) -> Any:
        """Await this: call a method, sync or async, and get its result."""
        target = Target("object", self._key, f"{self._name}().{method}")
        return self._attempt.begin(target, args, kwargs)

    def get(self, attribute: str) -> Any:
        """Await this: the plain value of an attribute."""
        target = Target("attribute", self._key, f"{self._name}().{attribute}")
        return self._attempt.begin(target, (), {})
