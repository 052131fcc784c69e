"""From the store to what gradebooks and reports are made of, and what changed since last time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from checker.catalog import Catalog, Exercise, load
from checker.classroom.graded import Batch, Graded, Override, Student
from checker.classroom.grading.settings import Settings, hidden_file
from checker.classroom.grading.store import NoResults, Store, Work
from checker.classroom.grading.worker import course_folder
from checker.classroom.intake import Finding, Policy, Submission
from checker.engine.verdict import HIDDEN_PREFIX, Verdict


class Results:
    """A store, read as a teacher reads it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        settings = store.meta("settings")
        if not settings:
            raise NoResults(
                f"Nothing was graded in {store.file.parent} yet.\nNext: `unblocked grade` does it."
            )
        self.settings = Settings.from_json(settings)
        self.catalog: Catalog = load(course_folder(self.settings) / "exercises")
        self.exercises = [self.catalog.find(name) for name in self.settings.exercises]
        self._policy = Policy.parse(self.settings.late, self.settings.due or None)
        self._overrides = store.overrides()
        self._standing = store.standing()

    def batch(self, made: str) -> Batch:
        """All students. The traces are left out: they are most of it, and shown one by one."""
        students = [self._student(each, traces=False) for each in self.submissions()]
        findings = [Finding(*each) for each in json.loads(self.store.meta("findings") or "[]")]
        return replace(self._batch(students, made), findings=findings)

    def submissions(self) -> list[Submission]:
        """The students of the latest round. Of the others the store keeps what it has."""
        every = self.store.students()
        here = self.store.meta("here")
        known = set(json.loads(here)) if here else {each.student for each in every}
        return [each for each in every if each.student in known]

    def each(self, made: str) -> Iterator[Batch]:
        """A batch for each student alone, with the traces."""
        for submission in self.submissions():
            yield self._batch([self._student(submission, traces=True)], made)

    def _batch(self, students: list[Student], made: str) -> Batch:
        versions: dict[str, str] = {}
        for student in students:
            for work in student.works:
                versions = versions or (work.verdict.versions if work.verdict else {})
        settings = self.settings
        return Batch(
            settings.title,
            students,
            versions,
            settings.sandbox,
            settings.seed,
            made,
            allow_ungraded=settings.allow_ungraded,
        )

    def _student(self, submission: Submission, *, traces: bool) -> Student:
        works = {work.exercise: work for work in self.store.works(submission.student)}
        graded, signs = [], []
        for exercise in self.exercises:
            work = works.get(exercise.id)
            latest = self.store.verdict(work.key) if work is not None else None
            if latest is not None:
                signs += [f"{exercise.id}: {sign}" for sign in latest.signs]
            graded.append(self._graded(submission, exercise, work, latest, traces=traces))
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
        latest: Verdict | None,
        *,
        traces: bool,
    ) -> Graded:
        if latest is None and work is not None:
            latest = _not_yet(exercise)
        verdict, fault = latest, None
        submitted, late, due = submission.submitted, submission.late, submission.due
        if latest is not None and latest.outcome == "checker_error":
            fault = latest
            stands = self._standing.get((submission.student, exercise.id))
            before = self.store.verdict(stands.key) if stands is not None else None
            if stands is not None and before is not None:
                verdict = before
                submitted, late, due = stands.submitted, stands.late, stands.due
        if verdict is not None and not traces:
            verdict = _without_traces(verdict)
        off = self._policy.until(due).percent_off(late, submitted)
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
            late=late and work is not None,
            deducted=points * off / 100,
            hidden={
                check.id
                for check in (verdict.checks if verdict else ())
                if check.id.startswith(HIDDEN_PREFIX)
            },
            hides=hidden_file(exercise) in self.settings.hidden,
            fault=fault,
        )


def _not_yet(exercise: Exercise) -> Verdict:
    """What stands for the verdict on a work of which a round that was stopped made none."""
    return Verdict(
        exercise.id, "checker_error", 0, exercise.points, [], ended="it was not graded yet"
    )


def _without_traces(verdict: Verdict) -> Verdict:
    return replace(verdict, checks=[replace(check, trace="") for check in verdict.checks])


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
        if before is None or after is None or "checker_error" in (before.outcome, after.outcome):
            continue  # A fault of the checker changes nobody's points.
        was, is_now = _passed(before), _passed(after)
        if (before.points, was) != (after.points, is_now):
            gained, lost = sorted(is_now - was), sorted(was - is_now)
            found.append(Change(student, exercise, before.points, after.points, gained, lost))
    return found


def _passed(verdict: Verdict) -> set[str]:
    return {check.id for check in verdict.checks if check.outcome == "passed"}
