"""Files in a tar archive, plain or gzipped, read from front to back.

The format is read here, not by the standard library: some of its releases take hours over a header
made for that, and go round in circles over another.

Invariant: no header is believed: sizes end at limits, and the stream itself is bounded.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import BinaryIO, NamedTuple

from checker.classroom.intake import outputs, place
from checker.classroom.intake.entry import (
    LARGEST_STREAM_BYTES,
    NOTEBOOK,
    Entry,
    Refused,
    in_memory,
    limit_bytes,
    refused,
    too_large,
)
from checker.classroom.intake.names import checked, shown
from checker.classroom.intake.submission import Notes

MOST_STREAM_BYTES = 256 << 20
MOST_KEPT_BYTES = 64 << 20
MOST_MEMBERS = 20_000
_BLOCK_BYTES, _PIECE_BYTES = 512, 1 << 20
_LONGEST_HEADER_BYTES = 64 << 10
_FILES, _LINKS, _DEVICES, _FOLDER = b"0\x007", b"12", b"346", b"5"


class _Header(NamedTuple):
    name: str
    size: int
    kind: bytes
    modified: datetime | None

    @property
    def padded_bytes(self) -> int:
        return self.size + -self.size % _BLOCK_BYTES


class _Stream:
    """The unpacked bytes, counted."""

    def __init__(self, file: BinaryIO) -> None:
        zipped = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        self._file: BinaryIO | gzip.GzipFile = gzip.GzipFile(fileobj=file) if zipped else file
        self._left = MOST_STREAM_BYTES

    def read(self, count: int) -> bytes:
        self._left -= count
        if self._left < 0:
            words = f"it unpacks to more than {MOST_STREAM_BYTES >> 20} MiB; the rest is not read"
            raise Refused("bomb", words)
        try:
            data = self._file.read(count)
        except (OSError, EOFError, zlib.error) as error:
            raise _damaged(str(error)) from None
        if len(data) != count:
            raise _damaged("it ends too early")
        return data

    def skip(self, count: int) -> None:
        while count > 0:
            count -= len(self.read(min(count, 1 << 20)))


def entries(file: BinaryIO, where: str, notes: Notes, most: int) -> list[Entry]:
    """Every file, sorted. What is wrong with the archive itself ends the list."""
    made: list[Entry] = []
    try:
        stream = _Stream(file)
        kept = 0
        for count, header in enumerate(_headers(stream)):
            told = f"{where}: {shown(header.name)}"
            path = _path(header, told, notes)
            if not path:
                stream.skip(header.padded_bytes)
                continue
            if len(made) >= most or count >= MOST_MEMBERS:
                words = f"there are more than {most:,} files to look at; the rest is left out"
                raise Refused("too many", words)
            made.append(_entry(stream, header, path, told, MOST_KEPT_BYTES - kept))
            kept += header.size if limit_bytes(path) and not made[-1].refused else 0
    except Refused as problem:
        notes.add(problem.kind, where, problem.words)
    return sorted(made, key=lambda entry: entry.path)


def _path(header: _Header, told: str, notes: Notes) -> str:
    """The member's path; "" if nobody wants it."""
    try:
        path = checked(header.name)
    except Refused as problem:
        notes.add(problem.kind, told, problem.words)
        return ""
    return "" if header.kind == _FOLDER or place.is_rest(path) else path


def _entry(stream: _Stream, header: _Header, path: str, told: str, left: int) -> Entry:
    """The member as an entry; the stream then is behind it."""
    limit = limit_bytes(path)
    if limit < header.size <= LARGEST_STREAM_BYTES and path.casefold().endswith(NOTEBOOK):
        return _large_notebook(stream, header, path, told, min(limit, left))
    problem = _problem(header, min(limit, left) if limit else None)
    if problem or not limit:
        stream.skip(header.padded_bytes)
        kind, words = problem or ("unreadable", "it is of no kind that is read")
        made = refused(path, told, kind, words)
        # What is no program, notebook or archive is named by whoever looks at its name.
        return made if problem else replace(made, refused=False, finding=None)
    data = stream.read(header.size)
    stream.skip(header.padded_bytes - header.size)
    read = partial(_read, data)
    return Entry(path, told, header.modified, read, in_memory(read))


def _large_notebook(stream: _Stream, header: _Header, path: str, told: str, left: int) -> Entry:
    """A notebook that is kept without its outputs, since a tar is read once, front to back."""
    passed = 0

    def pieces() -> Iterator[bytes]:
        nonlocal passed
        while passed < header.size:
            piece = stream.read(min(_PIECE_BYTES, header.size - passed))
            passed += len(piece)
            yield piece

    note: tuple[str, str] | None = ("read as", "it is large; it was read without its outputs")
    try:
        read = partial(_read, outputs.without(pieces(), left))
    except Refused as problem:
        if problem.kind == "damaged":
            raise
        made = refused(path, told, problem.kind, problem.words)
    else:
        made = Entry(path, told, header.modified, read, in_memory(read), finding=note)
    stream.skip(header.padded_bytes - passed)
    return made


def _problem(header: _Header, limit: int | None) -> tuple[str, str] | None:
    if header.kind in _LINKS:
        return "link", "it is a link, and links are not followed; hand in the file itself"
    if header.kind in _DEVICES:
        return "device", "it is a device or a pipe, and no file; it is not read"
    if header.kind not in _FILES:
        return "damaged", "it is of a kind that is not read (sparse, or a system's own)"
    if limit is not None and header.size > limit:
        return "too large", too_large(limit).words
    return None


def _headers(stream: _Stream) -> Iterator[_Header]:
    """Every member's header, with the long name that may come before it."""
    name, size, modified = "", -1, None
    while any(block := stream.read(_BLOCK_BYTES)):
        header = _header(block)
        if header.kind in b"xgLK":
            if header.size > _LONGEST_HEADER_BYTES:
                raise _damaged("a header in it is longer than any name")
            text = stream.read(header.size)
            stream.skip(-header.size % _BLOCK_BYTES)
            if header.kind == b"L":
                name = _text(text)
            elif header.kind == b"x":
                found = _records(text)
                name = found.get("path", name)
                size = _whole(found["size"]) if "size" in found else size
                modified = _time(found.get("mtime", ""))
            continue
        yield _Header(
            name or header.name,
            size if size >= 0 else header.size,
            header.kind,
            modified or header.modified,
        )
        name, size, modified = "", -1, None


def _header(block: bytes) -> _Header:
    stated = _number(block[148:156])
    if stated != sum(block) - sum(block[148:156]) + 8 * 32:
        raise _damaged("a header in it does not add up")
    name = _text(block[:100])
    if block[257:263] == b"ustar\x00" and block[345]:
        name = f"{_text(block[345:500])}/{name}"
    return _Header(
        name, _number(block[124:136]), block[156:157], _time(str(_number(block[136:148])))
    )


def _number(field: bytes) -> int:
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b" \0")
    if not re.fullmatch(rb"[0-7]*", digits):
        raise _damaged("a number in a header is none")
    return int(digits or b"0", 8)


def _records(text: bytes) -> dict[str, str]:
    """What a header of the newer kind states: `length key=value`, line by line."""
    found: dict[str, str] = {}
    at, end = 0, len(text.rstrip(b"\0"))
    while at < end:
        blank = text.find(b" ", at, at + 20)
        length = _whole(_text(text[at : max(blank, at)]))
        key, equals, value = text[blank + 1 : at + length - 1].partition(b"=")
        # A length that does not reach beyond itself would go round in circles here.
        if not equals or length <= blank - at:
            raise _damaged("a header in it cannot be read")
        found[_text(key)] = value.decode("utf-8", "surrogateescape")
        at += length
    return found


def _whole(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise _damaged("a number in a header is none")
    return int(text)


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def _time(text: str) -> datetime | None:
    try:
        seconds = float(text)
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def _read(data: bytes, limit: int) -> bytes:
    if len(data) > limit:
        raise too_large(limit)
    return data


def _damaged(reason: str) -> Refused:
    words = f"it is damaged, or no tar archive: {shown(reason, 120)}"
    return Refused("damaged", f"{words}; hand it in anew, as a zip")
