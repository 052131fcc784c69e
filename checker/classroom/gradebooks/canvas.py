"""A CSV that Canvas imports.

Best made from an export of the course's gradebook: its columns, rows and ids are kept, and one
column is filled in. A student of whom nothing came keeps the cell that is there, and so does one
who is excused there (`EX`) or of whom not everything could be graded. The separator and the mark at
the beginning stay, as a Canvas of another language writes them. An assignment that the export does
not have is a new column; Canvas makes an assignment of it.

It refuses an export without the columns by which Canvas finds a student, and a title that two
assignments have.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from checker.classroom import sheets
from checker.classroom.gradebooks.cells import text_of
from checker.classroom.gradebooks.errors import GradebookError
from checker.classroom.gradebooks.left_out import Left, why_no_sum
from checker.classroom.graded import Batch, Student, number
from checker.classroom.matching import match, name_of

_STUDENT = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
_KEYS = ("ID", "SIS User ID", "SIS Login ID")
_POSSIBLE = "Points Possible"
_EXCUSED = "EX"
_ASSIGNMENT = re.compile(r"(?s)(.*) \(\d+\)")
_Row = Sequence[str]
Rule = tuple[Callable[[_Row], str], Callable[[Student], str]]


def text(batch: Batch) -> tuple[str, list[Left]]:
    """The file, of what is known without an export, and who has no sum in it."""
    rows = [[*_STUDENT, batch.title], [f"    {_POSSIBLE}", "", "", "", "", str(batch.points_of)]]
    for student in batch.students:
        ids = student.ids
        known = [student.name, *(_id(student, column) for column in _KEYS)]
        known[-1] = known[-1] or ids.get("email", "")
        grade = number(student.points) if student.final else ""
        rows.append([*known, ids.get("section", ""), grade])
    return text_of(rows), why_no_sum(batch.students)


def check(title: str, template: Path) -> None:
    """Refuse an export that could not be filled in."""
    rows = sheets.read(template).rows
    head = rows[0] if rows else []
    _check(head, template)
    _column(head, title, template)


def filled(batch: Batch, template: Path) -> tuple[str, list[Left]]:
    """The export with our column filled in, and the students who have no sum in it."""
    rows, separator, mark = sheets.read(template)
    head = rows[0] if rows else []
    _check(head, template)
    column = _column(head, batch.title, template)
    if column is None:
        column = _end_of_assignments(head)
        for row in rows:
            _widen(row, column)
            row.insert(column, "")
        rows[0][column] = batch.title
    body = []
    for row in rows[1:]:
        _widen(row, len(head))
        if row[0].strip() == _POSSIBLE:
            row[column] = row[column] or str(batch.points_of)
        elif any(row[head.index(key)] for key in _KEYS if key in head):
            body.append(row)
    found = match(body, batch.students, _rules(head))
    left = why_no_sum(batch.students)
    for n, index in found.items():
        student, cell = batch.students[index], body[n][column]
        if student.final and cell.strip().upper() == _EXCUSED:
            left.append(Left(student, "excused in the export"))
        elif student.final:
            body[n][column] = number(student.points)
    there = set(found.values())
    left += [Left(s, "not in the export") for n, s in enumerate(batch.students) if n not in there]
    return mark + text_of(rows, separator), left


def _id(student: Student, column: str) -> str:
    """What a column of ids has for a student, as far as the submission tells."""
    ids = student.ids
    if column == "ID":
        return ids.get("canvas_id", "")
    if column == "SIS User ID":
        return ids.get("sis_id") or ids.get("sid", "")  # Gradescope calls it so.
    return ids.get("login", "")


def _check(head: list[str], template: Path) -> None:
    missing = [name for name in ("Student", "ID", "Section") if name not in head]
    if missing:
        raise GradebookError(
            f"{template}: this is no export of a Canvas gradebook: the column "
            f"{' and the column '.join(missing)} is missing. Next: in Canvas, Grades, Export, "
            "Export Entire Gradebook; give that file as it comes"
        )


def _column(head: list[str], title: str, template: Path) -> int | None:
    """The assignment's column, which Canvas calls `title (id)`."""
    ours = []
    for n, name in enumerate(head[head.index("Section") + 1 :], head.index("Section") + 1):
        found = _ASSIGNMENT.fullmatch(name)
        if title in (name, found[1] if found else None):
            ours.append(n)
    if len(ours) > 1:
        names = " and ".join(repr(head[n]) for n in ours)
        raise GradebookError(
            f"{template}: {names} have the same title. Next: rename one of them in Canvas, and "
            "export again"
        )
    return ours[0] if ours else None


def _end_of_assignments(head: list[str]) -> int:
    """Behind the last assignment: the columns after that are sums, which Canvas does not import."""
    last = head.index("Section")
    for n in range(last + 1, len(head)):
        if _ASSIGNMENT.fullmatch(head[n]):
            last = n
    return last + 1


def _widen(row: list[str], columns: int) -> None:
    row.extend([""] * (columns - len(row)))


def _rules(head: list[str]) -> list[Rule]:
    place = {name: n for n, name in enumerate(head)}

    def of(name: str) -> Rule:
        return (lambda row: row[place[name]], lambda student: _id(student, name))

    rules = [of(name) for name in _KEYS if name in place]
    if "SIS Login ID" in place:
        login = place["SIS Login ID"]
        rules.append((lambda row: row[login], lambda student: student.ids.get("email", "")))
        rules.append((lambda row: row[login], lambda student: student.key))
    rules.append((lambda row: name_of(row[place["Student"]]), lambda s: name_of(s.name)))
    return rules
