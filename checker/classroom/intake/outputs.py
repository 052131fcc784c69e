"""A large notebook without its outputs, read piece by piece.

Invariant: no more is kept than the caller can use, however much is read; and what is kept is the
notebook, with `[]` or `{}` where outputs, attachments and metadata were.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain

from checker.classroom.intake.entry import Refused, size

_LEFT_OUT = {b"outputs": b"[]", b"attachments": b"{}", b"metadata": b"{}"}
_DEPTHS = (1, 3)  # of the notebook itself, and of a cell in its list
_LONGEST_KEY_BYTES = 32
_MOST_DEPTH = 1_000
_MOST_SIGNS = 4_000_000  # some five seconds' work
_SIGN = re.compile(rb'["\[\]{}:,]')
_BRACKET = re.compile(rb'["\[\]{}]')  # In what is left out nothing else matters.
_REST = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
_OPENS, _CLOSES = b"[{", b"]}"


def read(pieces: Iterable[bytes], most: int) -> tuple[bytes, bool]:
    """A notebook, and whether it was so large that it is here without its outputs."""
    whole = bytearray()
    left = iter(pieces)
    for piece in left:
        whole += piece
        if len(whole) > most:
            return without(chain([bytes(whole)], left), most), True
    return bytes(whole), False


def without(pieces: Iterable[bytes], most: int) -> bytes:
    """The notebook, of which at most so many bytes are left; raises `Refused` if there are more."""
    reader = _Reader(most)
    for piece in pieces:
        reader.feed(piece)
    return bytes(reader.kept)


class _Reader:
    """Goes through the signs of JSON, and keeps what is not left out."""

    def __init__(self, most: int) -> None:
        self.kept = bytearray()
        self._most = most
        self._depth, self._signs, self._in_text, self._cut = 0, 0, False, b""
        self._text = bytearray()  # the beginning of the latest text, which may be a key
        self._key = b""  # the key whose value comes next
        self._leaving = 0  # the depth of a value that is left out; 0 outside of one

    def feed(self, piece: bytes) -> None:
        data, at = self._cut + piece, 0
        self._cut = b""
        while at < len(data):
            at = self._within_text(data, at) if self._in_text else self._sign(data, at)
            if at < 0:
                return

    def _within_text(self, data: bytes, at: int) -> int:
        found = _REST.match(data, at)
        end = found.end() if found else at
        self._keep(data[at:end])
        if len(self._text) <= _LONGEST_KEY_BYTES:
            self._text += data[at : min(end, at + _LONGEST_KEY_BYTES + 1)]
        if end == len(data):
            return end
        if data[end : end + 1] == b"\\":
            self._cut = data[end:]  # What it escapes is in the next piece.
            return -1
        self._in_text = False
        self._keep(b'"')
        return end + 1

    def _sign(self, data: bytes, at: int) -> int:
        self._signs += 1
        if self._signs > _MOST_SIGNS:
            words = f"it has more than {_MOST_SIGNS:,} parts; it is not read"
            raise Refused("bomb", f"{words}; hand it in with its outputs cleared")
        found = (_BRACKET if self._leaving else _SIGN).search(data, at)
        if found is None:
            self._keep(data[at:])
            return len(data)
        self._keep(data[at : found.start()])
        sign = found[0]
        if sign == b'"':
            self._in_text = True
            self._text.clear()
            self._keep(sign)
        elif sign == b":":
            self._key = bytes(self._text) if self._depth in _DEPTHS else b""
            self._keep(sign)
        elif sign == b",":
            self._key = b""
            self._keep(sign)
        elif sign in _OPENS:
            self._open(sign)
        else:
            self._close(sign)
        return found.end()

    def _open(self, sign: bytes) -> None:
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            words = f"it is nested more than {_MOST_DEPTH:,} deep, as no notebook is"
            raise Refused("bomb", f"{words}; it is not read")
        if not self._leaving and self._depth - 1 in _DEPTHS and self._key in _LEFT_OUT:
            self._keep(_LEFT_OUT[self._key])
            self._leaving = self._depth
        self._key = b""
        self._keep(sign)

    def _close(self, sign: bytes) -> None:
        self._keep(sign)
        if self._depth == self._leaving:
            self._leaving = 0
        self._depth = max(0, self._depth - 1)

    def _keep(self, data: bytes) -> None:
        if self._leaving:
            return
        self.kept += data
        if len(self.kept) > self._most:
            words = f"it has more than {size(self._most)}, even without its outputs"
            raise Refused("too large", f"{words}; hand in the cells of the exercises alone")
