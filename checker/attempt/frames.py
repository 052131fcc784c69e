"""What goes over the wire between a check and an attempt in a jail: JSON, in batches.

A batch is a list of messages, a message is a list that begins with a word. Bytes, tuples and
tables whose keys are not texts are marked, and so are services, which go as numbers.

Invariant: what was read has been counted: its bytes, its parts, its depth. Nothing is executed
and nothing is unpickled on the way.
"""

from __future__ import annotations

import base64
import binascii
import json
import struct
from collections.abc import Callable
from typing import Any

from checker.attempt.values import BITS, COUNT, DEPTH, LENGTH, DoesNotCross, cross

HEAD = struct.Struct("!I")
LARGEST_BYTES = 16_000_000  # of one batch
# What one read asks for. Nearly all batches are smaller, and for a buffer that is much larger the
# allocator maps fresh pages each time.
READ_BYTES = 1 << 13
MOST_KEYS = 2_000  # of a value that are no texts: numbers can be chosen to have all one hash
MARK = "$"
_BEGIN_PARTS = (b",", b"[", b"{")

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True).encode
_decode = json.JSONDecoder().decode
_SPECIAL = {"inf": float("inf"), "-inf": float("-inf"), "nan": float("nan")}


class Broken(ValueError):
    """What came over the wire is not what the other side would send."""


Message = list[Any]


def encode(batch: list[Message]) -> bytes:
    """A batch, as it goes over the wire."""
    data = _encode(batch).encode("ascii")
    return HEAD.pack(len(data)) + data


def parts(data: bytes, most: int) -> int:
    """How many values a batch has, counted before any is made; exact where it is beyond `most`."""
    count = _signs(data)
    if count > most:
        # Those within texts stand for nothing. Without escapes, every other quote ends a text.
        plain = data.replace(b"\\\\", b"").replace(b'\\"', b"")
        count = _signs(b"".join(plain.split(b'"')[::2]))
    return count


def _signs(data: bytes) -> int:
    return sum(map(data.count, _BEGIN_PARTS))


def decode(data: bytes) -> list[Message]:
    """The batch that these bytes are, or Broken."""
    try:
        batch = _decode(data.decode("ascii"))
    except (ValueError, RecursionError) as error:
        raise Broken(f"no JSON: {type(error).__name__}") from None
    if type(batch) is not list or not batch:
        raise Broken("a batch is a list of messages")
    for message in batch:
        if type(message) is not list or not message or type(message[0]) is not str:
            raise Broken("a message is a list that begins with a word")
    return batch


# Values.


def pack(value: Any, refer: Callable[[Any], Any] | None = None) -> Any:
    """A value as JSON; `refer` makes a reference of what is not plain, or None."""
    kind = type(value)
    if value is None or kind is bool or kind is int or kind is str:
        return value
    if kind is float:
        return value if value - value == 0 else {MARK: "f", "v": str(value)}
    if kind is bytes:
        return {MARK: "b", "v": base64.b64encode(value).decode("ascii")}
    if kind is list:
        return [pack(part, refer) for part in value]
    if kind is tuple:
        return {MARK: "t", "v": [pack(part, refer) for part in value]}
    if kind is dict:
        if MARK not in value and all(type(key) is str for key in value):
            return {key: pack(part, refer) for key, part in value.items()}
        return {MARK: "d", "v": [[pack(key), pack(part, refer)] for key, part in value.items()]}
    reference = refer(value) if refer is not None else None
    if reference is not None:
        return {MARK: "s", "v": reference}
    # Whatever is made of plain parts crosses as those; for the rest this says what is wrong.
    return pack(cross(value, "what is handed over"))


def unpack(value: Any, referred: Callable[[Any], Any] | None = None) -> Any:
    """The value that JSON stands for; `referred` finds what a reference is of."""
    return _Unpacker(referred).unpack(value, 0)


class _Unpacker:
    def __init__(self, referred: Callable[[Any], Any] | None) -> None:
        self._referred = referred
        self._count = self._length = self._keys = 0

    def unpack(self, value: Any, depth: int) -> Any:
        self._count += 1
        if self._count > COUNT or depth > DEPTH:
            raise Broken("a value of too many parts")
        kind = type(value)
        if kind is str:
            return self._measured(value)
        if kind is int:
            if value.bit_length() > BITS:
                raise Broken("a number of too many digits")
            return value
        if kind is list:
            return [self.unpack(part, depth + 1) for part in value]
        if kind is dict:
            if MARK in value:
                return self._marked(value[MARK], value.get("v"), depth)
            return {self._measured(key): self.unpack(v, depth + 1) for key, v in value.items()}
        return value  # None, bool, float

    def _marked(self, mark: Any, value: Any, depth: int) -> Any:
        if mark == "b" and type(value) is str:
            try:
                return self._measured(base64.b64decode(value, validate=True))
            except (binascii.Error, ValueError):
                raise Broken("bytes that are none") from None
        if mark == "f" and type(value) is str and value in _SPECIAL:
            return _SPECIAL[value]
        if mark == "t" and type(value) is list:
            return tuple(self.unpack(part, depth + 1) for part in value)
        if mark == "d" and type(value) is list:
            return dict(self._pair(pair, depth) for pair in value)
        if mark == "s" and self._referred is not None:
            return self._referred(value)
        raise Broken("a mark that there is not")

    def _pair(self, pair: Any, depth: int) -> tuple[Any, Any]:
        if type(pair) is not list or len(pair) != 2:
            raise Broken("a table whose entries are no pairs")
        key = self.unpack(pair[0], depth + 1)
        self._keys += type(key) is not str
        if self._keys > MOST_KEYS:
            raise Broken("a table with too many keys that are no texts")
        try:
            hash(key)
        except TypeError:
            raise Broken("a table with a key that cannot be one") from None
        return key, self.unpack(pair[1], depth + 1)

    def _measured(self, text: Any) -> Any:
        self._length += len(text)
        if self._length > LENGTH:
            raise Broken("a value that is too long")
        return text


__all__ = ["Broken", "DoesNotCross", "Message", "decode", "encode", "pack", "parts", "unpack"]
