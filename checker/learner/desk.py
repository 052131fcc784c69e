"""One learner in one course folder: what they wrote, and what they may see.

Invariant: what stands in a file or in a cell is never replaced by something that its writer has
not seen, unless it is kept in the history first, and the learner is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from checker.catalog import Catalog, Exercise, load
from checker.course import checks_of
from checker.engine.engine import Job
from checker.engine.verdict import Outcome, Verdict
from checker.learner import files
from checker.learner.files import digest
from checker.learner.history import History, Kept


class NotYet(Exception):
    """A solution was asked for before the exercise was passed."""


class NoSolution(NotYet):
    """There is no solution among the files: they were handed out without."""


class Met(NamedTuple):
    """What came of a cell that met its file."""

    text: str  # what is checked
    refresh: bool  # whether the cell should show it, since it is another text
    replaced: str | None  # the file's own text, where the cell's takes its place unseen


class Standing(NamedTuple):
    """How far a learner is with one exercise."""

    exercise: Exercise
    state: str  # "passed", "failed", "begun", "new"
    checks: int  # how often it was checked


class Desk:
    """A learner's place in the course folder `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.catalog: Catalog = load(root / "exercises")
        self.history = History(root / ".unblocked" / "history.sqlite3")

    def stub(self, exercise: Exercise) -> Path:
        """The task as it is handed out."""
        return self.root / "exercises" / exercise.path

    def work(self, exercise: Exercise) -> Path:
        """What the learner writes."""
        return self.root / "work" / exercise.path

    @property
    def checks(self) -> Path:
        """The folder with the checks."""
        return checks_of(self.root)

    def reference(self, exercise: Exercise) -> Path:
        """Our own answer."""
        return self.root / "solutions" / exercise.path

    # Writing.

    def start(self, exercise: Exercise) -> str:
        """The work so far, or the stub, which then is in the work folder."""
        text = files.read(self.work(exercise))
        if text is None:
            text = self.stub(exercise).read_text(encoding="utf-8")
            files.save(self.work(exercise), text)
        self.history.agree(exercise.id, text)
        return text

    def meet(self, exercise: Exercise, cell: str) -> Met:
        """A cell with this text is run: which text counts? Nothing is written here.

        Only one of the two changed since they last agreed: that one counts. Both did: the cell
        does, since it is what the learner just ran.
        """
        cell = cell.rstrip() + "\n"
        file = files.read(self.work(exercise))
        if file is None or digest(file) == digest(cell):
            return Met(cell, False, None)
        base = self.history.agreed(exercise.id)
        if digest(cell) == base:
            return Met(file, True, None)
        return Met(cell, False, file if digest(file) != base else None)

    def settle(self, exercise: Exercise, met: Met) -> str:
        """Let cell and file have the text that counts. Returns what the learner should know."""
        path, note = self.work(exercise), ""
        if met.refresh:
            note = f"{self._name(path)} is newer than this cell: the file was checked."
        elif met.replaced is not None:
            number = self.history.keep(exercise.id, met.replaced, "file replaced by the cell")
            note = (
                f"This cell and {self._name(path)} had both changed. The cell was saved; the "
                f"file's text is kept: history({exercise.id!r}, restore={number}) brings it "
                "back."
            )
        if not met.refresh:
            files.save(path, met.text)
        self.history.agree(exercise.id, met.text)
        return note

    def reset(self, exercise: Exercise) -> int:
        """Begin again from the stub. What was there is kept; returns its number, or 0."""
        number = self._keep_file(exercise, "before reset")
        text = self.stub(exercise).read_text(encoding="utf-8")
        files.save(self.work(exercise), text)
        self.history.agree(exercise.id, text)
        return number

    def restore(self, exercise: Exercise, number: int) -> Kept:
        """Bring an earlier text back; what is there now is kept."""
        found = [kept for kept in self.history.all(exercise.id) if kept.number == number]
        if not found:
            numbers = ", ".join(str(kept.number) for kept in self.history.all(exercise.id)[-10:])
            raise LookupError(
                f"nothing with number {number} is kept of {exercise.id}; "
                f"there is {numbers or 'nothing at all'}"
            )
        self._keep_file(exercise, "before restore")
        self.work(exercise).parent.mkdir(parents=True, exist_ok=True)
        files.save(self.work(exercise), found[0].source)
        self.history.agree(exercise.id, found[0].source)
        return found[0]

    def _keep_file(self, exercise: Exercise, why: str) -> int:
        text = files.read(self.work(exercise))
        if text is None or digest(text) == digest(files.read(self.stub(exercise)) or ""):
            return 0
        return self.history.keep(exercise.id, text, why)

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    # Checking.

    def job(self, exercise: Exercise, seed: int = 0) -> Job:
        """What the engine needs; the stub stands in where nothing was written yet."""
        work, stub = self.work(exercise), self.stub(exercise)
        path = work if work.is_file() else stub
        return Job(exercise, str(path), path.read_bytes(), stub.read_bytes(), seed)

    def job_of_cell(self, exercise: Exercise, met: Met) -> Job:
        """The same for a cell, whose text may not be in the file yet."""
        if met.refresh:
            return self.job(exercise)
        data = met.text.encode("utf-8", "surrogateescape")
        return Job(exercise, str(self.work(exercise)), data, self.stub(exercise).read_bytes())

    def keep(self, job: Job, verdict: Verdict) -> Verdict:
        """Keep the attempt that was checked, with its verdict."""
        if verdict.outcome != "not_attempted":
            text = job.data.decode("utf-8", "surrogateescape")
            self.history.keep(job.exercise.id, text, "checked", verdict)
        return verdict

    def check_all(
        self, exercises: Iterable[Exercise], check: Callable[[Job], Verdict]
    ) -> Iterable[Verdict]:
        """Check one after the other; what needs a failed one is skipped."""
        failed: set[str] = set()
        for exercise in exercises:
            job = self.job(exercise)
            missing = [need for need in exercise.needs if need in failed]
            if missing:
                verdict = Verdict(
                    exercise.id,
                    "skipped",
                    0,
                    exercise.points,
                    [],
                    ended=f"needs {', '.join(missing)}, which failed",
                )
            else:
                verdict = self.keep(job, check(job))
            if verdict.outcome in ("failed", "skipped"):
                failed.add(exercise.id)
            yield verdict

    def same_again(self, exercise: Exercise, verdict: Verdict) -> bool:
        """Whether the checks that fail are those that failed last time, with another text.

        It does not matter whether this verdict is kept already.
        """
        if verdict.outcome != "failed":
            return False
        this = verdict.to_json()
        before = next((text for text in self.history.latest(exercise.id, 2) if text != this), None)
        if before is None:
            return False
        earlier = Verdict.from_json(before)
        return _failing(earlier) == _failing(verdict) and earlier.attempt != verdict.attempt

    # Help.

    def hint(self, exercise: Exercise) -> list[str]:
        """The hints so far, and one more."""
        return list(exercise.hints[: self.history.show_hint(exercise.id, len(exercise.hints))])

    def solution(self, exercise: Exercise, yes: bool = False) -> str:
        """Our own answer: after a pass, or if the learner says that they want it now."""
        text = files.read(self.reference(exercise))
        if text is None:
            raise NoSolution(
                f"The solution of {exercise.id} is not part of this copy of the course, which was "
                "handed out without them. Whoever gave it to you may show it."
            )
        passed = "passed" in self.history.outcomes().get(exercise.id, [])
        if not (passed or yes or self.history.saw_solution(exercise.id)):
            left = len(exercise.hints) - self.history.hints(exercise.id)
            hints = f"there {'is' if left == 1 else 'are'} {left} more of its hints" if left else ""
            raise NotYet(f"{exercise.id} is not passed yet{', and ' + hints if hints else ''}.")
        self.history.show_solution(exercise.id)
        return text

    def standings(self) -> list[Standing]:
        """How far the learner is, exercise by exercise."""
        outcomes = self.history.outcomes()
        return [
            self._standing(exercise, outcomes.get(exercise.id, []))
            for exercise in self.catalog.exercises
        ]

    def _standing(self, exercise: Exercise, outcomes: list[Outcome]) -> Standing:
        state = "begun" if self.work(exercise).is_file() else "new"
        if outcomes:
            state = "passed" if "passed" in outcomes else "failed"
        return Standing(exercise, state, len(outcomes))

    def next(self, passed: Exercise | None = None) -> Exercise | None:
        """The first exercise that is not passed; one that was passed just now may be given."""
        open_ = (each.exercise for each in self.standings() if each.state != "passed")
        return next((exercise for exercise in open_ if exercise != passed), None)


def _failing(verdict: Verdict) -> list[str]:
    return [check.id for check in verdict.checks if check.outcome == "failed"]
