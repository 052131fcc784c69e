"""Everything as JSON lines, one work of one student a line: for a teacher's own programs.

It holds the whole verdicts, hidden checks and traces included. It is the teacher's, and no student
should see it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

from checker.classroom.graded import Batch, Graded, Student


def text(batch: Batch) -> str:
    """The file."""
    return "".join(f"{line}\n" for line in _lines(batch))


def _lines(batch: Batch) -> Iterator[str]:
    for student in batch.students:
        for work in student.works:
            yield json.dumps(_row(batch, student, work), ensure_ascii=True, separators=(",", ":"))


def _row(batch: Batch, student: Student, work: Graded) -> dict[str, object]:
    return {
        "batch": batch.title,
        "made": batch.made,
        "sandbox": batch.sandbox,
        "student": student.key,
        "name": student.name,
        "ids": student.ids,
        "submitted": student.submitted.isoformat() if student.submitted else None,
        "exercise": work.exercise,
        "graded": not work.not_graded,
        "points": None if work.not_graded else round(work.points, 2),
        "points_of": work.points_of,
        "late": work.late,
        "deducted": work.deducted,
        "override": asdict(work.override) if work.override else None,
        "where": work.where,
        "hidden": sorted(work.hidden),
        "findings": [list(finding) for finding in student.findings],
        "signs": student.signs,
        "verdict": json.loads(work.verdict.to_json()) if work.verdict else None,
        "fault": json.loads(work.fault.to_json()) if work.fault else None,
    }
