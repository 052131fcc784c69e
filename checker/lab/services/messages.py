"""Calls and answers as HTTP/1.1 messages, with h11 on the service's side."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote

import h11

from checker.lab.services import reply
from checker.lab.services.calls import Call, Serving
from checker.lab.services.reply import Answer

_NO_BODY = (204, 304)
_REASONS = {status.value: status.phrase for status in HTTPStatus}


class Piece(NamedTuple):
    """Some bytes of a response, and when they are sent."""

    due_ns: int
    data: bytes
    last: bool


def read_call(request: h11.Request, body: bytes) -> Call:
    """The call that a request is. Its key is the path without the first slash."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers}
    path, _, query = request.target.decode("latin-1").partition("?")
    return Call(
        0,
        unquote(path).removeprefix("/") or None,
        _read_body(body, headers.get("content-type", "")),
        request.method.decode("latin-1"),
        path,
        dict(parse_qsl(query, keep_blank_values=True)),
        headers,
    )


def _read_body(body: bytes, content_type: str) -> Any:
    if not body:
        return None
    if content_type.startswith("application/json"):
        try:
            return json.loads(body)
        except ValueError:
            return body
    return body


def write_answer(protocol: h11.Connection, serving: Serving, due_ns: int) -> Iterator[Piece]:
    """The response in the pieces in which it is sent: the headers, then the body."""
    answer = serving.answer
    bodiless = serving.call.method == "HEAD" or answer.status in _NO_BODY
    if reply.is_stream(answer.body) and not bodiless:
        yield Piece(due_ns, _head(protocol, answer, None), False)
        yield from _stream(protocol, answer, due_ns, f"the reply to {serving.call}")
        return
    head = _head(protocol, answer, None if answer.status in _NO_BODY else len(answer.data))
    parts = [] if bodiless or not answer.data else reply.split(answer.data, answer.count or 1)
    if answer.cut:
        parts = parts[: answer.sent_count]
    if not parts:
        yield Piece(due_ns, head + _end(protocol, answer), True)
        return
    yield Piece(due_ns, head, False)
    for n, part in enumerate(parts):
        out, last = protocol.send(h11.Data(part)) or b"", n == len(parts) - 1
        if last:
            out += _end(protocol, answer)
        yield Piece(due_ns + n * answer.gap_ns, out, last)


def _stream(protocol: h11.Connection, answer: Answer, due_ns: int, what: str) -> Iterator[Piece]:
    """A body that is made while it is taken. If it is cut, its first piece is all of it."""
    next_due_ns = due_ns
    for part in reply.pieces(answer.body, what):
        yield Piece(next_due_ns, protocol.send(h11.Data(part)) or b"", answer.cut)
        if answer.cut:
            return
        due_ns, next_due_ns = next_due_ns, next_due_ns + answer.gap_ns
    yield Piece(due_ns, _end(protocol, answer), True)


def _head(protocol: h11.Connection, answer: Answer, length: int | None) -> bytes:
    headers = {"content-type": answer.content_type}
    if length is not None:
        headers["content-length"] = str(length)
    headers |= {str(name).lower(): str(value) for name, value in answer.headers.items()}
    response = h11.Response(
        status_code=answer.status,
        headers=list(headers.items()),
        reason=_REASONS.get(answer.status, ""),
    )
    return protocol.send(response) or b""


def _end(protocol: h11.Connection, answer: Answer) -> bytes:
    return b"" if answer.cut else protocol.send(h11.EndOfMessage()) or b""
