"""One student's files, into the works that count and the findings.

Invariant: nothing in the files raises: each problem is a finding, and the rest is still read.
No more than one archive of each depth is open at a time, and all are closed at the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from checker.catalog import Exercise, UnknownExercise
from checker.classroom.intake import disk, metadata, notebook, outputs, place, tars
from checker.classroom.intake.choose import Candidate, choose, is_stub
from checker.classroom.intake.encodings import utf8
from checker.classroom.intake.entry import (
    LARGEST_STREAM_BYTES,
    MOST_DEPTH,
    NOTEBOOK,
    PROGRAM,
    UNREADABLE,
    ZIP,
    Budget,
    Entry,
    Refused,
    is_archive,
    limit_bytes,
)
from checker.classroom.intake.git import commit
from checker.classroom.intake.names import alike, shown
from checker.classroom.intake.place import Layout, Places
from checker.classroom.intake.policy import Policy
from checker.classroom.intake.shapes import Group
from checker.classroom.intake.submission import Submission, Work
from checker.classroom.intake.zips import Zip

_LONGEST_STAMP_BYTES = 1_000


class Gatherer:
    """What holds for all students of a download. `root` is the folder, if it is one."""

    def __init__(
        self, places: Places, policy: Policy, stubs: Mapping[str, bytes], root: Path | None
    ) -> None:
        self.places, self.policy, self.stubs, self.root = places, policy, stubs, root

    def gather(self, group: Group) -> Submission:
        """One student's submission."""
        return _One(self, group).submission()


class _One:
    """The reading of one student's files."""

    def __init__(self, all: Gatherer, group: Group) -> None:
        self._all, self._group, self._notes = all, group, group.notes
        self._budget = Budget()
        self._found: dict[str, list[Candidate]] = {}
        self._paths: list[str] = []
        self._order = 0

    def submission(self) -> Submission:
        group = self._group
        for entry in self._files(group.entries, 0):
            self._file(entry)
        works = {id: self._work(id) for id in sorted(self._found)}
        if group.absent:
            self._notes.add("absent", group.key, "nothing was handed in")
        elif not works:
            self._notes.add("no exercise", group.key, "no exercise was found in what was handed in")
        submitted = self._submitted()
        late = self._late(submitted, any_work=bool(works))
        return Submission(
            group.key,
            group.name,
            dict(group.ids),
            works,
            self._notes.all(group.key),
            late,
            submitted,
            group.extension.due,
            group.absent,
        )

    # Which files there are.

    def _files(self, entries: list[Entry], depth: int) -> Iterator[Entry]:
        """All files, those in archives and commits too. Each is to be read before the next."""
        layout = Layout(entry.path for entry in entries)
        self._paths += [entry.path for entry in entries]
        allowed = self._budget.files(len(entries))
        if allowed < len(entries):
            words = f"there are too many files in it; {len(entries) - allowed:,} are not looked at"
            self._notes.add("too many", self._group.key, words)
        for entry in entries[:allowed]:
            if entry.finding:
                self._notes.add(entry.finding[0], entry.where, entry.finding[1])
            if entry.refused or not layout.counts(entry.path):
                continue
            if entry.git:
                yield from self._commit(entry, depth)
            elif is_archive(entry.path):
                yield from self._archive(entry, depth)
            else:
                yield entry

    def _archive(self, entry: Entry, depth: int) -> Iterator[Entry]:
        if depth > MOST_DEPTH:
            words = f"it is an archive in more than {MOST_DEPTH} others; it is not opened"
            self._notes.add("bomb", entry.where, words)
            return
        try:
            with self._budget.open(entry) as file:
                if not entry.path.casefold().endswith(ZIP):
                    inner = tars.entries(file, entry.where, self._notes, self._budget.left_files)
                    yield from self._inside(entry, inner, depth + 1)
                    return
                with closing(Zip(file, entry.where, self._all.policy.zone)) as archive:
                    inner = archive.entries(self._notes, self._budget.left_files)
                    yield from self._inside(entry, inner, depth + 1)
        except Refused as refused:
            self._notes.add(refused.kind, entry.where, refused.words)

    def _inside(self, outer: Entry, inner: list[Entry], depth: int) -> Iterator[Entry]:
        if not inner:
            self._notes.add("no exercise", outer.where, "there is nothing in it to read")
        versioned = [replace(entry, version=outer.version) for entry in inner]
        yield from self._files(versioned, depth)

    def _commit(self, entry: Entry, depth: int) -> Iterator[Entry]:
        root, within = self._all.root, entry.folder
        if root is None:
            return
        try:
            with commit(root, within, f"{entry.where}/" if within else "") as found:
                # When it was committed is what the student's computer said, and counts for nothing.
                inner = found.entries(self._notes, self._budget.left_files)
                yield from self._files(inner, depth)
        except Refused as refused:
            words = f"{refused.words}; the files in the folder were read instead"
            self._notes.add(refused.kind, entry.where, words)
            yield from self._files(disk.entries(root, within), depth)

    # What is in them.

    def _file(self, entry: Entry) -> None:
        path = entry.path
        try:
            if path.casefold().endswith(NOTEBOOK):
                self._notebook(entry)
            elif path.casefold().endswith(PROGRAM):
                self._program(entry)
            elif path.casefold().endswith(UNREADABLE):
                words = "this kind of archive is not read; hand in a zip"
                self._notes.add("unknown archive", entry.where, words)
            elif not place.is_quiet(path):
                self._unknown(entry)
        except Refused as refused:
            self._notes.add(refused.kind, entry.where, refused.words)

    def _program(self, entry: Entry) -> None:
        data, note = utf8(self._budget.read(entry, limit_bytes(entry.path)))
        exercise, why = self._all.places.find(entry.path, data, self._paths)
        if exercise is None:
            self._unknown(entry)
            return
        for words in filter(None, [why and f"it was taken for {exercise.id}: {why}", note]):
            self._notes.add("read as", entry.where, words)
        self._keep(exercise.id, data, entry, entry.where, cell=False)

    def _unknown(self, entry: Entry) -> None:
        if self._notes.full:
            return
        program = entry.path.casefold().endswith(PROGRAM)
        if program and self._all.places.is_left_out(entry.path):
            return
        if program and self._all.places.called(entry.path):
            advice = self._all.places.advice(entry.path)
            self._notes.add("which exercise", entry.where, f"{advice}; it is not read")
            return
        advice = self._all.places.advice(entry.path) if program else _OTHER
        self._notes.add("unknown file", entry.where, f"{advice}; it is not read")

    def _notebook(self, entry: Entry) -> None:
        data, note = utf8(self._read_notebook(entry))
        if note:
            self._notes.add("read as", entry.where, note)
        found = notebook.cells(data)
        for cell in found:
            where = f"{entry.where}, cell {cell.number}"
            if cell.problem:
                self._notes.add("not a cell", where, cell.problem)
                continue
            try:
                data = cell.text.encode("utf-8")
            except UnicodeEncodeError:
                words = "there are characters in it that no file can hold; it is not read"
                self._notes.add("encoding", where, words)
                continue
            try:
                exercise = self._all.places.catalog.find(cell.id[:200])
            except UnknownExercise as error:
                found_by, why = self._one_of_a_name(cell.id[:200], data, entry)
                if found_by is None:
                    self._notes.add("unknown exercise", where, shown(str(error), 400))
                    continue
                exercise = found_by
                self._notes.add("read as", where, f"it was taken for {exercise.id}: {why}")
            self._keep(exercise.id, data, entry, where, cell=True)
        if not found and not place.is_chapter(entry.path):
            words = f"no cell in it begins with {notebook.MAGIC}"
            self._notes.add("no exercise", entry.where, words)

    def _one_of_a_name(self, name: str, data: bytes, entry: Entry) -> tuple[Exercise | None, str]:
        """The exercise of a cell that names one of several by their common name."""
        path = f"{entry.path.rpartition('/')[0]}/{name}.py".lstrip("/")
        if not self._all.places.called(path):
            return None, ""
        return self._all.places.find(path, data, [entry.path])

    def _read_notebook(self, entry: Entry) -> bytes:
        """Its bytes; of one that is too large all but its outputs, which nobody grades."""
        most = min(limit_bytes(entry.path), self._budget.left_bytes)
        pieces = self._budget.pieces(entry, LARGEST_STREAM_BYTES)
        try:
            data, cut = outputs.read(pieces, most)
        except Refused:
            self._budget.keep(most)
            raise
        self._budget.keep(len(data))
        if cut:
            self._notes.add("read as", entry.where, "it is large; it was read without its outputs")
        return data

    def _keep(self, id: str, data: bytes, entry: Entry, where: str, cell: bool) -> None:
        self._order += 1
        made = Candidate(
            data=data,
            where=where,
            modified=entry.modified,
            version=entry.version,
            cell=cell,
            handed_out=place.is_handed_out(entry.path),
            guessed=not cell and not self._all.places.called(entry.path),
            copy=place.original(alike(entry.path).rpartition("/")[2])[1],
            order=self._order,
            stub=is_stub(data, self._all.stubs.get(id)),
        )
        self._found.setdefault(id, []).append(made)

    # What counts.

    def _work(self, id: str) -> Work:
        best, words = choose(self._found[id])
        if words:
            self._notes.add("twice", best.where, f"{id}: {words}")
        return Work(id, best.data, best.where, best.modified)

    # When it was handed in.

    def _submitted(self) -> datetime | None:
        """When it was handed in, as the download or the teacher recorded it.

        Times within a submission are the student's to set, and files that a teacher unpacked have
        the time of that. Neither says when something was handed in.
        """
        group = self._group
        if group.extension.submitted is not None:
            return group.extension.submitted
        times = [group.submitted] if group.submitted else []
        for entry in group.stamps:
            try:
                text = entry.read(_LONGEST_STAMP_BYTES).decode("utf-8", "replace")
            except Refused as refused:
                self._notes.add(refused.kind, entry.where, refused.words)
                continue
            stamp = metadata.time(text, self._all.policy.zone)
            if stamp is None:
                self._notes.add("no time", entry.where, "there is no time in it that can be read")
            else:
                times.append(stamp)
        return max(times, default=None)

    def _late(self, submitted: datetime | None, *, any_work: bool) -> bool:
        """Whether it is late, with a finding that says what follows from that."""
        group = self._group
        policy = self._all.policy.until(group.extension.due)
        extended, quiet = group.extension.due is not None, self._all.policy.late == "accept"
        if submitted is not None and policy.due is not None:
            late = policy.is_late(submitted)
        elif group.marked and not (extended and group.late):
            late = group.late
        else:
            late = False
            if any_work and not quiet and (policy.due is not None or group.marked):
                self._notes.add("no time", group.key, self._unknown_time())
        if late and not quiet:
            self._notes.add("late", group.key, _late_words(policy, submitted, extended))
        return late

    def _unknown_time(self) -> str:
        if self._group.marked:
            return (
                "the download says that it was late, and not when it came, so with the later due "
                "time of this student it counts as on time"
            )
        return "when it was handed in is not recorded, so it counts as on time"


def _late_words(policy: Policy, submitted: datetime | None, extended: bool) -> str:
    if submitted is None or policy.due is None:
        return f"the download says that it was late, not how late: {policy.words(None)}"
    told = f"handed in {submitted:%Y-%m-%d %H:%M %Z}, due {policy.due:%Y-%m-%d %H:%M %Z}"
    more = " with the extension" if extended else ""
    return f"{told}{more}: {policy.words(submitted)}"


_OTHER = "only .py files, notebooks and archives are read"
