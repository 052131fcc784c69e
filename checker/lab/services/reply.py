"""What a service answers: a value for a direct call, a status, headers and a body for HTTP.

A reply is a JSON value, bytes, an iterator of pieces of a body, or a tuple (status, body) or
(status, body, headers). A list is a JSON value; only a tuple is a response.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any


class UpstreamError(Exception):
    """A service answered with an error: a status of 400 or more, as a direct call meets it."""

    def __init__(self, message: str, status: int, body: Any, headers: dict[str, str]) -> None:
        super().__init__(message)
        self.status = status
        self.body = body
        self.headers = headers


class Answer:
    """The answer to one call, decided when the call comes and given when it is due."""

    def __init__(self, status: int, body: Any, headers: Mapping[str, str]) -> None:
        self.status = status
        self.body = body
        self.headers = dict(headers)
        self.data = b""  # the body as it is sent, if it is not a stream
        self.content_type = "text/plain"
        self.latency_ns: int | None = 0  # None: it never comes
        self.gap_ns = 0  # between two pieces of the body
        self.count: int | None = 1  # of pieces; None: nobody knows, since an iterator makes them
        self.error: BaseException | None = None  # raised in place of an answer
        self.cut = False  # hang up in the middle of the body

    @property
    def lasts_ns(self) -> int | None:
        """From the first piece to the last; None where that is up to who takes them."""
        return None if self.count is None else self.gap_ns * max(0, self.sent_count - 1)

    @property
    def sent_count(self) -> int:
        """How many of its pieces are sent: one half if it is cut."""
        count = 1 if self.count is None else self.count
        return count // 2 if self.cut else count

    @property
    def outcome(self) -> str:
        """How a call with this answer ends."""
        return "failed" if self.error or self.cut or self.status >= 400 else "completed"

    @property
    def value(self) -> Any:
        """What a direct call returns: never a list or dict that other calls get too."""
        return copy.deepcopy(self.body) if isinstance(self.body, list | dict) else self.body


def read_reply(reply: Any, what: str) -> Answer:
    """The answer that a reply stands for."""
    if not isinstance(reply, tuple):
        return Answer(200, reply, {})
    if not 2 <= len(reply) <= 3 or not _is_status(reply[0]):
        raise TypeError(
            f"{what} is the tuple {reply!r}; a tuple is a response: (status, body) or "
            "(status, body, headers), with a status from 200 to 599. For a JSON array use a list"
        )
    headers = reply[2] if len(reply) == 3 else {}
    if not isinstance(headers, Mapping):
        raise TypeError(f"{what} has the headers {headers!r}; give a dict of strings")
    return Answer(reply[0], reply[1], headers)


def _is_status(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 200 <= value <= 599


def is_stream(body: Any) -> bool:
    """Whether a body is made piece by piece while it is taken."""
    return isinstance(body, Iterator)


def encode(body: Any, what: str) -> tuple[bytes, str]:
    """A body as bytes, and its content type."""
    if isinstance(body, bytes | bytearray):
        return bytes(body), "application/octet-stream"
    try:
        return json.dumps(body).encode(), "application/json"
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"{what} cannot be sent over HTTP: {error}. Let it be a JSON value, bytes, or an "
            "iterator of bytes"
        ) from None


def pieces(body: Iterable[Any], what: str) -> Iterator[bytes]:
    """The pieces of a streamed body, as bytes; empty ones are left out."""
    for piece in body:
        if not isinstance(piece, str | bytes):
            raise TypeError(
                f"{what} yields {piece!r}, a {type(piece).__name__}; let it yield str or bytes"
            )
        if piece:
            yield piece.encode() if isinstance(piece, str) else piece


def split(body: bytes, count: int) -> list[bytes]:
    """A body in `count` pieces of about the same size; in fewer if it has fewer bytes."""
    count = max(1, min(count, len(body)))
    bounds = [len(body) * n // count for n in range(count + 1)]
    return [body[low:high] for low, high in pairwise(bounds)]
