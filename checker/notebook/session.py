"""What one kernel holds of the course: the learner's desk, and the helper that checks.

Invariant: there is one session in a process, for the course folder that the kernel was started in;
a cell that changes the folder changes nothing about that.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from checker.catalog import Exercise
from checker.course import find_course
from checker.engine.engine import Job
from checker.engine.verdict import Verdict
from checker.learner.desk import Desk, Met
from checker.notebook.client import Client
from checker.notebook.errors import CourseError, Stopped, told_briefly
from checker.notebook.shell import Shown, show
from checker.notebook.verdict_html import shown
from checker.show.verdict_words import Scene

# The notebook's folder: what links in outputs are relative to.
FOLDER = Path.cwd()


class Session:
    """A kernel's place in a course folder."""

    def __init__(self, course: Path, folder: Path) -> None:
        self.desk = Desk(course)
        self.client = Client(course, self.desk.checks)
        self._folder = folder
        self._at_hand: Exercise | None = None

    def find(self, name: object) -> Exercise:
        """The exercise of this id, which then is the one at hand."""
        if not isinstance(name, str) or not name.strip():
            first = self.desk.catalog.exercises[0].id
            raise CourseError(f'Which exercise? Give its id, such as "{first}".')
        with told_briefly():
            self._at_hand = self.desk.catalog.find(name)
        return self._at_hand

    def at_hand(self, name: str, *, to_begin: bool = False) -> Exercise:
        """The exercise of this id; without one, the exercise that the learner works on.

        That is the one that was named last in this kernel. After a restart it is the one of this
        chapter whose file changed last and that is not passed, or else the next one.

        to_begin   whether an exercise that is passed already cannot be meant
        """
        if name:
            return self.find(name)
        left = {each.exercise.id for each in self.desk.standings() if each.state != "passed"}
        if self._at_hand is not None and not (to_begin and self._at_hand.id not in left):
            return self._at_hand
        ours = [each for each in self._of_this_chapter() if each.id in left]
        if not ours:
            raise CourseError("Which exercise? All of this chapter are passed: give an id.")
        files = {each.id: self.desk.work(each) for each in ours}
        changed = {id: file.stat().st_mtime_ns for id, file in files.items() if file.is_file()}
        return self.find(max(changed, key=changed.__getitem__, default=ours[0].id))

    def _of_this_chapter(self) -> Sequence[Exercise]:
        """Those of the notebook's chapter, or all where the notebook is another."""
        slug = Path(os.environ.get("JPY_SESSION_NAME", "")).stem  # As Jupyter's server tells it.
        chapters = [each for each in self.desk.catalog.chapters if each.slug == slug]
        return chapters[0].exercises if chapters else self.desk.catalog.exercises

    def file(self, exercise: Exercise) -> str:
        """The learner's file, as it is called in the course folder."""
        return self.desk.work(exercise).relative_to(self.desk.root).as_posix()

    def link(self, exercise: Exercise) -> str:
        """Where a link in the notebook finds the learner's file."""
        return Path(os.path.relpath(self.desk.work(exercise), self._folder)).as_posix()

    def check(self, exercise: Exercise) -> Verdict:
        """Check the learner's file, show what came of it, and keep it."""
        job = self.desk.job(exercise)
        return self._conclude(job, self.client.check(job), in_cell=False)

    def check_cell(self, exercise: Exercise, met: Met) -> Verdict:
        """The same for a cell that has met its file.

        To be sure that a text is on the disk takes as long as a short check. So the text is saved
        while it is checked, and the verdict is shown before it is kept.
        """
        job, notes = self.desk.job_of_cell(exercise, met), list[str]()
        verdict = self.client.check(job, lambda: notes.append(self.desk.settle(exercise, met)))
        notes += ["The cell shows it now."] if met.refresh else []
        return self._conclude(job, verdict, in_cell=True, note=" ".join(filter(None, notes)))

    def _conclude(self, job: Job, verdict: Verdict, in_cell: bool, note: str = "") -> Verdict:
        show(self._shown(job.exercise, verdict, in_cell, note))
        if verdict.ended == "interrupted":
            raise Stopped("The check was stopped.")
        if verdict.outcome != "checker_error":
            self.desk.keep(job, verdict)
        return verdict

    def _shown(self, exercise: Exercise, verdict: Verdict, in_cell: bool, note: str) -> Shown:
        desk = self.desk
        following = desk.next(passed=exercise) if verdict.outcome == "passed" else None
        scene = Scene(
            id=exercise.id,
            title=exercise.title,
            file=self.file(exercise),
            link=self.link(exercise),
            in_cell=in_cell,
            note=note,
            again=desk.same_again(exercise, verdict),
            hints=len(exercise.hints) - desk.history.hints(exercise.id),
            then=following.id if following else "",
        )
        return shown(verdict, scene)

    def look(self, job: Job) -> Verdict:
        """Check something that is not the learner's attempt, and keep nothing of it."""
        verdict = self.client.check(job)
        if verdict.ended == "interrupted":
            raise Stopped("Stopped.")
        return verdict


@cache
def session() -> Session:
    """This kernel's session; an error that says what to do where this is no course folder."""
    with told_briefly():
        return Session(find_course(FOLDER), FOLDER)
