"""Who has no sum in a gradebook, and why: nobody is left out in silence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from checker.classroom.gradebooks.cells import text_of
from checker.classroom.graded import Batch, Student, number


class Left(NamedTuple):
    """A student without a sum."""

    student: Student
    why: str


def why_no_sum(students: Iterable[Student]) -> list[Left]:
    """Those of whom something could not be graded."""
    return [
        Left(student, f"not graded: {', '.join(work.exercise for work in student.not_graded)}")
        for student in students
        if student.not_graded
    ]


def text(left: Iterable[Left]) -> str:
    """The file beside the gradebook."""
    rows = [["student", "name", "points", "why"]]
    for student, why in left:
        points = number(student.points) if student.final else ""
        rows.append([student.key, student.name, points, why])
    return text_of(rows)


def not_graded(batch: Batch) -> str:
    """Every work without points because the checker failed; what it said is for the teacher."""
    rows = [["student", "name", "exercise", "why"]]
    for student in batch.students:
        for work in student.not_graded:
            said = work.failure.ended if work.failure is not None else ""
            why = f"the checker failed{f': {said}' if said else ''}"
            rows.append([student.key, student.name, work.exercise, why])
    return text_of(rows)
