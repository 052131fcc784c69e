"""Files of the commit that a git folder has checked out, read from its objects alone.

Invariant: nothing that the folder brings is run or obeyed: no hooks, filters, monitors, fetches,
and no configuration, since git is given a folder of our own with only the objects borrowed. What
HEAD names is read here. Objects that lie elsewhere (alternates, links) are refused: they may be
another student's.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from checker.classroom.intake import disk, place
from checker.classroom.intake.entry import Entry, Refused, in_memory, refused, too_large
from checker.classroom.intake.names import checked, shown
from checker.classroom.intake.submission import Notes

TIMEOUT_S = 30.0
_MOST_LIST_BYTES = 4 << 20
_MOST_OBJECT_FILES = 50_000
_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REF = re.compile(r"refs/heads/[A-Za-z0-9][\w./+@-]{0,200}", re.ASCII)
_LINKS = {
    "120000": "it is a link, and links are not followed; hand in the file itself",
    "160000": "it is another repository (a submodule), and is not followed",
}
# A limit on memory, where the shell can set one, holds for git and whatever it unpacks.
_LIMITED = 'ulimit -v 2000000 2>/dev/null; exec "$@"'
_CONFIG = """[core]
\tbare = true
\trepositoryformatversion = {version}
\thooksPath = /dev/null
\tfsmonitor = false
\tbigFileThreshold = 1m
[protocol]
\tallow = never
[extensions]
\tobjectFormat = {format}
"""


class Commit:
    """The commit that is checked out in `root/within`."""

    def __init__(self, root: Path, within: str, told: str, own: Path) -> None:
        program = shutil.which("git")
        if program is None:
            raise Refused("git", "git is not installed")
        self._prefix, self._program = told, program
        folder = root / within / ".git" if within else root / ".git"
        _refuse_elsewhere(folder / "objects")
        self._id = _head(folder)
        self._env = _environment(folder / "objects", own)
        _make(own, "sha1" if len(self._id) == 40 else "sha256")
        self.time = self._time()

    def entries(self, notes: Notes, most: int) -> list[Entry]:
        """Every file of the commit that may be read, sorted."""
        listed = self._git(["ls-tree", "-r", "-z", self._id], _MOST_LIST_BYTES)
        made: list[Entry] = []
        for line in listed.split(b"\0")[:-1]:
            head, _, raw = line.partition(b"\t")
            mode, _, id = head.decode("ascii", "replace").split(" ", 2)
            name = raw.decode("utf-8", "surrogateescape")
            told = f"{self._prefix}{shown(name)}"
            try:
                path = checked(name)
            except Refused as problem:
                notes.add(problem.kind, told, problem.words)
                continue
            if not path or place.is_rest(path):
                continue
            if len(made) >= most:
                words = f"there are more than {most:,} files to look at; the rest is left out"
                notes.add("too many", self._prefix, words)
                break
            if mode in _LINKS:
                made.append(refused(path, told, "link", _LINKS[mode]))
                continue
            read = partial(self._git, ["cat-file", "blob", id])
            made.append(Entry(path, told, self.time, read, in_memory(read)))
        return sorted(made, key=lambda entry: entry.path)

    def _time(self) -> datetime | None:
        text = self._git(["cat-file", "commit", self._id], 1 << 20)
        found = re.search(rb"^committer .*> (\d{1,11}) [+-]\d{4}$", text, re.MULTILINE)
        try:
            return datetime.fromtimestamp(int(found[1]), UTC) if found else None
        except (ValueError, OverflowError, OSError):
            return None

    def _git(self, arguments: list[str], limit: int) -> bytes:
        """What git prints, which is at most so much."""
        command = ["/bin/sh", "-c", _LIMITED, "sh", self._program, *arguments]
        process = subprocess.Popen(
            command,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        timer = threading.Timer(TIMEOUT_S, process.kill)
        timer.start()
        try:
            with process:
                data = process.stdout.read(limit + 1) if process.stdout else b""
                if len(data) > limit:
                    process.kill()
        finally:
            timer.cancel()
        if len(data) > limit:
            raise too_large(limit)
        if process.returncode:
            raise Refused("git", f"git cannot read it (git {arguments[0]} failed)")
        return data


@contextmanager
def commit(root: Path, within: str, told: str) -> Iterator[Commit]:
    """The commit of a git folder; Refused says why there is none to be had."""
    with TemporaryDirectory(prefix="intake-") as own:
        try:
            made = Commit(root, within, told, Path(own))
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise Refused("git", f"its .git cannot be read: {reason}") from None
        yield made


def _head(folder: Path) -> str:
    """The id of the commit that HEAD names."""
    head = _text(folder, "HEAD").strip()
    if _ID.fullmatch(head):
        return head
    name = head.removeprefix("ref:").strip()
    if not _REF.fullmatch(name) or ".." in name:
        raise Refused("git", "its HEAD names no branch and no commit")
    loose = _text(folder, name).strip()
    if _ID.fullmatch(loose):
        return loose
    packed = re.search(
        rf"^({_ID.pattern}) {re.escape(name)}$", _text(folder, "packed-refs"), re.MULTILINE
    )
    if packed is None:
        raise Refused("git", "nothing is committed on the branch that is checked out")
    return packed[1]


def _text(folder: Path, name: str) -> str:
    """A small file of the git folder, opened without following anything; "" if there is none."""
    found = os.stat(folder)
    try:
        return disk.file_entry(folder, name, name, found).read(1 << 20).decode("ascii", "replace")
    except Refused as refused:
        if refused.kind != "unreadable":
            raise Refused("git", f".git/{name}: {refused.words}") from None
        return ""


def _refuse_elsewhere(objects: Path) -> None:
    """Refuse objects that lie in another place than this folder."""
    left = [objects]
    count = 0
    while left:
        folder = left.pop()
        if not stat.S_ISDIR(os.lstat(folder).st_mode):
            raise Refused("link", "its .git/objects is a link; it is not followed")
        with os.scandir(folder) as scan:
            for item in scan:
                count += 1
                if item.is_symlink() or item.name in ("alternates", "http-alternates"):
                    words = "its .git borrows objects from another place, which is not followed"
                    raise Refused("link", words)
                if item.is_dir(follow_symlinks=False):
                    left.append(Path(item.path))
        if count > _MOST_OBJECT_FILES:
            raise Refused("too many", f"its .git has more than {_MOST_OBJECT_FILES:,} files")


def _make(own: Path, format: str) -> None:
    """A git folder of our own, with nothing in it."""
    (own / "refs").mkdir()
    (own / "HEAD").write_text("ref: refs/heads/none\n")
    version = 1 if format == "sha256" else 0
    text = _CONFIG.format(version=version, format=format)
    (own / "config").write_text(text if version else text.partition("[extensions]")[0])


def _environment(objects: Path, own: Path) -> dict[str, str]:
    return {
        "GIT_DIR": str(own),
        "GIT_OBJECT_DIRECTORY": str(objects.absolute()),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "HOME": str(own),
        "LC_ALL": "C",
        "PATH": os.environ.get("PATH", os.defpath),
    }
