"""The CSV that nbgrader exports and other tools read, with its columns in its order.

nbgrader writes it without quotes, so that a comma in a title moves all that follows; this quotes.
A student has no score of whom nothing came, or not everything could be graded.
"""

from __future__ import annotations

from checker.classroom.gradebooks.cells import text_of
from checker.classroom.graded import Batch, Student, number

COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score",
)  # fmt: skip


def text(batch: Batch) -> str:
    """The file."""
    return text_of([COLUMNS, *(_row(batch, student) for student in batch.students)])


def _row(batch: Batch, student: Student) -> list[str]:
    first, last = _names(student.name)
    raw = sum(work.earned for work in student.works)
    scores = [number(raw), number(raw - student.points), number(student.points)]
    submitted = student.submitted
    return [
        batch.title,
        "",
        submitted.isoformat(sep=" ", timespec="seconds") if submitted else "",
        student.key,
        last,
        first,
        student.ids.get("email", ""),
        *(scores if student.final else ["", "", ""]),
        str(student.points_of),
    ]


def _names(name: str) -> tuple[str, str]:
    last, comma, first = name.partition(",")
    if not comma:
        first, _, last = name.strip().rpartition(" ")
    return first.strip(), last.strip()
