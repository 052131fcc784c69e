"""What the kernel and its helper say to each other: one JSON object on a line.

kernel to helper   {"check": 7, "job": {…}}   {"cancel": 7}
helper to kernel   {"ready": true}   {"verdict": {…}, "check": 7}   {"again": 7}   {"fault": "…"}

Invariant: a line is whole or it is not there; a line that is no JSON object ends the conversation.
"""

from __future__ import annotations

import json
import socket
from dataclasses import asdict
from typing import Any

from checker.catalog import Exercise
from checker.engine.engine import Job

Message = dict[str, Any]

_CHUNK_BYTES = 1 << 16


class Closed(ConnectionError):
    """The other side is gone, or says what cannot be understood."""


class Lines:
    """One end of the conversation."""

    def __init__(self, end: socket.socket) -> None:
        self.socket = end
        self._came = bytearray()

    def send(self, message: Message) -> None:
        """Say one thing."""
        try:
            self.socket.sendall(json.dumps(message, separators=(",", ":")).encode() + b"\n")
        except OSError as error:
            raise Closed(str(error)) from None

    def take(self) -> list[Message]:
        """What came, as far as it is whole. Waits for something where nothing is there yet."""
        try:
            data = self.socket.recv(_CHUNK_BYTES)
        except OSError as error:
            raise Closed(str(error)) from None
        if not data:
            raise Closed("the other side has ended")
        self._came += data
        *whole, rest = self._came.split(b"\n")
        self._came = rest
        return [_parsed(line) for line in whole]


def _parsed(line: bytearray) -> Message:
    try:
        message = json.loads(line)
    except ValueError:
        raise Closed("it said what is no JSON") from None
    if not isinstance(message, dict):
        raise Closed("it said what is no message")
    return message


def pack(job: Job) -> Message:
    """A job as plain values. Its bytes go as Latin-1, which has a letter for each of them."""
    return {
        "exercise": asdict(job.exercise),
        "filename": job.filename,
        "data": job.data.decode("latin-1"),
        "stub": None if job.stub is None else job.stub.decode("latin-1"),
        "seed": job.seed,
    }


def unpack(table: Message) -> Job:
    """What `pack` made."""
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in table["exercise"].items()
    }
    stub = table["stub"]
    return Job(
        exercise=Exercise(**values),
        filename=table["filename"],
        data=table["data"].encode("latin-1"),
        stub=None if stub is None else stub.encode("latin-1"),
        seed=table["seed"],
    )
