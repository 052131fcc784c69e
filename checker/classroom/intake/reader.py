"""What a teacher's path is, and its submissions, one by one.

Invariant: at any time one submission is in memory, beside the list of names. Only a path that
makes no sense raises; what is wrong in a submission is a finding of it, and what belongs to no
student is in `Reading.findings`.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import datetime
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
from checker.classroom.intake.extensions import Extensions
from checker.classroom.intake.gather import Gatherer
from checker.classroom.intake.names import shown
from checker.classroom.intake.people import ids_of
from checker.classroom.intake.place import Places
from checker.classroom.intake.policy import Policy
from checker.classroom.intake.roster import Roster, key_for
from checker.classroom.intake.shapes import Group, Shape, one, recognise
from checker.classroom.intake.submission import Finding, IntakeError, Notes, Submission
from checker.classroom.intake.zips import ALL_CONTENTS_BYTES, Zip

_USUAL = (
    "Next: give the folder or the zip that you downloaded, a folder with one folder or one zip "
    "per student, or one student's folder, .ipynb or .py"
)


@dataclass(frozen=True)
class About:
    """What a teacher knows of the students, from files of theirs.

    alone      all that is read is one student's, however it looks, and be it nothing
    recorded   hand-in times by the participant's number in Moodle; a text is one in no known form
    """

    roster: Roster | None = None
    extensions: Extensions | None = None
    alone: bool = False
    recorded: Mapping[str, datetime | str] = field(default_factory=dict)


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
    chosen: Collection[str] = (),
    about: About | None = None,
) -> Reading:
    """The submissions in a folder, an archive or a single file.

    stubs    by the exercises' ids; an attempt counts before a newer copy of the bare stub, and
             exercises of one name are told apart by them
    chosen   the ids of the exercises that are graded; all without it
    about    what a teacher knows of the students
    """
    policy = policy or Policy()
    places, notes = Places(catalog, chosen, stubs), Notes()
    with ExitStack() as stack:
        root, entries = _entries(path, policy, notes, stack)
        alone = about is not None and about.alone
        if not entries and not notes.findings and not alone:
            raise IntakeError(f"{path}: there is nothing in it that could be handed in. {_USUAL}")
        shape = (one if alone else recognise)(entries, _name(path), places, notes)
        if about is not None:
            _tell(shape.groups, about)
        if len(shape.groups) == 1:
            group = shape.groups[0]
            group.notes, notes = _joined(notes, group.notes), Notes()
        commit = disk.repository(root) if root is not None and shape.one else None
        if commit is not None:
            shape.groups[0].entries = [commit]
        gatherer = Gatherer(places, policy, stubs or {}, root)
        return Reading(shape, gatherer, notes, stack.pop_all())


def _tell(groups: list[Group], about: About) -> None:
    """Let the students know what their teacher's files say of them."""
    if about.roster is not None:
        for n, person in about.roster.find(groups).items():
            groups[n].ids = ids_of(person) | groups[n].ids
            groups[n].name = shown(person.name) or groups[n].name
        taken = {group.key for group in groups}
        for person in about.roster.absent(groups):
            key = key_for(person, taken)
            taken.add(key)
            ids = {name: shown(value) for name, value in ids_of(person).items()}
            groups.append(Group(key, shown(person.name or key), ids, absent=True))
        groups.sort(key=lambda group: group.key)
    if about.extensions is not None:
        for n, extension in about.extensions.of(groups).items():
            groups[n].extension = extension
    for group in groups:
        recorded = about.recorded.get(group.ids.get("moodle_id", ""))
        if isinstance(recorded, datetime):
            group.submitted = recorded
        elif recorded:
            words = f"the worksheet's time {shown(recorded, 60)!r} cannot be read"
            group.notes.add("no time", group.key, words)


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
