"""Files in a folder on disk, without following anything.

Invariant: only regular files below the folder are read, each by way of folders that were opened
one by one without following a link. What a name was when it was listed counts for nothing: the
opened file itself is asked. A pipe cannot hang the reader, and a file with a second name (a hard
link) is refused, since that name may be another student's file.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO

from checker.classroom.intake import place
from checker.classroom.intake.entry import (
    MOST_ENTRIES,
    MOST_FILES,
    Entry,
    Refused,
    refused,
    too_large,
)
from checker.classroom.intake.names import MOST_PARTS, shown
from checker.classroom.intake.submission import IntakeError

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_PIECE_BYTES = 1 << 20
_LINK = "it is a link, and links are not followed; hand in the file itself"
_DEVICE = "it is a pipe, a socket or a device, and no file; it is not read"


def entries(root: Path, within: str = "") -> list[Entry]:
    """Every file below `root/within`, sorted, also those that are not going to be read."""
    listing = _Listing(root)
    try:
        with _folder(root, within.split("/") if within else []) as opened:
            listing.walk(opened, within, 0)
    except OSError as error:
        listing.refuse(within or root.name, "unreadable", _words(error))
    return sorted(listing.found, key=lambda entry: entry.path)


class _Listing:
    """One walk through a folder."""

    def __init__(self, root: Path) -> None:
        self.found: list[Entry] = []
        self._root, self._count = root, 0

    def walk(self, folder: int, path: str, depth: int) -> None:
        with os.scandir(folder) as scan:
            items = sorted(scan, key=lambda item: item.name)
        for item in items:
            below = f"{path}/{item.name}" if path else item.name
            if depth < 2:
                # A student's folder is one of these; what is in it is counted anew.
                self._count = 0
            if place.is_rest(below):
                continue
            try:
                self._item(folder, item, below, depth)
            except OSError as error:
                self.refuse(below, "unreadable", _words(error))

    def _item(self, folder: int, item: os.DirEntry[str], path: str, depth: int) -> None:
        if item.is_symlink():
            self.refuse(path, "link", _LINK)
        elif item.is_dir(follow_symlinks=False):
            if depth >= MOST_PARTS:
                self.refuse(path, "name", "it is in too many folders; it is not read")
            else:
                self._below(folder, item.name, path, depth)
        elif not item.is_file(follow_symlinks=False):
            self.refuse(path, "device", _DEVICE)
        else:
            self._add(path, item.stat(follow_symlinks=False))

    def _below(self, folder: int, name: str, path: str, depth: int) -> None:
        opened = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
        try:
            if is_repository(opened):
                self._keep(_repository(path, shown(path)))
            else:
                self.walk(opened, path, depth + 1)
        finally:
            os.close(opened)

    def _add(self, path: str, found: os.stat_result) -> None:
        self._keep(file_entry(self._root, path, shown(path), found))

    def refuse(self, path: str, kind: str, words: str) -> None:
        self._keep(refused(path, shown(path), kind, words))

    def _keep(self, entry: Entry) -> None:
        self._count += 1
        if self._count < MOST_FILES:
            self.found.append(entry)
        elif self._count == MOST_FILES:
            words = f"there are more than {MOST_FILES:,} files; the rest is not looked at"
            self.found.append(refused(entry.path, entry.where, "too many", words))
        if len(self.found) >= MOST_ENTRIES:
            words = f"there are more than {MOST_ENTRIES:,} files in {self._root}"
            raise IntakeError(f"{words}. Next: give it a part of them at a time")


def repository(root: Path) -> Entry | None:
    """The folder that a teacher named, if it is a git folder."""
    with _folder(root, []) as opened:
        return _repository("", shown(root.name)) if is_repository(opened) else None


def _repository(path: str, where: str) -> Entry:
    return Entry(path, where, None, _no, _no_file, git=True, folder=path)


def file_entry(root: Path, path: str, where: str, found: os.stat_result) -> Entry:
    """One file below a folder."""
    opened = partial(_opened, root, path)
    read, pieces = partial(_read, opened), partial(_pieces, opened)
    return Entry(path, where, _time(found.st_mtime), read, opened, pieces)


def open_file(path: Path) -> BinaryIO:
    """A regular file that the teacher named; the name itself may be a link."""
    return _regular(os.open(path, _FILE & ~os.O_NOFOLLOW))


def is_repository(folder: int) -> bool:
    """Whether `.git` in an open folder is a folder itself. A file there points elsewhere."""
    try:
        found = os.stat(".git", dir_fd=folder, follow_symlinks=False)
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode)


@contextmanager
def _folder(root: Path, parts: list[str]) -> Iterator[int]:
    """The folder below `root`, opened part by part."""
    opened = os.open(root, _FOLDER)
    try:
        for part in parts:
            below = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=opened)
            os.close(opened)
            opened = below
        yield opened
    finally:
        os.close(opened)


def _opened(root: Path, path: str) -> BinaryIO:
    *folders, name = path.split("/")
    try:
        with _folder(root, folders) as folder:
            opened = os.open(name, _FILE, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EMLINK, errno.ENOTDIR):
            raise Refused("link", _LINK) from None
        raise Refused("unreadable", _words(error)) from None
    return _regular(opened, alone=True)


def _regular(opened: int, alone: bool = False) -> BinaryIO:
    found = os.fstat(opened)
    if not stat.S_ISREG(found.st_mode):
        os.close(opened)
        raise Refused("device", _DEVICE)
    if alone and found.st_nlink > 1:
        os.close(opened)
        words = "it has a second name on this disk (a hard link), and may be another's file"
        raise Refused("link", f"{words}; copy it, if it is to count")
    return os.fdopen(opened, "rb")


def _read(opened: Callable[[], BinaryIO], limit: int) -> bytes:
    with opened() as file:
        try:
            data = file.read(limit + 1)
        except OSError as error:
            raise Refused("unreadable", _words(error)) from None
    if len(data) > limit:
        raise too_large(limit)
    return data


def _pieces(opened: Callable[[], BinaryIO], limit: int) -> Iterator[bytes]:
    got = 0
    with opened() as file:
        while True:
            try:
                piece = file.read(_PIECE_BYTES)
            except OSError as error:
                raise Refused("unreadable", _words(error)) from None
            got += len(piece)
            if got > limit:
                raise too_large(limit)
            if not piece:
                return
            yield piece


def _time(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _words(error: OSError) -> str:
    return f"it cannot be read: {error.strerror or type(error).__name__}"


def _no(limit: int) -> bytes:
    raise Refused("unreadable", "it is a folder")


def _no_file() -> BinaryIO:
    raise Refused("unreadable", "it is a folder")
