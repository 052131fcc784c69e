"""Files in a zip archive, inflated in memory, one when it is asked for.

Invariant: neither the number of files nor a file's size is believed. The list of contents is
bounded by its bytes before it is parsed; a file ends at its limit while it is inflated.
It refuses archives whose members share bytes, which only bombs do, and every compression but the
usual one, since others allocate what the archive asks for.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import BinaryIO

from checker.classroom.intake import place
from checker.classroom.intake.entry import (
    Entry,
    Refused,
    in_memory,
    limit_bytes,
    refused,
    too_large,
)
from checker.classroom.intake.names import alike, checked, shown
from checker.classroom.intake.submission import Notes

# What zipfile raises when bytes are not what they should be.
DAMAGE = (
    zipfile.BadZipFile,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
    zlib.error,
)
MOST_RATIO = 100
_SUSPECT_BYTES = 1 << 20  # below it, no ratio matters
CONTENTS_BYTES = 2 << 20  # of a student's archive
ALL_CONTENTS_BYTES = 64 << 20  # of a whole download
_PIECE_BYTES = 64 << 10
_UTF8_FLAG, _ENCRYPTED_FLAGS = 0x800, 0x2041
_STAMP = 0x5455  # the extra field that has the time in UTC


class _Bounded(io.RawIOBase):
    """A file of which no more than so many bytes are read at once."""

    def __init__(self, file: BinaryIO, most: int) -> None:
        self._file, self._most = file, most

    def read(self, count: int = -1, /) -> bytes:
        here = self._file.tell()
        if count < 0:
            count = self._file.seek(0, io.SEEK_END) - here
            self._file.seek(here)
        if count > self._most:
            words = f"its list of contents has more than {self._most:,} bytes"
            raise Refused("too many", f"{words}; the archive is not read")
        return self._file.read(count)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True


class Zip:
    """An open archive. `where` is the archive itself, as it is told to a person."""

    def __init__(
        self, file: BinaryIO, where: str, zone: tzinfo, contents_bytes: int = CONTENTS_BYTES
    ) -> None:
        self._where, self._zone = where, zone
        try:
            self._size = file.seek(0, io.SEEK_END)
            self._archive = zipfile.ZipFile(_Bounded(file, contents_bytes))
        except UnicodeDecodeError:
            words = "a name in it claims to be UTF-8 and is not; hand it in packed anew"
            raise Refused("encoding", words) from None
        except DAMAGE as error:
            raise _damaged(error) from None
        self._refuse_shared_bytes()

    def close(self) -> None:
        self._archive.close()

    def _refuse_shared_bytes(self) -> None:
        end = 0
        for info in sorted(self._archive.infolist(), key=lambda info: info.header_offset):
            if info.header_offset < end:
                words = "files in it share their bytes, as only a bomb's do; it is not read"
                raise Refused("bomb", words)
            end = info.header_offset + 30 + info.compress_size

    def entries(self, notes: Notes, most: int) -> list[Entry]:
        """Every file, sorted, also those that are not going to be read."""
        earlier: dict[str, str] = {}
        made: list[Entry] = []
        for info in self._archive.infolist():
            name, doubt = _name(info)
            told = f"{self._where}: {shown(name)}"
            try:
                path = checked(name)
            except Refused as problem:
                notes.add(problem.kind, told, problem.words)
                continue
            if not path or name.endswith(("/", "\\")) or place.is_rest(path):
                continue
            if len(made) >= most:
                words = f"there are more than {most:,} files to look at; the rest is left out"
                notes.add("too many", self._where, words)
                break
            entry = self._entry(info, path, told)
            first = earlier.get(alike(path))
            earlier.setdefault(alike(path), told)
            if first is not None and limit_bytes(path):
                doubt = ("twice", f"there is {first} too, and many disks take the two for one")
            made.append(replace(entry, finding=doubt) if doubt and not entry.refused else entry)
        return sorted(made, key=lambda entry: entry.path)

    def _entry(self, info: zipfile.ZipInfo, path: str, told: str) -> Entry:
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind == stat.S_IFLNK:
            words = "it is a link, and links are not followed; hand in the file itself"
            return refused(path, told, "link", words)
        if kind not in (0, stat.S_IFREG):
            words = "it is a device or a pipe, and no file; it is not read"
            return refused(path, told, "device", words)
        if info.flag_bits & _ENCRYPTED_FLAGS:
            words = "it is encrypted; hand it in without a password"
            return refused(path, told, "encrypted", words)
        read = partial(self._read, info)
        pieces = partial(self._pieces, info)
        return Entry(path, told, self._time(info), read, in_memory(read), pieces)

    def _read(self, info: zipfile.ZipInfo, limit: int) -> bytes:
        return b"".join(self._pieces(info, limit))

    def _pieces(self, info: zipfile.ZipInfo, limit: int) -> Iterator[bytes]:
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            words = f"it is compressed in an unusual way (method {info.compress_type})"
            raise Refused("unknown archive", f"{words}; hand it in packed as an ordinary zip")
        try:
            yield from self._inflated(info, limit)
        except DAMAGE as error:
            raise _damaged(error) from None

    def _inflated(self, info: zipfile.ZipInfo, limit: int) -> Iterator[bytes]:
        packed = max(1, min(info.compress_size, self._size))
        got = 0
        with self._archive.open(info) as member:
            while piece := member.read(min(_PIECE_BYTES, limit + 1 - got)):
                got += len(piece)
                if got > limit:
                    raise too_large(limit)
                if got > _SUSPECT_BYTES and got > MOST_RATIO * packed:
                    words = f"{packed:,} bytes in it become {got:,} and more, as a bomb's do"
                    raise Refused("bomb", f"{words}; it is not read")
                yield piece

    def _time(self, info: zipfile.ZipInfo) -> datetime | None:
        stamp = _utc(info.extra)
        if stamp is not None:
            return stamp
        # The format's own time begins with 1980, which is what packers write that know none.
        if info.date_time[0] <= 1980:
            return None
        try:
            return datetime(*info.date_time, tzinfo=self._zone)
        except ValueError:
            return None


def _name(info: zipfile.ZipInfo) -> tuple[str, tuple[str, str] | None]:
    """The name, with an old mistake mended: UTF-8 that the archive does not call so."""
    # `filename` ends at the first NUL, and `orig_filename` has it all.
    name = info.orig_filename
    if not info.flag_bits & _UTF8_FLAG and not name.isascii():
        try:
            return name.encode("cp437").decode("utf-8"), None
        except UnicodeError:
            return name, ("encoding", "its name states no encoding; it was read as cp437")
    return name, None


def _utc(extra: bytes) -> datetime | None:
    """The time in UTC, which most packers add."""
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        if kind == _STAMP and length >= 5 and len(extra) >= 9 and extra[4] & 1:
            (seconds,) = struct.unpack_from("<i", extra, 5)
            return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
        extra = extra[4 + length :]
    return None


def _damaged(error: Exception) -> Refused:
    reason = shown(str(error), 120) or type(error).__name__
    return Refused("damaged", f"it is damaged, or no zip archive: {reason}; hand it in anew")
