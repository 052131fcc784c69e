"""Writes what leaves the classroom: gradebooks, a page for each student, a page for the teacher.

Invariant: each file is whole or not there; a round that is repeated writes the same bytes. What an
earlier round wrote and this one does not is moved to `replaced/`, so that it is taken for nothing
of today's.
"""

from __future__ import annotations

import fcntl
import os
from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from checker.classroom import duplicates, misconceptions
from checker.classroom.gradebooks import write as write_gradebooks
from checker.classroom.gradebooks.books import NAMES as BOOKS
from checker.classroom.gradebooks.books import PART, put
from checker.classroom.gradebooks.cells import text_of
from checker.classroom.graded import file_name
from checker.classroom.grading.batch import stubs_of
from checker.classroom.grading.results import Results, changes
from checker.classroom.grading.worker import course_folder
from checker.classroom.reports import feedback, teacher
from checker.gate.folders import Folders

REPLACED = "replaced"
_NAMES = (*BOOKS, "feedback/*.html", "teacher.html", "changes.csv")


class Papers(NamedTuple):
    """What was written, and what was moved away, below the folder of results.

    problems     why a format could not be written
    withheld     whether gradebooks were left out because works could not be graded
    not_graded   works on which the checker failed: student and exercise
    standing     the same, where the points of an earlier round stand
    """

    files: list[Path]
    moved: list[Path]
    problems: list[str]
    withheld: bool
    not_graded: list[tuple[str, str]]
    standing: list[tuple[str, str]]


def write_all(results: Results, out: Path, made: str, *, always: bool = False) -> Papers:
    """Write all of them. `always`: gradebooks also where works could not be graded."""
    with _alone(out):
        papers = _written(results, out, made, always=always)
        names = _NAMES if always else (*_NAMES, "results.json")
        return papers._replace(moved=_put_away(out, names, papers.files))


def _put_away(out: Path, names: Collection[str], written: Collection[Path]) -> list[Path]:
    """Move what an earlier round left: a gradebook of another policy, a page of nobody here."""
    new = set(written)
    moved = []
    for path in sorted(path for name in names for path in out.glob(name)):
        if path in new or not path.is_file():
            continue
        to = out / REPLACED / path.relative_to(out)
        to.parent.mkdir(parents=True, exist_ok=True)
        number = 2
        while to.exists() and to.read_bytes() != path.read_bytes():
            to = to.with_name(f"{path.stem}-{number}{path.suffix}")
            number += 1
        os.replace(path, to)
        moved.append(path)
        with suppress(OSError):  # The folder of a student who has nothing in it any more.
            if path.parent.parent.parent == out:
                path.parent.rmdir()
    return moved


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """One process at a time writes here, and takes away what one that was killed left half done."""
    out.mkdir(parents=True, exist_ok=True)
    handle = os.open(out, os.O_RDONLY)
    try:
        with suppress(OSError):  # There are file systems on which a folder cannot be locked.
            fcntl.flock(handle, fcntl.LOCK_EX)
        for part in out.rglob(f"{PART}*"):
            part.unlink(missing_ok=True)
        yield
    finally:
        os.close(handle)


def _written(results: Results, out: Path, made: str, *, always: bool) -> Papers:
    settings = results.settings
    batch = results.batch(made)
    books = write_gradebooks(
        batch,
        out,
        settings.formats,
        canvas_template=Path(settings.canvas_template) if settings.canvas_template else None,
        moodle_worksheet=Path(settings.moodle_worksheet) if settings.moodle_worksheet else None,
        always=always,
    )
    written = books.files
    for one in results.each(made):
        (student,) = one.students
        path = out / "feedback" / f"{file_name(student.key)}.html"
        written.append(_text(path, feedback(student, one)))
    root = course_folder(results.settings)
    known = misconceptions.read(Folders(root), results.catalog)
    page = teacher(batch, known, _pairs(results, root))
    written.append(_text(out / "teacher.html", page))
    if found := changes(results.store):
        rows = [["student", "exercise", "before", "after", "gained", "lost"]]
        for change in found:
            row = [change.student, change.exercise, str(change.before), str(change.after)]
            rows.append([*row, " ".join(change.gained), " ".join(change.lost)])
        written.append(_text(out / "changes.csv", text_of(rows)))
    not_graded = [(student.key, work.exercise) for student, work in batch.not_graded]
    standing = [
        (student.key, work.exercise)
        for student in batch.students
        for work in student.works
        if work.stands
    ]
    return Papers(written, [], books.problems, books.withheld, not_graded, standing)


def _pairs(results: Results, root: Path) -> list[duplicates.Pair]:
    works: dict[str, dict[str, bytes]] = defaultdict(dict)
    here = {each.student for each in results.submissions()}
    for work in results.store.works():
        if work.student not in here:
            continue
        works[work.exercise][work.student] = results.store.data(work.digest)
    handed_out: dict[str, list[bytes]] = {
        name: [stub] for name, stub in stubs_of(results.catalog, root / "exercises").items()
    }
    for exercise in results.catalog.exercises:
        solution = root / "solutions" / exercise.chapter / f"{exercise.name}.py"
        if solution.is_file():
            handed_out[exercise.id].append(solution.read_bytes())
    return duplicates.find(works, handed_out)


def _text(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return put(path, text.encode("utf-8", "replace"))
