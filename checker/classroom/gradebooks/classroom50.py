"""What Classroom 50 reads: `result.json`, one for each student.

Scores are integers there. The total is rounded down, and the exercises' scores are rounded so that
they add up to it. Its runner tells where the submission came from in its environment; `ids_from`
takes that up into a student's ids. Every such field has to be a text that is not empty, so a field
that nobody knows says so. There is no room for a work that could not be graded, and no score would
be just, so a student with such a work has no file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from math import floor
from typing import Any

from checker.classroom.graded import Batch, Student
from checker.show.texts import plain

SCHEMA = "classroom50/result/v1"
_ENVIRONMENT = {
    "classroom": "CLASSROOM",
    "assignment": "ASSIGNMENT",
    "assignment_type": "ASSIGNMENT_TYPE",
    "submission": "SUBMISSION_TAG",
    "commit": "COMMIT_URL",
    "release": "RELEASE_URL",
    "review": "REVIEW_URL",
}
_UNKNOWN = "unknown"


def ids_from(environment: Mapping[str, str]) -> dict[str, str]:
    """What the runner of Classroom 50 tells, as ids of a student."""
    return {id: environment[key] for id, key in _ENVIRONMENT.items() if environment.get(key)}


def text(batch: Batch, student: Student) -> str:
    """The file."""
    return json.dumps(result(batch, student), ensure_ascii=True, indent=1) + "\n"


def result(batch: Batch, student: Student) -> dict[str, Any]:
    """The same as data."""
    ids = student.ids
    tests = _tests(student)
    commit = _told(ids.get("commit"))
    return {
        "schema": SCHEMA,
        "classroom": _told(ids.get("classroom") or batch.title),
        "assignment": _told(ids.get("assignment") or batch.title),
        "assignment_type": _told(ids.get("assignment_type") or "individual"),
        "owner": _told(ids.get("login") or student.key),
        "submission": _told(ids.get("submission")),
        "commit": commit,
        "release": _told(ids.get("release")),
        "review": _told(ids.get("review") or commit),
        "datetime": _moment(student.submitted or datetime.fromisoformat(batch.made)),
        "score": sum(test["score"] for test in tests),
        "max-score": sum(test["max-score"] for test in tests),
        "tests": tests,
    }


def _tests(student: Student) -> list[dict[str, Any]]:
    tests: list[dict[str, Any]] = []
    before = total = 0.0
    for work in student.works:
        total = before + work.points
        tests.append(
            {
                "test-name": _told(work.exercise),
                "passed": work.points >= work.points_of,
                "score": _whole(total) - _whole(before),
                "max-score": work.points_of,
            }
        )
        before = total
    return tests


def _whole(points: float) -> int:
    # A sum of tenths may lie a hair below the whole number that it is.
    return floor(points + 1e-6)


def _told(value: str | None) -> str:
    return plain(value or "")[:500] or _UNKNOWN


def _moment(moment: datetime) -> str:
    """In UTC; a time without a zone is taken for one."""
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return zoned.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
