"""From a download to the store: what is not there yet is graded, and nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

from checker.catalog import Catalog, load
from checker.classroom.grading.settings import Settings
from checker.classroom.grading.store import Store
from checker.classroom.grading.task import Task, key_of
from checker.classroom.grading.worker import course_folder
from checker.classroom.intake import Finding, Policy, read
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


class Round(NamedTuple):
    """What one round did."""

    shape: str
    students: int
    graded: int
    known: int
    findings: list[Finding]  # what belongs to no student
    nobodys: list[str]  # exercises that count, and that no student handed in


def grade(
    submissions: Path,
    store: Store,
    settings: Settings,
    grader: Grader,
    progress: Progress,
) -> Round:
    """Grade what is in `submissions`, and keep all of it in the store."""
    folder = course_folder(settings) / "exercises"
    catalog = load(folder)
    stubs = stubs_of(catalog, folder)
    if store.meta("finished"):
        store.forget_earlier()
    store.set_meta("finished", "")
    store.set_meta("settings", settings.to_json())
    read_in, findings, shape = 0, [], ""
    wanted: set[str] = set()
    came: set[str] = set()
    policy = Policy.parse(settings.late, settings.due or None)
    with read(submissions, catalog, policy, stubs=stubs) as reading:
        findings, shape = reading.findings, reading.shape
        progress.found(shape, reading.students)
        for submission in reading:
            read_in += 1
            submission.works = {
                name: work for name, work in submission.works.items() if name in settings.exercises
            }
            keys = {
                name: key_of(
                    catalog.find(name),
                    work.data,
                    stubs[name],
                    grader.ready.stamps[name],
                    grader.ready.versions,
                    settings,
                )
                for name, work in submission.works.items()
            }
            store.take_in(submission, keys)
            wanted.update(keys.values())
            came.update(keys)
    # What an earlier round left behind was to be graded with other checks and settings.
    missing = [work for work in store.missing() if work.key in wanted]
    known = len(wanted) - len(missing)
    progress.grading(len(missing), known)
    tasks = (Task(work.key, work.exercise, store.data(work.digest)) for work in missing)
    for task, verdict in grader.run(tasks):
        store.keep(task.key, verdict)
        progress.graded(verdict)
    store.set_meta("finished", "yes")
    nobodys = [name for name in settings.exercises if name not in came]
    return Round(shape, read_in, len(missing), known, findings, nobodys)


def stubs_of(catalog: Catalog, folder: Path) -> dict[str, bytes]:
    """The pristine stubs, by the exercises' ids."""
    return {
        exercise.id: (folder / exercise.chapter / f"{exercise.name}.py").read_bytes()
        for exercise in catalog.exercises
    }
