"""What plays an attempt in the tests of the jail: it does what a line on the wire says."""

import json
import socket
from importlib import import_module

# The zygote looks in this folder, and mypy does not.
import attacks  # type: ignore[import-not-found]


def warm() -> None:
    """Nothing of an attack is imported behind the wall."""
    for name in ("multiprocessing.popen_fork", "concurrent.futures.thread"):
        import_module(name)


def obey(wire: socket.socket) -> None:
    """Do one thing, say what came of it, and wait for the end."""
    lines = wire.makefile("rb")
    order = json.loads(lines.readline())
    got = getattr(attacks, order["do"])(wire=wire, **order["args"])
    wire.sendall(json.dumps(got).encode() + b"\n")
    lines.readline()


def echo(wire: socket.socket) -> None:
    """Say everything back."""
    while data := wire.recv(4096):
        wire.sendall(data)


def leave(wire: socket.socket) -> None:
    """End at once."""
    raise SystemExit(int(wire.recv(16)))


def fail(wire: socket.socket) -> None:
    """Raise."""
    raise ValueError("the attempt broke")


def spin(wire: socket.socket) -> None:
    """Compute for ever."""
    wire.sendall(b"spinning\n")
    while True:
        pass
