"""What the driver raises, on the client's side unless said otherwise.

Each names the request, so that the message makes sense among many at once.
"""

from __future__ import annotations

from typing import NamedTuple


class AppError(NamedTuple):
    """An exception that an app let out, as a server would log it."""

    request: str  # "GET /items"
    error: BaseException


class BrokenResponse(ConnectionError):
    """The server closed the connection before the response was complete."""


class ClientDisconnected(OSError):
    """Raised in an app that sends to a WebSocket whose client has left."""


class StartupFailed(RuntimeError):
    """The app answered its startup with `lifespan.startup.failed` and raised nothing."""


class ShutdownFailed(RuntimeError):
    """The app answered its shutdown with `lifespan.shutdown.failed` and raised nothing."""


class Denied(ConnectionError):
    """The app did not accept a WebSocket, and answered with an HTTP response."""

    def __init__(
        self, request: str, status: int, headers: list[tuple[bytes, bytes]], body: bytes
    ) -> None:
        super().__init__(f"{request}: the app denied the WebSocket with status {status}")
        self.status = status
        self.headers = headers
        self.body = body


class Closed(ConnectionError):
    """A WebSocket is closed. 1006 stands for: without a word."""

    def __init__(self, request: str, code: int, reason: str) -> None:
        said = f" and the reason {reason!r}" if reason else ""
        super().__init__(f"{request}: the WebSocket was closed with code {code}{said}")
        self.code = code
        self.reason = reason
