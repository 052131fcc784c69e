"""From a download to the store: what is not there yet is graded, and nothing twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from checker.catalog import Catalog, load
from checker.classroom.grading.grader import Grader, Progress
from checker.classroom.grading.screen import Screened, screen
from checker.classroom.grading.settings import Settings
from checker.classroom.grading.store import Store
from checker.classroom.grading.task import Task, key_of
from checker.classroom.grading.worker import course_folder
from checker.classroom.intake import About, Finding, Policy, Submission, read
from checker.gate.folders import Folders


class Round(NamedTuple):
    """What one round did.

    findings   what belongs to no student
    nobodys    exercises that count, and that no student handed in
    others     students who handed in none of the exercises that are graded, but others
    unread     students who handed in something, of which nothing could be read
    absent     students on the class list who handed in nothing
    unclear    files that may be one of several exercises, and were not graded
    gone       students of an earlier round who are not in this one
    timeless   students whose hand-in time is not recorded, although there is a due time
    untried    exercises whose hidden checks could be tried on no right answer
    """

    shape: str
    students: int
    graded: int
    known: int
    findings: list[Finding]
    nobodys: list[str]
    others: list[str]
    unread: list[str]
    absent: list[str]
    unclear: list[str]
    gone: list[str]
    timeless: list[str]
    untried: list[str]


@dataclass
class Handed:
    """What was read, before anything of it is graded.

    students   with works that have no text any more
    wanted     the keys of all verdicts that are needed
    others     who handed in other exercises alone
    """

    shape: str = ""
    students: list[Submission] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    wanted: set[str] = field(default_factory=set)
    others: list[str] = field(default_factory=list)

    @property
    def late(self) -> list[Submission]:
        """Those that count as late."""
        return [each for each in self.students if each.late and each.works]

    @property
    def given(self) -> list[Submission]:
        """Those in which there is any work."""
        return [each for each in self.students if each.works]


def grade(
    submissions: Path,
    store: Store,
    settings: Settings,
    grader: Grader,
    progress: Progress,
    *,
    about: About | None = None,
    look: Callable[[Handed], None] | None = None,
) -> Round:
    """Grade what is in `submissions`, and keep all of it in the store.

    about   what the teacher's files say of the students
    look    is called with what was read before any of it is graded, and may raise
    """
    course = course_folder(settings)
    catalog = load(course / "exercises")
    tried = screen(settings, catalog, Folders(course), store, grader)
    before = {each.student for each in store.students()}
    # A round that is refused, or that ends while it reads, leaves the one before as it was.
    with store.together():
        store.settle()
        if store.meta("finished"):
            store.forget_earlier()
        store.set_meta("finished", "")
        handed = _take_in(submissions, store, settings, grader, progress, catalog, about)
        if look is not None:
            look(handed)
        store.set_meta("settings", settings.to_json())
        store.set_meta("findings", json.dumps(handed.findings))
        store.set_meta("here", json.dumps(sorted(each.student for each in handed.students)))
    # What an earlier round left behind was to be graded with other checks and settings.
    missing = [work for work in store.missing() if work.key in handed.wanted]
    known = len(handed.wanted) - len(missing)
    progress.grading(len(missing), known)
    tasks = (Task(work.key, work.exercise, store.data(work.digest)) for work in missing)
    for task, verdict in grader.run(tasks):
        settled = tried.settled(verdict)
        store.keep(task.key, settled)
        progress.graded(settled)
    store.settle()
    store.set_meta("finished", "yes")
    return _round(handed, settings, tried, before, len(missing), known)


def _take_in(
    submissions: Path,
    store: Store,
    settings: Settings,
    grader: Grader,
    progress: Progress,
    catalog: Catalog,
    about: About | None,
) -> Handed:
    """Keep all submissions, one after the other."""
    stubs = stubs_of(catalog, course_folder(settings) / "exercises")
    policy = Policy.parse(settings.late, settings.due or None)
    chosen = settings.exercises
    with read(submissions, catalog, policy, stubs=stubs, chosen=chosen, about=about) as reading:
        handed = Handed(reading.shape, findings=reading.findings)
        progress.found(reading.shape, reading.students)
        for submission in reading:
            read_in = len(submission.works)
            submission.works = {
                name: work for name, work in submission.works.items() if name in chosen
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
            if read_in and not submission.works:
                handed.others.append(submission.student)
            store.take_in(submission, keys)
            handed.wanted.update(keys.values())
            works = {name: replace(work, data=b"") for name, work in submission.works.items()}
            handed.students.append(replace(submission, works=works))
    return handed


def _round(
    handed: Handed,
    settings: Settings,
    tried: Screened,
    before: set[str],
    graded: int,
    known: int,
) -> Round:
    kinds = {each.student: {finding.kind for finding in each.findings} for each in handed.students}
    came = {name for each in handed.students for name in each.works}
    return Round(
        shape=handed.shape,
        students=len(handed.students),
        graded=graded,
        known=known,
        findings=handed.findings,
        nobodys=[name for name in settings.exercises if name not in came],
        others=handed.others,
        unread=[student for student, its in kinds.items() if "no exercise" in its],
        absent=[each.student for each in handed.students if each.absent],
        unclear=[
            finding.where
            for each in handed.students
            for finding in each.findings
            if finding.kind == "which exercise"
        ],
        gone=sorted(before - set(kinds)),
        timeless=[
            each.student
            for each in handed.given
            if any(finding.kind == "no time" for finding in each.findings)
        ],
        untried=tried.untried,
    )


def stubs_of(catalog: Catalog, folder: Path) -> dict[str, bytes]:
    """The pristine stubs, by the exercises' ids."""
    return {
        exercise.id: (folder / exercise.chapter / f"{exercise.name}.py").read_bytes()
        for exercise in catalog.exercises
    }
