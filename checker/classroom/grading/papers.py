"""Writes what leaves the classroom: gradebooks, a page for each student, a page for the teacher.

Invariant: each file is whole or not there; a round that is repeated writes the same bytes.
"""

from __future__ import annotations

import fcntl
import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from checker.classroom import duplicates, misconceptions
from checker.classroom.gradebooks import write as write_gradebooks
from checker.classroom.gradebooks.books import PART, put
from checker.classroom.gradebooks.cells import text_of
from checker.classroom.graded import file_name
from checker.classroom.grading.batch import stubs_of
from checker.classroom.grading.results import Results, changes
from checker.classroom.grading.worker import course_folder
from checker.classroom.reports import feedback, teacher
from checker.gate.folders import Folders


def write_all(results: Results, out: Path, made: str) -> list[Path]:
    """Write all of them; returns their paths."""
    with _alone(out):
        return _written(results, out, made)


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


def _written(results: Results, out: Path, made: str) -> list[Path]:
    settings = results.settings
    batch = results.batch(made)
    written = write_gradebooks(
        batch,
        out,
        settings.formats,
        canvas_template=Path(settings.canvas_template) if settings.canvas_template else None,
        moodle_worksheet=Path(settings.moodle_worksheet) if settings.moodle_worksheet else None,
    )
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
    return written


def _pairs(results: Results, root: Path) -> list[duplicates.Pair]:
    works: dict[str, dict[str, bytes]] = defaultdict(dict)
    for work in results.store.works():
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
