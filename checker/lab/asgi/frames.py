"""What a WebSocket's frames may hold, by RFC 6455 and its registry of codes."""

from __future__ import annotations

from checker.lab.asgi.wire import Message

# The codes that may stand in a close frame, beside 3000 to 4999.
_CLOSE_CODES = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014)
_LONGEST_REASON_BYTES = 123


def size_bytes(message: Message) -> int:
    """How much of the water marks a text or bytes message takes."""
    data = message.get("bytes")
    return len(message["text"].encode()) if data is None else len(data)


def check_close(code: int, reason: str) -> None:
    """Raise a ValueError for a close that cannot be sent."""
    if code not in _CLOSE_CODES and not 3000 <= code <= 4999:
        raise ValueError(f"a WebSocket cannot be closed with code {code}; 1000 is the usual one")
    if len(reason.encode()) > _LONGEST_REASON_BYTES:
        raise ValueError(f"the reason of a close holds at most {_LONGEST_REASON_BYTES} bytes")
