"""What grades, and what hears how far it is: both are a crew's or a cluster's to fill in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from checker.classroom.grading.task import Task
from checker.engine.verdict import Verdict


class Grader(Protocol):
    """Whoever grades: worker processes here, or a cluster."""

    @property
    def ready(self) -> Ready:
        """What it grades with."""

    def run(self, tasks: Iterator[Task]) -> Iterator[tuple[Task, Verdict]]:
        """Verdicts, as they are made."""


class Ready(Protocol):
    """What a grader says before it begins."""

    @property
    def stamps(self) -> dict[str, str]:
        """The hash of each exercise's checks."""

    @property
    def versions(self) -> dict[str, str]:
        """Of the course and of what it stands on."""


class Progress(Protocol):
    """Hears how far it is."""

    def found(self, shape: str, students: int) -> None:
        """What was handed in was recognised."""

    def grading(self, total: int, known: int) -> None:
        """So many are to be graded; so many were before."""

    def graded(self, verdict: Verdict) -> None:
        """One more."""
