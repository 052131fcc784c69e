"""Plays a real server and its clients against an ASGI app, in process, message by message.

server      serve(app): lifespan, a task per request, shutdown
lifespan    the start and the end of an app
request     one HTTP request as the server has it; framing: how long its response may be
exchange    the same as its client has it
sockets     one WebSocket as the server has it; frames: what may be sent over it
websocket   the same as its client has it
transport   the same for an ordinary httpx.AsyncClient
wire        what both ends agree on
errors      what a client, or an app, gets raised
"""

from checker.lab.asgi.errors import (
    AppError,
    BrokenResponse,
    ClientDisconnected,
    Closed,
    Denied,
    ShutdownFailed,
    StartupFailed,
)
from checker.lab.asgi.exchange import Exchange
from checker.lab.asgi.server import Server, serve
from checker.lab.asgi.websocket import WebSocket

__all__ = [
    "AppError",
    "BrokenResponse",
    "ClientDisconnected",
    "Closed",
    "Denied",
    "Exchange",
    "Server",
    "ShutdownFailed",
    "StartupFailed",
    "WebSocket",
    "serve",
]
