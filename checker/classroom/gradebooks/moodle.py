"""A grading worksheet that Moodle imports.

Best made from a worksheet that was downloaded from the assignment: its rows and columns are kept,
the grade and the feedback are filled in. What tells Moodle whether a grade was changed meanwhile,
`Last modified (grade)`, stays as it is. A student of whom nothing came keeps their cells, and one
of whom not everything could be graded keeps their grade. Where the assignment's maximum is another
than the exercises' points, the grade is in proportion, and the feedback says both.

It refuses a worksheet without the columns that Moodle's importer asks for, and one whose maximum is
no number, as of an assignment that is graded with a scale of words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import isfinite
from pathlib import Path

from checker.classroom import sheets
from checker.classroom.gradebooks.cells import text_of
from checker.classroom.gradebooks.errors import GradebookError
from checker.classroom.gradebooks.left_out import Left, why_no_sum
from checker.classroom.graded import Batch, Graded, Student, counted, number
from checker.classroom.matching import match, name_of

_NEEDED = ("Identifier", "Grade", "Last modified (grade)")
_FEEDBACK = "Feedback comments"
_HEAD = [
    "Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade",
    "Grade can be changed", "Last modified (submission)", "Last modified (grade)", _FEEDBACK,
]  # fmt: skip
_DOWNLOAD = (
    "Next: in Moodle, turn on the feedback type `Offline grading worksheet` in the assignment's "
    "settings, then choose Download grading worksheet, and give that file as it comes"
)


_UNKNOWN = "its number is not known"
Row = Sequence[str]
Rule = tuple[Callable[[Row], str], Callable[[Student], str]]


def text(batch: Batch) -> tuple[str, list[Left]]:
    """The file, of what is known without a worksheet, and the students without a grade in it."""
    check(None, [student.ids for student in batch.students])
    known = [student for student in batch.students if _number(student.ids)]
    rows = [_HEAD]
    for student in known:
        row = [f"Participant {_number(student.ids)}", student.name, student.ids.get("email", "")]
        grade = number(student.points) if student.final else ""
        row += ["", grade, str(batch.points_of), "Yes", "-", "-"]
        rows.append([*row, feedback(student) if student.given else ""])
    unknown = [Left(s, _UNKNOWN) for s in batch.students if not _number(s.ids)]
    return text_of(rows), why_no_sum(known) + unknown


def check(worksheet: Path | None, students: Iterable[Mapping[str, str]]) -> None:
    """Refuse what no grading worksheet can be made of. `students` are their ids."""
    every = list(students)
    if worksheet is not None:
        rows = sheets.read(worksheet).rows
        _check(rows[0] if rows else [], rows[1:], worksheet)
    elif every and not any(map(_number, every)):
        raise GradebookError(f"Moodle finds a student by a number that is not known. {_DOWNLOAD}")


def filled(batch: Batch, worksheet: Path) -> tuple[str, list[Left]]:
    """The worksheet, filled in, and the students who have no grade in it."""
    rows, separator, mark = sheets.read(worksheet)
    head = rows[0] if rows else []
    _check(head, rows[1:], worksheet)
    for row in rows[1:]:
        row.extend([""] * (len(head) - len(row)))
    found = match(rows[1:], batch.students, _rules(head))
    grade = head.index("Grade")
    left = why_no_sum(batch.students)
    for n, index in found.items():
        row, student = rows[1 + n], batch.students[index]
        if not student.given:
            continue
        if _of(head, row, "Grade can be changed").strip().lower() == "no":
            left.append(Left(student, "the worksheet says that this grade cannot be changed"))
            continue
        maximum = _value(_of(head, row, "Maximum Grade")) or float(batch.points_of)
        share = maximum / batch.points_of if batch.points_of else 1.0
        if student.final:
            row[grade] = number(student.points * share)
        if _FEEDBACK in head:
            row[head.index(_FEEDBACK)] = feedback(student, maximum)
    there = set(found.values())
    left += [
        Left(s, "not in the worksheet") for n, s in enumerate(batch.students) if n not in there
    ]
    return mark + text_of(rows, separator), left


def feedback(student: Student, maximum: float | None = None) -> str:
    """A line for each exercise, in the course's words alone: Moodle takes this for HTML."""
    total = f"{number(student.points)} of {counted(student.points_of)}"
    if student.not_graded:
        names = ", ".join(work.exercise for work in student.not_graded)
        total = f"Not graded yet, which is a fault of the checker: {names}. So far {total}"
    elif maximum is not None and maximum != student.points_of and student.points_of:
        scaled = number(student.points * maximum / student.points_of)
        total = f"{total}, which is {scaled} of {number(maximum)} here"
    return " ".join([f"{total}.", *(f"{work.exercise}: {_said(work)}." for work in student.works)])


def _said(work: Graded) -> str:
    points = f"{number(work.points)} of {work.points_of}"
    if work.override:
        return f"{points}, given by hand"
    if work.verdict is None:
        return f"{points}, nothing handed in"
    if work.not_graded:
        return "not graded, a fault of the checker"
    checks = f"{work.verdict.passed} of {len(work.verdict.checks)} checks passed"
    late = f", {number(work.deducted)} deducted for being late" if work.deducted else ""
    return f"{points}, {checks}{late}"


def _check(head: list[str], rows: list[list[str]], worksheet: Path) -> None:
    missing = [name for name in _NEEDED if name not in head]
    if missing:
        names = ", ".join(f"`{name}`" for name in missing)
        raise GradebookError(
            f"{worksheet}: Moodle would refuse this worksheet: {names} is missing. {_DOWNLOAD}"
        )
    for row in rows:
        maximum = _of(head, row, "Maximum Grade").strip()
        if maximum and not _value(maximum):
            raise GradebookError(
                f"{worksheet}: the assignment's maximum grade is {maximum[:20]!r}, which is no "
                "number above 0. Next: choose the grade type `Point` in the assignment's settings, "
                "and download the worksheet again"
            )


def _value(text: str) -> float:
    """A number above 0, or 0 where it is none."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return 0.0
    return value if isfinite(value) and value > 0 else 0.0


def _of(head: list[str], row: Row, name: str) -> str:
    place = head.index(name) if name in head else len(row)
    return row[place] if place < len(row) else ""


def _number(ids: Mapping[str, str]) -> str:
    found = re.search(r"\d+$", ids.get("moodle_id", ""))
    return found[0] if found else ""


def _number_of(student: Student) -> str:
    return _number(student.ids)


def _rules(head: list[str]) -> list[Rule]:
    def last_digits(row: Row) -> str:
        found = re.search(r"\d+$", _of(head, row, "Identifier"))
        return found[0] if found else ""

    return [
        (last_digits, _number_of),
        # Gradescope's `sid` is, as a rule, the same number of the school's.
        (lambda row: _of(head, row, "ID number"), lambda s: s.ids.get("id_number", "")),
        (lambda row: _of(head, row, "ID number"), lambda s: s.ids.get("sid", "")),
        (lambda row: _of(head, row, "Email address"), lambda s: s.ids.get("email", "")),
        (lambda row: _of(head, row, "Email address"), lambda s: s.key),
        (lambda row: name_of(_of(head, row, "Full name")), lambda s: name_of(s.name)),
    ]
