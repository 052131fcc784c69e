"""What a teacher's path is, and its submissions, one by one.

Invariant: at any time one submission is in memory, beside the list of names. Only a path that
makes no sense raises; what is wrong in a submission is a finding of it, and what belongs to no
student is in `Reading.findings`.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from types import TracebackType

from checker.catalog import Catalog
from checker.classroom.intake import disk, tars
from checker.classroom.intake.entry import (
    MOST_ENTRIES,
    NOTEBOOK,
    PROGRAM,
    TARS,
    Entry,
    Refused,
    is_archive,
)
from checker.classroom.intake.gather import Gatherer
from checker.classroom.intake.names import shown
from checker.classroom.intake.place import Places
from checker.classroom.intake.policy import Policy
from checker.classroom.intake.shapes import Shape, recognise
from checker.classroom.intake.submission import Finding, IntakeError, Notes, Submission
from checker.classroom.intake.zips import ALL_CONTENTS_BYTES, Zip

_USUAL = (
    "Next: give the folder or the zip that you downloaded, a folder with one folder or one zip "
    "per student, or one student's folder, .ipynb or .py"
)


class Reading(Iterator[Submission]):
    """The submissions of one download, sorted by student. It closes itself at the end.

    shape       what the download was recognised as
    students    how many there are
    findings    what belongs to no student
    """

    def __init__(self, shape: Shape, gatherer: Gatherer, notes: Notes, open: ExitStack) -> None:
        self.shape, self.students = shape.words, len(shape.groups)
        self.findings: list[Finding] = notes.all("the download")
        self._left = iter(shape.groups)
        self._gatherer, self._open = gatherer, open

    def __next__(self) -> Submission:
        try:
            return self._gatherer.gather(next(self._left))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the archive."""
        self._left = iter(())
        self._open.close()

    def __enter__(self) -> Reading:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.close()


def read(
    path: Path,
    catalog: Catalog,
    policy: Policy | None = None,
    *,
    stubs: Mapping[str, bytes] | None = None,
) -> Reading:
    """The submissions in a folder, an archive or a single file.

    `stubs`, by the exercises' ids, lets an attempt count before a newer copy of the bare stub.
    """
    policy = policy or Policy()
    places, notes = Places(catalog), Notes()
    with ExitStack() as stack:
        root, entries = _entries(path, policy, notes, stack)
        if not entries and not notes.findings:
            raise IntakeError(f"{path}: there is nothing in it that could be handed in. {_USUAL}")
        shape = recognise(entries, _name(path), places, notes)
        if len(shape.groups) == 1:
            group = shape.groups[0]
            group.notes, notes = _joined(notes, group.notes), Notes()
        commit = disk.repository(root) if root is not None and shape.one else None
        if commit is not None:
            shape.groups[0].entries = [commit]
        gatherer = Gatherer(places, policy, stubs or {}, root)
        return Reading(shape, gatherer, notes, stack.pop_all())


def _joined(one: Notes, other: Notes) -> Notes:
    for finding in other.findings:
        one.add(*finding)
    return one


def _name(path: Path) -> str:
    return path.name if path.name not in ("", "..") else path.resolve().name


def _entries(
    path: Path, policy: Policy, notes: Notes, stack: ExitStack
) -> tuple[Path | None, list[Entry]]:
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise IntakeError(f"{path}: it cannot be read: {reason}. {_USUAL}") from None
    try:
        if stat.S_ISDIR(mode):
            return path, disk.entries(path)
        if not stat.S_ISREG(mode):
            raise IntakeError(f"{path}: it is neither a folder nor a file. {_USUAL}")
        return None, _file(path, policy, notes, stack)
    except Refused as refused:
        raise IntakeError(f"{path}: {refused.words}. {_USUAL}") from None


def _file(path: Path, policy: Policy, notes: Notes, stack: ExitStack) -> list[Entry]:
    """The files in an archive; a program or a notebook is the only file there is."""
    name, told = path.name, shown(path.name)
    if name.casefold().endswith((NOTEBOOK, PROGRAM)):
        return [disk.file_entry(path.parent, name, told, os.stat(path))]
    if not is_archive(name):
        raise Refused("unknown archive", "this kind of file is not read; unpack it")
    opened = stack.enter_context(disk.open_file(path))
    if name.casefold().endswith(TARS):
        return tars.entries(opened, told, notes, MOST_ENTRIES)
    archive = Zip(opened, told, policy.zone, ALL_CONTENTS_BYTES)
    stack.enter_context(closing(archive))
    entries = archive.entries(notes, MOST_ENTRIES)
    if len(entries) >= MOST_ENTRIES:
        raise IntakeError(f"{path}: there are more than {MOST_ENTRIES:,} files. Next: unpack it")
    return entries
