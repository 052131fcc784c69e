"""From the store to what gradebooks and reports are made of, and what changed since last time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from checker.catalog import Catalog, Exercise, load
from checker.classroom.graded import Batch, Graded, Override, Student
from checker.classroom.grading.settings import Settings
from checker.classroom.grading.store import Store, Work
from checker.classroom.grading.worker import course_folder
from checker.classroom.intake import Policy, Submission
from checker.engine.verdict import HIDDEN_PREFIX, Verdict


class Results:
    """A store, read as a teacher reads it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.settings = Settings.from_json(store.meta("settings"))
        self.catalog: Catalog = load(course_folder(self.settings) / "exercises")
        self.exercises = [self.catalog.find(name) for name in self.settings.exercises]
        self._policy = Policy.parse(self.settings.late, self.settings.due or None)
        self._overrides = store.overrides()

    def batch(self, made: str) -> Batch:
        """All students. The traces are left out: they are most of it, and shown one by one."""
        students = [self._student(each, traces=False) for each in self.store.students()]
        return self._batch(students, made)

    def each(self, made: str) -> Iterator[Batch]:
        """A batch for each student alone, with the traces."""
        for submission in self.store.students():
            yield self._batch([self._student(submission, traces=True)], made)

    def _batch(self, students: list[Student], made: str) -> Batch:
        versions: dict[str, str] = {}
        for student in students:
            for work in student.works:
                versions = versions or (work.verdict.versions if work.verdict else {})
        settings = self.settings
        return Batch(settings.title, students, versions, settings.sandbox, settings.seed, made)

    def _student(self, submission: Submission, *, traces: bool) -> Student:
        works = {work.exercise: work for work in self.store.works(submission.student)}
        graded, signs = [], []
        for exercise in self.exercises:
            work = works.get(exercise.id)
            verdict = self.store.verdict(work.key) if work is not None else None
            if verdict is not None:
                signs += [f"{exercise.id}: {sign}" for sign in verdict.signs]
                if not traces:
                    checks = [replace(check, trace="") for check in verdict.checks]
                    verdict = replace(verdict, checks=checks)
            graded.append(self._graded(submission, exercise, work, verdict))
        return Student(
            submission.student,
            submission.name,
            submission.ids,
            graded,
            submission.findings,
            submission.submitted,
            signs,
        )

    def _graded(
        self,
        submission: Submission,
        exercise: Exercise,
        work: Work | None,
        verdict: Verdict | None,
    ) -> Graded:
        off = self._policy.percent_off(submission.late, submission.submitted)
        points = verdict.points if verdict is not None else 0
        override: Override | None = self._overrides.get((submission.student, exercise.id))
        return Graded(
            exercise=exercise.id,
            title=exercise.title,
            chapter=exercise.chapter,
            points_of=exercise.points,
            verdict=verdict,
            override=override,
            where=work.place if work is not None else "",
            late=submission.late and work is not None,
            deducted=points * off / 100,
            hidden={
                check.id
                for check in (verdict.checks if verdict else ())
                if check.id.startswith(HIDDEN_PREFIX)
            },
        )


class Change(NamedTuple):
    """A work whose verdict is another one than in the last finished round."""

    student: str
    exercise: str
    before: int
    after: int
    gained: list[str]  # checks that pass now, and did not
    lost: list[str]


def changes(store: Store) -> list[Change]:
    """Who gained and lost what."""
    found = []
    now = {(work.student, work.exercise): work.key for work in store.works()}
    for (student, exercise), key in sorted(store.earlier().items()):
        before = store.verdict(key)
        after = store.verdict(now.get((student, exercise), ""))
        if before is None or after is None:
            continue
        was, is_now = _passed(before), _passed(after)
        if (before.points, was) != (after.points, is_now):
            gained, lost = sorted(is_now - was), sorted(was - is_now)
            found.append(Change(student, exercise, before.points, after.points, gained, lost))
    return found


def _passed(verdict: Verdict) -> set[str]:
    return {check.id for check in verdict.checks if check.outcome == "passed"}
