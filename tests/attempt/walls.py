"""An attempt in another process: the wire without the jail."""

from __future__ import annotations

import gc
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from checker.attempt import Attempt, NotPython, guest
from checker.attempt.far import Far
from checker.attempt.frames import pack
from checker.attempt.line import Line

REAL_S = 20.0


class Process:
    """A fork that serves an attempt."""

    def __init__(self, serve: Callable[[socket.socket], None] = guest.main) -> None:
        here, there = socket.socketpair()
        read, write = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            _live(serve, here, there, write)
        there.close()
        os.close(write)
        self._wire, self._output = here, read
        self.line = Line(here.fileno(), read, printed_bytes=100_000, real_s=REAL_S)

    def load(self, source: bytes, filename: str, material: Path | None = None) -> Attempt:
        """An attempt at the other end."""
        self.line.send([["load", filename, pack(source), None]])
        match self.line.receive():
            case [["not python", words, line, text]]:
                raise NotPython(words, line, text)
            case reply:
                assert reply == [["loaded"]]
        text = source.decode()
        return Attempt(text, filename, Far(self.line, filename, text), material)

    def end(self) -> int:
        """Its exit code, or the signal of its death."""
        self._wire.close()
        os.close(self._output)
        with suppress(ProcessLookupError):
            os.kill(self.pid, 9)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def _live(
    serve: Callable[[socket.socket], None], here: socket.socket, there: socket.socket, write: int
) -> None:
    try:
        here.close()
        gc.disable()
        os.dup2(write, 1)
        os.dup2(write, 2)
        serve(there)
    finally:
        os._exit(3)
