"""Writes the files of a batch, each whole or not at all.

Invariant: the same batch gives the same bytes. Where a gradebook has no place for a student, a file
beside it names them: nobody is left out in silence.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from pathlib import Path

from checker.classroom.gradebooks import (
    canvas,
    classroom50,
    gradescope,
    jsonl,
    junit,
    moodle,
    nbgrader,
    table,
)
from checker.classroom.gradebooks.cells import text_of
from checker.classroom.gradebooks.errors import GradebookError
from checker.classroom.graded import Batch, Student, file_name, number

_WHOLE: dict[str, tuple[str, Callable[[Batch], str]]] = {
    "csv": ("grades.csv", table.text),
    "nbgrader": ("nbgrader.csv", nbgrader.text),
    "junit": ("junit.xml", junit.text),
    "jsonl": ("results.jsonl", jsonl.text),
}
_EACH: dict[str, tuple[str, Callable[[Batch, Student], str]]] = {
    "gradescope": ("results.json", gradescope.text),
    "classroom50": ("result.json", classroom50.text),
}
PART = ".part-"  # begins the name of a file that is being written
FORMATS = ("csv", "canvas", "moodle", "nbgrader", "gradescope", "junit", "classroom50", "jsonl")


def write(
    batch: Batch,
    out: Path,
    formats: Collection[str],
    *,
    canvas_template: Path | None = None,
    moodle_worksheet: Path | None = None,
    excel: bool = False,
) -> list[Path]:
    """Write these formats into a folder, and return what was written.

    canvas_template   an export of the gradebook, to fill in
    moodle_worksheet  a grading worksheet, to fill in
    excel             begin grades.csv with the mark by which Excel knows UTF-8
    """
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown:
        raise GradebookError(
            f"there is no format {unknown[0]!r}. Next: choose of {', '.join(FORMATS)}"
        )
    # All is made before anything is written: what cannot be made leaves no half of it behind.
    made: dict[Path, str] = {}
    for name in FORMATS:
        if name in formats:
            made |= dict(_files(name, batch, canvas_template, moodle_worksheet))
    written = []
    for path, text in made.items():
        mark = "\ufeff" if excel and path.name == _WHOLE["csv"][0] else ""
        written.append(put(out / path, (mark + text).encode()))
    return written


def _files(
    name: str, batch: Batch, template: Path | None, worksheet: Path | None
) -> Iterator[tuple[Path, str]]:
    if name in _WHOLE:
        file, make = _WHOLE[name]
        yield Path(file), make(batch)
    elif name in _EACH:
        file, make_one = _EACH[name]
        for student in batch.students:
            yield Path(name, file_name(student.key), file), make_one(batch, student)
    elif name == "canvas":
        text, left = canvas.filled(batch, template) if template else (canvas.text(batch), [])
        yield Path("canvas.csv"), text
        yield from _left_out(name, left)
    else:
        text, left = moodle.filled(batch, worksheet) if worksheet else moodle.text(batch)
        yield Path("moodle.csv"), text
        yield from _left_out(name, left)


def _left_out(name: str, students: list[Student]) -> Iterator[tuple[Path, str]]:
    if students:
        rows = [["student", "name", "points"]]
        rows += [[s.key, s.name, number(s.points) if s.given else ""] for s in students]
        yield Path(f"{name}-left-out.csv"), text_of(rows)


def put(path: Path, data: bytes) -> Path:
    """Write a file in one step: at any moment it is the whole old one or the whole new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=PART)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(part, 0o644)
        os.replace(part, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(part)
        raise
    return path
