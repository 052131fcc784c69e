"""Grades a folder on a cluster, as a process of its own, which may be started elsewhere.

python -m tests.classroom.grading.in_place ADDRESS SUBMISSIONS OUT SETTINGS
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from checker.classroom.grading.batch import grade
from checker.classroom.grading.cluster import Cluster
from checker.classroom.grading.settings import Settings
from checker.classroom.grading.store import Store
from checker.engine.verdict import Verdict


class _Silent:
    def found(self, shape: str, students: int) -> None:
        """Nothing to do."""

    def grading(self, total: int, known: int) -> None:
        """Nothing to do."""

    def graded(self, verdict: Verdict) -> None:
        """Nothing to do."""


if __name__ == "__main__":
    address, submissions, out, text = sys.argv[1:]
    settings = Settings.from_json(text)
    cluster: Any
    with Store(Path(out)) as store, Cluster(settings, address) as cluster:
        grade(Path(submissions), store, settings, cluster, _Silent())
