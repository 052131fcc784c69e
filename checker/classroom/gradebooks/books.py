"""Writes the files of a batch, each whole or not at all.

Invariant: the same batch gives the same bytes. Where a gradebook has no place for a student, a file
beside it names them: nobody is left out in silence. Where works could not be graded, no gradebook
is written unless the teacher allows it, and a list names them.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from checker.classroom.gradebooks import (
    canvas,
    classroom50,
    gradescope,
    jsonl,
    junit,
    left_out,
    moodle,
    nbgrader,
    table,
)
from checker.classroom.gradebooks.errors import GradebookError
from checker.classroom.gradebooks.left_out import Left
from checker.classroom.graded import Batch, Student, file_name

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


_NOT_GRADED = "not-graded.csv"
# Every name that a round may write, for whoever looks for what an earlier round left.
NAMES = (
    *(file for file, _ in _WHOLE.values()),
    *("canvas.csv", "canvas-left-out.csv", "moodle.csv", "moodle-left-out.csv", _NOT_GRADED),
    *(f"{name}/*/{file}" for name, (file, _) in _EACH.items()),
)


class Books(NamedTuple):
    """What was written.

    problems   why a format could not be written; the others were
    withheld   whether gradebooks were left out because works could not be graded
    """

    files: list[Path]
    problems: list[str]
    withheld: bool


def check(
    formats: Collection[str],
    title: str,
    ids: Collection[Mapping[str, str]] | None = None,
    *,
    canvas_template: Path | None = None,
    moodle_worksheet: Path | None = None,
) -> None:
    """Refuse formats that cannot be written, before hours are spent on grading.

    ids   of the students, once they are known
    """
    _refuse_unknown(formats)
    if "canvas" in formats and canvas_template is not None:
        canvas.check(title, canvas_template)
    if "moodle" in formats and (moodle_worksheet is not None or ids is not None):
        moodle.check(moodle_worksheet, ids or ())


def write(
    batch: Batch,
    out: Path,
    formats: Collection[str],
    *,
    canvas_template: Path | None = None,
    moodle_worksheet: Path | None = None,
    excel: bool = False,
    always: bool = False,
) -> Books:
    """Write these formats into a folder.

    canvas_template   an export of the gradebook, to fill in
    moodle_worksheet  a grading worksheet, to fill in
    excel             begin grades.csv with the mark by which Excel knows UTF-8
    always            also where works could not be graded, and nobody allowed that
    """
    _refuse_unknown(formats)
    made: dict[Path, str] = {}
    problems = []
    if batch.not_graded:
        made[Path(_NOT_GRADED)] = left_out.not_graded(batch)
    withheld = bool(batch.not_graded) and not (batch.allow_ungraded or always)
    for name in FORMATS:
        if name not in formats or withheld:
            continue
        try:
            made |= dict(_files(name, batch, canvas_template, moodle_worksheet))
        except GradebookError as error:
            problems.append(f"The format {name} could not be written: {error}")
    written = []
    for path, text in made.items():
        mark = "\ufeff" if excel and path.name == _WHOLE["csv"][0] else ""
        written.append(put(out / path, (mark + text).encode()))
    return Books(written, problems, withheld and bool(formats))


def _refuse_unknown(formats: Collection[str]) -> None:
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown:
        raise GradebookError(
            f"there is no format {unknown[0]!r}. Next: choose of {', '.join(FORMATS)}"
        )


def _files(
    name: str, batch: Batch, template: Path | None, worksheet: Path | None
) -> Iterator[tuple[Path, str]]:
    if name in _WHOLE:
        file, make = _WHOLE[name]
        yield Path(file), make(batch)
    elif name in _EACH:
        file, make_one = _EACH[name]
        for student in batch.students:
            if name == "classroom50" and student.not_graded:
                continue
            yield Path(name, file_name(student.key), file), make_one(batch, student)
    elif name == "canvas":
        text, left = canvas.filled(batch, template) if template else canvas.text(batch)
        yield Path("canvas.csv"), text
        yield from _left_out(name, left)
    else:
        text, left = moodle.filled(batch, worksheet) if worksheet else moodle.text(batch)
        yield Path("moodle.csv"), text
        yield from _left_out(name, left)


def _left_out(name: str, left: list[Left]) -> Iterator[tuple[Path, str]]:
    if left:
        yield Path(f"{name}-left-out.csv"), left_out.text(left)


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
