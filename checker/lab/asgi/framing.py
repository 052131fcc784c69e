"""How long the body of a response may be: what HTTP/1.1 makes of a status and headers.

The rules and the exception, `h11.LocalProtocolError`, are those of uvicorn on h11, which is what
a plain `pip install uvicorn` runs. On httptools uvicorn raises a RuntimeError where a body is too
long or too short, lets more headers through, and gives its own 500 a content-length.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NoReturn

from checker.lab.asgi.wire import RawHeaders

# What h11 lets through: a token, and text without control characters or space at its ends.
_NAME = re.compile(rb"[-!#$%&'*+.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(rb"(?:[^\x00\s](?:[^\x00\n\r\f\v]*[^\x00\s])?)?")

BODILESS = (204, 304)
_FRAMING = frozenset((b"content-length", b"transfer-encoding"))


def response_headers(headers: Iterable[tuple[bytes, bytes]]) -> RawHeaders:
    """The headers of a response as they go out, or an error that names the bad one."""
    return [
        _header(name, value)
        if type(name) is bytes and type(value) is bytes
        else _header(_as_bytes(name), _as_bytes(value))
        for name, value in headers
    ]


@lru_cache(maxsize=1024)  # Most responses of an app have the same few headers.
def _header(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    if not _NAME.fullmatch(name):
        refuse(f"{name!r} is not the name of a header")
    if not _VALUE.fullmatch(value):
        refuse(
            f"the value of the header {name.decode()!r} holds a line break, a control "
            f"character, or space at an end: {value!r}"
        )
    return name.lower(), value


def _as_bytes(text: object) -> bytes:
    if isinstance(text, str):
        return text.encode("ascii")
    if isinstance(text, bytes | bytearray | memoryview):
        return bytes(text)
    raise TypeError(f"headers are pairs of bytes, and {text!r} is {type(text).__name__}")


def body_length(status: int, headers: RawHeaders) -> int | None:
    """How many bytes the body must have, or None when it is sent in chunks of any number."""
    if not 200 <= status <= 599:
        refuse(f"{status} is not the status of a final response; it must be 200 to 599")
    declared: int | None = None
    chunked = False
    for name, value in headers:
        if name not in _FRAMING:
            continue
        if name == b"content-length":
            declared = _content_length(value, declared)
        else:
            if chunked or value.lower() != b"chunked":
                refuse(f"the transfer-encoding is {value!r}; a server knows b'chunked' alone")
            chunked = True
    if status in BODILESS:
        return 0
    return None if chunked else declared


def _content_length(value: bytes, before: int | None) -> int:
    if before is None and value.isdigit():
        return int(value)
    lengths = {length.strip() for length in value.split(b",")}
    length = lengths.pop()
    if lengths or not length.isdigit() or before not in (None, int(length)):
        refuse(f"the content-length {value!r} is not one number of bytes")
    return int(length)


def wire_headers(status: int, headers: RawHeaders) -> RawHeaders:
    """The headers as a client reads them: a body without a length goes out in chunks."""
    if status in BODILESS or body_length(status, headers) is not None:
        return headers
    kept = [pair for pair in headers if pair[0] not in (b"content-length", b"transfer-encoding")]
    return [*kept, (b"transfer-encoding", b"chunked")]


def refuse(what: str) -> NoReturn:
    """Raise what uvicorn raises for a response that HTTP does not allow."""
    from h11 import LocalProtocolError

    raise LocalProtocolError(what)
