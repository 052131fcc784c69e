"""A CSV for people: a row for each student, a column for each exercise."""

from __future__ import annotations

from checker.classroom.gradebooks.cells import text_of
from checker.classroom.graded import Batch, Graded, Student, counted, number, stamp

_NOT_GRADED = "not graded"
_IDS = ("login", "email", "section")


def text(batch: Batch) -> str:
    """The file."""
    exercises = {work.exercise: work for student in batch.students for work in student.works}
    ids = [id for id in _IDS if any(student.ids.get(id) for student in batch.students)]
    head = ["student", "name", *ids, "points", "of", "percent", "submitted", "late", "notes"]
    rows = [[*head, *(f"{id} (of {work.points_of})" for id, work in exercises.items())]]
    for student in batch.students:
        works = {work.exercise: work for work in student.works}
        rows.append(
            [
                *_about(student, ids),
                *(_points(works.get(id)) for id in exercises),
            ]
        )
    rows.append(["", stamp(batch), f"seed {batch.seed}", f"made {batch.made}"])
    return text_of(rows)


def _about(student: Student, ids: list[str]) -> list[str]:
    of = student.points_of
    return [
        student.key,
        student.name,
        *(student.ids.get(id, "") for id in ids),
        _NOT_GRADED if student.not_graded else number(student.points) if student.given else "",
        str(of),
        number(100 * student.points / of) if of and student.final else "",
        student.submitted.isoformat(sep=" ", timespec="seconds") if student.submitted else "",
        "late" if any(work.late for work in student.works) else "",
        "; ".join(_notes(student)),
    ]


def _notes(student: Student) -> list[str]:
    notes = []
    for work in student.works:
        if work.override:
            by = f"{work.exercise}: {counted(work.override.points)} by {work.override.by}"
            notes.append(f"{by}: {work.override.reason}")
        elif work.deducted:
            notes.append(f"{work.exercise}: {counted(work.deducted)} deducted, late")
        if work.not_graded:
            notes.append(f"{work.exercise}: not graded, since the checker failed")
        elif work.stands:
            notes.append(f"{work.exercise}: the checker failed; the points from before stand")
    notes += [f"{finding.kind}: {finding.where}: {finding.words}" for finding in student.findings]
    return notes + [f"seen: {sign}" for sign in student.signs]


def _points(work: Graded | None) -> str:
    """Empty where nothing was handed in: that is another thing than 0 points."""
    if work is not None and work.not_graded:
        return _NOT_GRADED
    return number(work.points) if work is not None and work.given else ""
