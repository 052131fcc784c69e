"""Where the files of an exercise are, and which files belong to no exercise.

The same relative path names an exercise everywhere:

    exercises/NN_slug/<exercise>.py              solutions/NN_slug/<exercise>.py
    checker/checks/NN_slug/test_<exercise>.py    checker/checks/NN_slug/material/<name>.py
    tests/wrong_answers/NN_slug/<exercise>/*     tests/right_answers/NN_slug/<exercise>/*

An answer is a whole file, `<name>.py`, or its difference from the solution, `<name>.diff`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from checker.catalog import Chapter, Exercise
from checker.course import CHECKS
from checker.gate import edits
from checker.gate.finding import Finding
from checker.gate.to_do import is_written

WRONG_AT_LEAST = 3
RIGHT_AT_LEAST = 1

_EXERCISES = "exercises"
_SOLUTIONS = "solutions"
_WRONG = "tests/wrong_answers"
_RIGHT = "tests/right_answers"
SURVIVORS = "survivors.toml"
_KEPT = (".py", edits.SUFFIX)


class NoSolution(ValueError):
    """There is no solution to apply an answer's edits to, or it is no Python."""


UNUSABLE = (edits.DoesNotApply, NoSolution)


class Folders:
    """The files of a checkout of the course, or of a folder of a teacher's own."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    @property
    def exercises(self) -> Path:
        """The stubs and the chapter.toml files."""
        return self.root / _EXERCISES

    @property
    def checks(self) -> Path:
        """The files of checks."""
        return self.root / CHECKS

    def stub(self, exercise: Exercise) -> Path:
        """What a learner starts from."""
        return self.exercises / exercise.path

    def solution(self, exercise: Exercise) -> Path:
        """The reference."""
        return self.root / _SOLUTIONS / exercise.path

    def check_file(self, exercise: Exercise) -> Path:
        """The checks of an exercise."""
        return self.checks / exercise.chapter / f"test_{exercise.name}.py"

    def wrong(self, exercise: Exercise) -> list[Path]:
        """The wrong answers, by name."""
        return _answers(self.wrong_folder(exercise))

    def right(self, exercise: Exercise) -> list[Path]:
        """The other right answers, by name."""
        return _answers(self.right_folder(exercise))

    def wrong_folder(self, exercise: Exercise) -> Path:
        """Where the wrong answers are."""
        return self.root / _WRONG / exercise.chapter / exercise.name

    def right_folder(self, exercise: Exercise) -> Path:
        """Where the other right answers are."""
        return self.root / _RIGHT / exercise.chapter / exercise.name

    def whole(self, answer: Path) -> bytes:
        """An answer as a program, whichever way it is kept; raises one of `UNUSABLE`."""
        data = answer.read_bytes()
        if answer.suffix != edits.SUFFIX:
            return data
        try:
            diff = data.decode()
        except UnicodeDecodeError as error:
            raise edits.DoesNotApply(0, f"it cannot be read: {error}", "save it as UTF-8") from None
        return edits.applied(diff, self.solution_of(answer)).encode()

    def is_answer(self, path: Path) -> bool:
        """Whether this file is a wrong or a right answer."""
        tops = (self.root / _WRONG, self.root / _RIGHT)
        return path.is_file() and path.suffix in _KEPT and path.parent.parent.parent in tops

    def solution_of(self, answer: Path) -> str:
        """The text of the solution that an answer is compared with; raises `NoSolution`."""
        path = self.root / _SOLUTIONS / answer.parent.parent.name / f"{answer.parent.name}.py"
        try:
            text = path.read_text("utf-8")
            edits.lines_of(text)  # What it finds is kept for the answer.
        except (OSError, SyntaxError, ValueError) as error:
            raise NoSolution(f"{self.name(path)}: {error}") from None
        return text

    def unusable(self, exercise: Exercise) -> Iterator[Finding]:
        """Answers that come to no program, and two that would be called the same."""
        for answers in (self.wrong(exercise), self.right(exercise)):
            for path in answers:
                if not is_written(path.read_bytes()):
                    continue
                try:
                    self.whole(path)
                except edits.DoesNotApply as error:
                    what, fix = error.what, error.fix
                    yield Finding(self.name(path), error.line, what, fix, exercise.id)
                except NoSolution:
                    pass  # That is a finding of its own.
                if path.suffix == edits.SUFFIX and path.with_suffix(".py") in answers:
                    what = f"{path.stem}.py is there, too"
                    yield Finding(self.name(path), 0, what, "remove one of the two", exercise.id)

    def survivors(self, chapter: str) -> Path:
        """What a chapter says about mutants that live."""
        return self.exercises / chapter / SURVIVORS

    def name(self, path: Path) -> str:
        """How a file is called in a finding."""
        return path.relative_to(self.root).as_posix()

    def missing(self, exercise: Exercise) -> Iterator[Finding]:
        """Files that an exercise has to have."""
        needed = {
            self.stub(exercise): "write the stub: the task, the signatures, no bodies",
            self.solution(exercise): "write the solution, with the signatures of the stub",
            self.check_file(exercise): "write the checks",
        }
        for path, fix in needed.items():
            if not path.is_file():
                yield Finding(self.name(path), 0, "this file is missing", fix, exercise.id)
        wrong, right = len(self.wrong(exercise)), len(self.right(exercise))
        if wrong < WRONG_AT_LEAST:
            what = f"{wrong} wrong answers, and at least {WRONG_AT_LEAST} are needed"
            fix = "add a file for each misconception that the checks are about"
            yield Finding(f"{_WRONG}/{exercise.path[:-3]}", 0, what, fix, exercise.id)
        if right < RIGHT_AT_LEAST:
            what = "no right answer beside the solution"
            fix = "add one in another style, so that the checks are not fitted to the solution"
            yield Finding(f"{_RIGHT}/{exercise.path[:-3]}", 0, what, fix, exercise.id)

    def stray(self, chapters: Iterable[Chapter], whole: bool) -> Iterator[Finding]:
        """Files that no exercise of these chapters knows; of all chapters if `whole`."""
        chapters = list(chapters)
        known = {path for chapter in chapters for path in self._known(chapter)}
        slugs = {chapter.slug for chapter in chapters}
        for top in (_EXERCISES, _SOLUTIONS, CHECKS, _WRONG, _RIGHT):
            for entry in _entries(self.root / top):
                if entry.name in slugs:
                    yield from self._stray_in(entry, known)
                elif whole and entry != self.checks / "conftest.py":
                    what = "this belongs to no chapter"
                    fix = f"remove it, or write exercises/{entry.name}/chapter.toml"
                    yield Finding(self.name(entry), 0, what, fix)

    def _stray_in(self, folder: Path, known: set[str]) -> Iterator[Finding]:
        for path in _files(folder):
            if self.name(path) not in known and not self._is_material(path):
                fix = "remove it, or name its exercise in the chapter.toml"
                yield Finding(self.name(path), 0, "this file belongs to no exercise", fix)

    def _known(self, chapter: Chapter) -> Iterator[str]:
        yield f"{_EXERCISES}/{chapter.slug}/chapter.toml"
        yield self.name(self.survivors(chapter.slug))
        for exercise in chapter.exercises:
            yield self.name(self.stub(exercise))
            yield self.name(self.solution(exercise))
            yield self.name(self.check_file(exercise))
            yield from (self.name(path) for path in self.wrong(exercise))
            yield from (self.name(path) for path in self.right(exercise))

    def _is_material(self, path: Path) -> bool:
        """Whether it is material, and a check of its chapter names it."""
        chapter = path.parent.parent
        if path.parent.name != "material" or chapter.parent != self.checks:
            return False
        checks = [file.read_text("utf-8", "replace") for file in sorted(chapter.glob("test_*.py"))]
        return any(path.stem in text for text in checks)


def _answers(folder: Path) -> list[Path]:
    """The answers in a folder, by name."""
    return [path for path in sorted(folder.glob("*")) if path.suffix in _KEPT]


def _entries(folder: Path) -> list[Path]:
    """What is in a folder, without what Python leaves behind."""
    return [path for path in sorted(folder.glob("*")) if path.name != "__pycache__"]


def _files(folder: Path) -> list[Path]:
    """All files below a folder, without the same."""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    ]
