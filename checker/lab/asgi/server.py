"""Serves an app in process, as uvicorn does: its lifespan, a task per request, its end.

Invariant: when the block of `serve` is left, no task of a handler is left. Handlers are waited
for, and cancelled after `grace` or if the block raised. An exception of a handler is kept in
`errors`, as a server logs it, and does not leave the handler's task.
Refuses requests before the start and after the end.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Coroutine, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

from checker.lab import current
from checker.lab.asgi.errors import AppError
from checker.lab.asgi.exchange import Body, Exchange
from checker.lab.asgi.lifespan import Lifespan, Mode
from checker.lab.asgi.request import Request
from checker.lab.asgi.sockets import Socket
from checker.lab.asgi.websocket import WebSocket
from checker.lab.asgi.wire import (
    HOST,
    SERVER,
    App,
    Client,
    Headers,
    RawHeaders,
    Scope,
    client_address,
    split_target,
)

if TYPE_CHECKING:
    import httpx

_Handled = Request | Socket


def serve(
    app: App,
    *,
    lifespan: Mode = "auto",
    grace: float | None = None,
    raise_app_exceptions: bool = False,
) -> Server:
    """A server for `app`, to be used as `async with serve(app) as server:`.

    lifespan: "auto" takes an app that raises without an answer for one that has no lifespan, as
        uvicorn does; True raises what it raised; False sends no lifespan messages.
    grace: how many seconds handlers have at the end before they are cancelled; None is for ever.
    raise_app_exceptions: for debugging. What a handler raises is raised at its client, or at the
        end of the block if the client could not see it.
    """
    return Server(app, lifespan, grace, raise_app_exceptions)


class Server:
    """A running app, and the ways to talk to it. Made by `serve`."""

    def __init__(
        self, app: App, lifespan: Mode, grace: float | None, raise_app_exceptions: bool
    ) -> None:
        self.errors: list[AppError] = []
        self.raise_app_exceptions = raise_app_exceptions
        self._app = app
        self._lifespan = Lifespan(app, lifespan)
        self._grace = grace
        self._serving = False
        self._opened = 0
        self._tasks: dict[asyncio.Task[None], _Handled | None] = {}
        self._unseen: list[BaseException] = []
        self._context = contextvars.Context()

    async def __aenter__(self) -> Server:
        # Handlers inherit what was set before the server began, and nothing of their clients.
        self._context = contextvars.copy_context()
        await self._lifespan.startup()
        self._serving = True
        if machine := current.machine():
            machine.leaks.watch(self)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        from anyio import CancelScope

        self._serving = False
        if isinstance(error, GeneratorExit):
            # The block was thrown away unfinished, and the loop that it ran on is gone.
            return
        for handled in self._handled():
            if isinstance(handled, Socket):
                handled.going_away()
        try:
            if error is None and self._tasks:
                _, rest = await asyncio.wait(list(self._tasks), timeout=self._grace)
                if machine := current.machine():
                    machine.leaks.pending(rest)
        finally:
            with CancelScope(shield=True):
                await self._cancel_rest()
                await self._stop_app(error)
        if error is None and self._unseen:
            raise self._unseen[0]

    async def _cancel_rest(self) -> None:
        rest = list(self._tasks)
        for task in rest:
            task.cancel("the server is shutting down")
        if rest:
            await asyncio.wait(rest)

    async def _stop_app(self, error: BaseException | None) -> None:
        try:
            await self._lifespan.shutdown()
        except Exception:
            # What went wrong first is what the caller has to see.
            if error is None:
                raise

    # For the caller.

    @property
    def state(self) -> dict[str, Any]:
        """What the lifespan left in its `state`; each request gets a copy of it."""
        return self._lifespan.state

    @property
    def lifespan_error(self) -> BaseException | None:
        """What the lifespan raised; in "auto" also what was taken for "has no lifespan"."""
        return self._lifespan.error

    @property
    def in_flight(self) -> int:
        """How many handlers have not ended."""
        return len(self._handled())

    def connect(
        self, method: str, path: str, *, headers: Headers | None = None, body: Body = b""
    ) -> Exchange:
        """Send one request, at once, over a connection of its own.

        path: with its query, escaped or not: "/items?page=2".
        body: all of it, or an async iterator of pieces, or None to use `exchange.send`.
        """
        return Exchange(self, method, path, headers, body)

    def websocket(
        self, path: str, *, subprotocols: Sequence[str] = (), headers: Headers | None = None
    ) -> WebSocket:
        """Ask for a WebSocket, at once; entering the block waits for the app to accept it."""
        return WebSocket(self, path, subprotocols, headers)

    def client(self, **options: Any) -> httpx.AsyncClient:
        """An ordinary `httpx.AsyncClient` that talks to this app, with the options of httpx.

        It has no time-out unless one is given: the lab's clock makes a wait cheap, and a check
        says itself how long is too long.
        """
        import httpx

        from checker.lab.asgi.transport import Transport

        settings = {"base_url": f"http://{HOST}", "timeout": None, **options}
        return httpx.AsyncClient(transport=Transport(self), **settings)

    def left_open(self) -> str | None:
        """For the leak list of a run."""
        if not self._serving:
            return None
        return f"a server for {_name(self._app)}: leave the block of serve()"

    # For the ends of connections.

    def open(
        self,
        client: Client,
        method: str,
        target: str,
        headers: RawHeaders,
        body: bytes | None,
        scheme: str = "http",
    ) -> Request:
        """Start the handler of one request; `body` is None if it will be fed."""
        scope = self._scope("http", "2.3", target, headers, scheme)
        scope["method"] = method
        request = Request(self, client, scope, body)
        self._handle(request)
        return request

    def open_socket(
        self, client: Client, target: str, headers: RawHeaders, subprotocols: list[str]
    ) -> Socket:
        """Start the handler of one WebSocket."""
        scope = self._scope("websocket", "2.4", target, headers, "ws")
        scope["subprotocols"] = subprotocols
        scope["extensions"] = {"websocket.http.response": {}}
        socket = Socket(self, client, scope)
        self._handle(socket)
        return socket

    def spawn(self, coroutine: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Run something for a client that must not outlive the server."""
        task = asyncio.create_task(coroutine, name=name)
        self._tasks[task] = None
        task.add_done_callback(self._ended)
        return task

    def failed(self, handled: _Handled, error: BaseException, seen: bool) -> None:
        """An app raised `error`; `seen` says whether its client can tell."""
        self.errors.append(AppError(str(handled), error))
        if self.raise_app_exceptions and not seen:
            self._unseen.append(error)

    def _scope(
        self, kind: str, version: str, target: str, headers: RawHeaders, scheme: str
    ) -> Scope:
        if not self._serving:
            raise RuntimeError(
                f"{target}: this server is not serving; send requests inside of "
                "'async with lab.serve(app) as server:'"
            )
        path, raw_path, query = split_target(target)
        self._opened += 1
        return {
            "type": kind,
            "asgi": {"version": "3.0", "spec_version": version},
            "http_version": "1.1",
            "server": SERVER,
            "client": client_address(self._opened),
            "scheme": scheme,
            "root_path": "",
            "path": path,
            "raw_path": raw_path,
            "query_string": query,
            "headers": headers,
            "state": self._lifespan.state.copy(),
        }

    def _handle(self, handled: _Handled) -> None:
        task = asyncio.get_running_loop().create_task(
            handled.run(self._app), name=str(handled), context=self._context.copy()
        )
        self._tasks[task] = handled
        task.add_done_callback(self._ended)

    def _handled(self) -> list[_Handled]:
        return [handled for handled in self._tasks.values() if handled and not handled.over]

    def _ended(self, task: asyncio.Task[None]) -> None:
        handled = self._tasks.pop(task)
        if handled is not None and not handled.over:
            # Cancelled before its first step: nobody else would tell the client.
            handled.client.broken("its handler was cancelled before it began")
            handled.close()


def _name(app: App) -> str:
    name = getattr(app, "__qualname__", type(app).__name__)
    return str(name).rpartition("<locals>.")[2]
