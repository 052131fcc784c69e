"""A CSV that Canvas imports.

Best made from an export of the course's gradebook: its columns, rows and ids are kept, and one
column is filled in. A student of whom nothing came keeps the cell that is there. An assignment that
the export does not have is a new column; Canvas makes an assignment of it.

It refuses an export without the columns by which Canvas finds a student, and a title that two
assignments have.
"""

from __future__ import annotations

import re
from pathlib import Path

from checker.classroom.gradebooks.cells import read_rows, text_of
from checker.classroom.gradebooks.errors import GradebookError
from checker.classroom.gradebooks.match import Rule, match, name_of
from checker.classroom.graded import Batch, Student, number

_STUDENT = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
_KEYS = ("ID", "SIS User ID", "SIS Login ID")
_POSSIBLE = "Points Possible"
_ASSIGNMENT = re.compile(r"(?s)(.*) \(\d+\)")


def text(batch: Batch) -> str:
    """The file, of what is known without an export."""
    rows = [[*_STUDENT, batch.title], [f"    {_POSSIBLE}", "", "", "", "", str(batch.points_of)]]
    for student in batch.students:
        ids = student.ids
        known = [student.name, *(_id(student, column) for column in _KEYS)]
        known[-1] = known[-1] or ids.get("email", "")
        rows.append([*known, ids.get("section", ""), _grade(student, "")])
    return text_of(rows)


def filled(batch: Batch, template: Path) -> tuple[str, list[Student]]:
    """The export with our column filled in, and the students who are not in it."""
    rows = read_rows(template)
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
    for n, student in found.items():
        body[n][column] = _grade(batch.students[student], body[n][column])
    there = set(found.values())
    return text_of(rows), [s for n, s in enumerate(batch.students) if n not in there]


def _grade(student: Student, before: str) -> str:
    return number(student.points) if student.given else before


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
