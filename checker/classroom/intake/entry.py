"""A file that can be read, wherever it is: on disk, in an archive, in a commit.

Invariant: reading takes the most bytes that the caller can use, and ends with `Refused` as soon as
there are more, whatever size was declared.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from checker.attempt.code import LARGEST_BYTES

LARGEST_NOTEBOOK_BYTES = 16 << 20  # without its outputs, where it is larger
LARGEST_STREAM_BYTES = 256 << 20  # of a file that is read piece by piece
MOST_STREAM_BYTES = 1 << 30  # the same for one student, in all
LARGEST_ARCHIVE_BYTES = 32 << 20
LARGEST_METADATA_BYTES = 8 << 20
MOST_BYTES = 64 << 20  # read for one student, in all
MOST_FILES = 5_000  # of one student
MOST_ARCHIVES = 20  # of one student
MOST_DEPTH = 2  # archives that may be around an archive
MOST_ENTRIES = 200_000  # of a whole download

PROGRAM, NOTEBOOK = ".py", ".ipynb"
ZIP, TARS = ".zip", (".tar", ".tar.gz", ".tgz")
UNREADABLE = (".rar", ".7z", ".bz2", ".xz", ".zst", ".tbz2", ".txz", ".gz", ".lha", ".cab", ".iso")


class Refused(Exception):
    """This is not read: the finding's kind and words."""

    def __init__(self, kind: str, words: str) -> None:
        super().__init__(words)
        self.kind, self.words = kind, words


@dataclass(frozen=True)
class Entry:
    """One file of a download.

    path       relative, "/" between its parts; it has been checked
    where      how it is told to a person
    read       its bytes, of which there are at most so many
    open       the same as an open file, for an archive
    pieces     the same piece by piece, where that can be done: nothing of it has to be kept
    git        it is no file: it is a folder that a commit is checked out in,
    folder     and where that is, below the folder that is read
    version    which upload of a file this is, where the download tells
    finding    what is to be said of it: the kind and the words
    refused    it is not read, because of that
    """

    path: str
    where: str
    modified: datetime | None
    read: Callable[[int], bytes]
    open: Callable[[], BinaryIO]
    pieces: Callable[[int], Iterator[bytes]] | None = None
    git: bool = False
    folder: str = ""
    version: tuple[int, ...] = ()
    finding: tuple[str, str] | None = None
    refused: bool = False


def refused(path: str, where: str, kind: str, words: str) -> Entry:
    """A file that is not read, which a teacher is told of."""

    def read(limit: int) -> bytes:
        raise Refused(kind, words)

    opened = in_memory(read)
    return Entry(path, where, None, read, opened, finding=(kind, words), refused=True)


def in_memory(read: Callable[[int], bytes]) -> Callable[[], BinaryIO]:
    """Opens what can only be read as a whole."""
    return lambda: io.BytesIO(read(LARGEST_ARCHIVE_BYTES))


def is_archive(path: str) -> bool:
    """Whether this is an archive of a kind that intake reads."""
    return path.casefold().endswith((ZIP, *TARS))


def limit_bytes(path: str) -> int:
    """The most bytes that a file of this name may have; 0 where nobody would read it."""
    if is_archive(path):
        return LARGEST_ARCHIVE_BYTES
    if path.casefold().endswith(NOTEBOOK):
        return LARGEST_NOTEBOOK_BYTES
    return LARGEST_BYTES if path.casefold().endswith(PROGRAM) else 0


def size(count_bytes: int) -> str:
    """ "2.5 MB" """
    if count_bytes >= 1_000_000:
        return f"{count_bytes / 1e6:.1f} MB"
    return f"{count_bytes:,} bytes"


def too_large(limit: int) -> Refused:
    """More bytes than a file of this kind may have."""
    words = f"it has more than {size(limit)}, the most that is read of such a file"
    return Refused("too large", f"{words}; hand it in without data, pictures and outputs")


class Budget:
    """What one student's submission may cost to read."""

    def __init__(self) -> None:
        self._bytes, self._archives, self._files = MOST_BYTES, MOST_ARCHIVES, MOST_FILES
        self._streamed = 0

    def read(self, entry: Entry, limit: int) -> bytes:
        """The file's bytes, within its own limit and what is left for the student."""
        if self._bytes <= 0:
            raise self._spent()
        try:
            data = entry.read(min(limit, self._bytes))
        except Refused as refused:
            # What was inflated in vain is spent too.
            if refused.kind in ("bomb", "too large", "damaged"):
                self._bytes -= min(limit, self._bytes)
            raise
        self._bytes -= len(data)
        return data

    def pieces(self, entry: Entry, limit: int) -> Iterator[bytes]:
        """A file piece by piece; whoever keeps something of it says so to `keep`."""
        left = min(limit, MOST_STREAM_BYTES - self._streamed)
        if self._bytes <= 0 or left <= 0:
            raise self._spent()
        if entry.pieces is None:
            yield entry.read(LARGEST_NOTEBOOK_BYTES)
            return
        for piece in entry.pieces(left):
            self._streamed += len(piece)
            yield piece

    @property
    def left_bytes(self) -> int:
        """How many bytes more may be kept."""
        return max(0, self._bytes)

    def keep(self, count_bytes: int) -> None:
        """So many bytes of a file in pieces are kept, or were in vain."""
        self._bytes -= count_bytes

    def open(self, entry: Entry) -> BinaryIO:
        """The archive, as an open file."""
        if self._archives <= 0:
            words = f"there are more than {MOST_ARCHIVES} archives in it; the rest is not opened"
            raise Refused("bomb", words)
        self._archives -= 1
        if self._bytes <= 0:
            raise self._spent()
        handle = entry.open()
        if isinstance(handle, io.BytesIO):
            self._bytes -= handle.getbuffer().nbytes
        return handle

    def files(self, count: int) -> int:
        """How many of so many files are still looked at."""
        allowed = min(count, self._files)
        self._files -= allowed
        return allowed

    @property
    def left_files(self) -> int:
        """How many files more are looked at."""
        return self._files

    def _spent(self) -> Refused:
        words = f"{size(MOST_BYTES)} were read of this submission, and more is not read of one"
        return Refused("too large", f"{words}; hand in the .py files or the notebook alone")
