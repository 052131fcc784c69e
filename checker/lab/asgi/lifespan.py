"""The start and the end of an app, by the lifespan messages of ASGI.

Written by hand, since `asgi_lifespan.LifespanManager` differs from a server in ways that matter
here: it does not know the "failed" messages, it refuses an app that has no lifespan, it gives the
app a scope without its version, and it cancels the app's shutdown when the body has raised.

Invariant: after `startup` has raised, and after `shutdown`, no task is left. What the app raised
is raised as it is, where a server would log it and exit.
"""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from checker.lab.asgi.errors import ShutdownFailed, StartupFailed
from checker.lab.asgi.wire import App, Message, Signal

Mode = bool | Literal["auto"]


class Lifespan:
    """One run of an app's lifespan. `state` is what the app left there for its requests."""

    def __init__(self, app: App, mode: Mode) -> None:
        self._app = app
        self._mode = mode
        self._task: asyncio.Task[None] | None = None
        self._inbox: asyncio.Queue[Message] = asyncio.Queue()
        self._started = Signal()
        self._stopped = Signal()
        self._complete = False  # the app said that it has started
        self._failed: Message | None = None
        self.state: dict[str, Any] = {}
        self.error: BaseException | None = None  # what the app raised, also if it was let pass

    async def startup(self) -> None:
        """Start the app; raises what it raised, or `StartupFailed`."""
        if self._mode is False:
            return
        self._task = asyncio.create_task(self._run(), name="lifespan")
        self._inbox.put_nowait({"type": "lifespan.startup"})
        try:
            await self._started.wait()
            # In "auto", an app that raises without an answer is one that has no lifespan.
            if self.error is not None and (self._failed is not None or self._mode is True):
                raise self.error
            if self._failed is not None:
                raise StartupFailed(self._reason(self._failed))
        except BaseException:
            await self._end(self._task)
            raise

    async def shutdown(self) -> None:
        """Stop the app; raises what it raised since it started, or `ShutdownFailed`."""
        if self._task is None or (self.error is not None and not self._complete):
            return
        try:
            self._inbox.put_nowait({"type": "lifespan.shutdown"})
            await self._stopped.wait()
        finally:
            await self._end(self._task)
        if self.error is not None:
            raise self.error
        if self._failed is not None:
            raise ShutdownFailed(self._reason(self._failed))

    async def _run(self) -> None:
        scope = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self.state,
        }
        try:
            await self._app(scope, self._inbox.get, self._send)
        except (Exception, SystemExit) as error:
            self.error = error
        finally:
            self._started.set()
            self._stopped.set()

    async def _send(self, message: Message) -> None:
        kind = message["type"]
        phase = "shutdown" if self._started.on else "startup"
        if self._stopped.on or kind not in (
            f"lifespan.{phase}.complete",
            f"lifespan.{phase}.failed",
        ):
            raise AssertionError(
                f"lifespan: the app sent {kind!r}; it has to answer each of lifespan.startup and "
                "lifespan.shutdown with one message, .complete or .failed"
            )
        if kind.endswith("failed"):
            self._failed = message
        elif phase == "startup":
            self._complete = True
        (self._stopped if phase == "shutdown" else self._started).set()

    @staticmethod
    def _reason(message: Message) -> str:
        return message.get("message") or "the app gave no reason"

    @staticmethod
    async def _end(task: asyncio.Task[None]) -> None:
        # An app that has answered has nothing more to do; a server's loop would be closed now.
        task.cancel()
        await asyncio.wait([task])
