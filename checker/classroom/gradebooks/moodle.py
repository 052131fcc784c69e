"""A grading worksheet that Moodle imports.

Best made from a worksheet that was downloaded from the assignment: its rows and columns are kept,
the grade and the feedback are filled in. What tells Moodle whether a grade was changed meanwhile,
`Last modified (grade)`, stays as it is. A student of whom nothing came keeps their cells.

It refuses a worksheet without the columns that Moodle's importer asks for, and one whose maximum is
another than the exercises' points: a grade would mean something else there.
"""

from __future__ import annotations

import re
from pathlib import Path

from checker.classroom.gradebooks.cells import read_rows, text_of
from checker.classroom.gradebooks.errors import GradebookError
from checker.classroom.gradebooks.match import Row, Rule, match, name_of
from checker.classroom.graded import Batch, Graded, Student, number

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


def text(batch: Batch) -> tuple[str, list[Student]]:
    """The file, of what is known without a worksheet, and the students whose number is unknown."""
    known = [student for student in batch.students if _number(student)]
    if batch.students and not known:
        raise GradebookError(f"Moodle finds a student by a number that is not known. {_DOWNLOAD}")
    rows = [_HEAD]
    for student in known:
        changed, grade = student.given, number(student.points)
        rows.append(
            [
                f"Participant {_number(student)}",
                student.name,
                student.ids.get("email", ""),
                "",
                grade if changed else "",
                str(batch.points_of),
                "Yes",
                "-",
                "-",
                feedback(student) if changed else "",
            ]
        )
    return text_of(rows), [s for s in batch.students if not _number(s)]


def filled(batch: Batch, worksheet: Path) -> tuple[str, list[Student]]:
    """The worksheet, filled in, and the students who are not in it."""
    rows = read_rows(worksheet)
    head = rows[0] if rows else []
    _check(head, rows[1:], batch, worksheet)
    for row in rows[1:]:
        row.extend([""] * (len(head) - len(row)))
    found = match(rows[1:], batch.students, _rules(head))
    grade = head.index("Grade")
    for n, index in found.items():
        row, student = rows[1 + n], batch.students[index]
        if not student.given or _of(head, row, "Grade can be changed").strip().lower() == "no":
            continue
        row[grade] = number(student.points)
        if _FEEDBACK in head:
            row[head.index(_FEEDBACK)] = feedback(student)
    there = set(found.values())
    return text_of(rows), [s for n, s in enumerate(batch.students) if n not in there]


def feedback(student: Student) -> str:
    """A line for each exercise, in the course's words alone: Moodle takes this for HTML."""
    total = f"{number(student.points)} of {student.points_of} points."
    return " ".join([total, *(f"{work.exercise}: {_said(work)}." for work in student.works)])


def _said(work: Graded) -> str:
    points = f"{number(work.points)} of {work.points_of}"
    if work.override:
        return f"{points}, given by hand"
    if work.verdict is None:
        return f"{points}, nothing handed in"
    checks = f"{work.verdict.passed} of {len(work.verdict.checks)} checks passed"
    late = f", {number(work.deducted)} deducted for being late" if work.deducted else ""
    return f"{points}, {checks}{late}"


def _check(head: list[str], rows: list[list[str]], batch: Batch, worksheet: Path) -> None:
    missing = [name for name in _NEEDED if name not in head]
    if missing:
        names = ", ".join(f"`{name}`" for name in missing)
        raise GradebookError(
            f"{worksheet}: Moodle would refuse this worksheet: {names} is missing. {_DOWNLOAD}"
        )
    for row in rows:
        maximum = _of(head, row, "Maximum Grade").strip()
        if maximum and _value(maximum) != float(batch.points_of):
            raise GradebookError(
                f"{worksheet}: the assignment's maximum grade is {maximum[:20]}, and the exercises "
                f"have {batch.points_of} points. Next: set the maximum grade to {batch.points_of} "
                "in the assignment's settings, and download the worksheet again"
            )


def _value(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def _of(head: list[str], row: Row, name: str) -> str:
    place = head.index(name) if name in head else len(row)
    return row[place] if place < len(row) else ""


def _number(student: Student) -> str:
    found = re.search(r"\d+$", student.ids.get("moodle_id", ""))
    return found[0] if found else ""


def _rules(head: list[str]) -> list[Rule]:
    def last_digits(row: Row) -> str:
        found = re.search(r"\d+$", _of(head, row, "Identifier"))
        return found[0] if found else ""

    return [
        (last_digits, _number),
        # Gradescope's `sid` is, as a rule, the same number of the school's.
        (lambda row: _of(head, row, "ID number"), lambda s: s.ids.get("id_number", "")),
        (lambda row: _of(head, row, "ID number"), lambda s: s.ids.get("sid", "")),
        (lambda row: _of(head, row, "Email address"), lambda s: s.ids.get("email", "")),
        (lambda row: _of(head, row, "Email address"), lambda s: s.key),
        (lambda row: name_of(_of(head, row, "Full name")), lambda s: name_of(s.name)),
    ]
