"""What a program may use, how it ended, and the records that it sends: for forks and for spawned
processes alike.

Invariant: a record counts only with the key that was made for this one process. An attempt that
writes lines of its own where records go does not know it, unless it searches the checker's own
frames for it; a jail is what stops that.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Send = Callable[[dict[str, Any]], None]

RECORDS_LIMIT_BYTES = 20_000_000
STAND_LIMIT_BYTES = 20_000
ORDER_LENGTH_BYTES = 8  # how long an order is stands before it
KEPT_BYTES = 20_000  # of what it printed
BEGUN = {"begun": True}  # the first record of a process
NO_RECORDS = 75  # the exit code of a process that can send nothing any more

_write, _encode = os.write, json.JSONEncoder(separators=(",", ":")).encode


class Limits(NamedTuple):
    """What a program may use."""

    real_s: float = 10.0
    memory_bytes: int = 1 << 30
    printed_bytes: int = 1_000_000


USUAL = Limits()


@dataclass
class Ended:
    """How a process ended, and what it told until then.

    how     "exit", "blocked" (out of time), "cancelled", "crashed", "printed too much"
    detail  of its death: "SIGSEGV", or "exit code 3"
    stand   where its threads stood, as faulthandler writes it
    """

    records: list[dict[str, Any]] = field(default_factory=list)
    how: str = "exit"
    detail: str = ""
    printed: str = ""
    stand: str = ""
    real_s: float = 0.0


def new_key() -> str:
    """A key for the records of one process."""
    return os.urandom(16).hex()


def sender(descriptor: int, key: str) -> Send:
    """A function that writes records to this descriptor."""

    def send(record: dict[str, Any]) -> None:
        # The attempt may have written half a line: ours begins on a new one.
        data = memoryview(f"\n{key} {_encode(record)}\n".encode())
        try:
            while data:
                data = data[_write(descriptor, data) :]
        except OSError:
            leave(NO_RECORDS)

    return send


def records_in(data: bytes, key: str) -> list[dict[str, Any]]:
    """The records among what came through."""
    mark, found = f"{key} ".encode(), []
    for line in data.split(b"\n"):
        if line.startswith(mark):
            with contextlib.suppress(ValueError):
                record = json.loads(line[len(mark) :])
                if isinstance(record, dict):
                    found.append(record)
    return found


def death(status: int) -> str:
    """In words: a negative status is a signal, any other an exit code."""
    if status < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-status).name
        return f"signal {-status}"
    if status == NO_RECORDS:
        return "it closed the files through which its results go"
    return f"exit code {status}"


_exit = os._exit


def leave(code: int) -> None:
    """End this process, also if the attempt put something else in place of `os._exit`."""
    while True:
        _exit(code)
