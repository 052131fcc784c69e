"""Small classes, a grader of which every step is seen, and a teacher's terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from checker.classroom.grading.batch import Round, grade
from checker.classroom.grading.crew import Ready
from checker.classroom.grading.settings import Settings
from checker.classroom.grading.store import Store
from checker.classroom.grading.task import Task
from checker.engine.verdict import CheckResult, Verdict

ROOT = Path(__file__).resolve().parents[3]
GREET, QUOTE = "start/first_check", "blocking/never_block"
PATHS = {GREET: "00_start/first_check.py", QUOTE: "01_blocking/never_block.py"}
GOOD = (ROOT / "solutions" / PATHS[GREET]).read_bytes()
BLOCKS = (ROOT / "tests/wrong_answers/00_start/first_check/blocks.py").read_bytes()
SETTINGS = Settings("Week 1", (GREET, QUOTE))


def hand_in(folder: Path, student: str, data: bytes, exercise: str = GREET) -> Path:
    """One student's file."""
    path = folder / student / "work" / PATHS[exercise]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


class Grader:
    """Gives points for the word "good", and remembers what it was asked."""

    def __init__(self, stamp: str = "1", passes: bytes = b"good") -> None:
        self.ready = Ready({GREET: stamp, QUOTE: stamp}, {"python": "3"})
        self.asked: list[Task] = []
        self.breaks = b"breaks"  # A work with this word in it is one on which the checker fails.
        self.passes, self.stops_after = passes, 1_000

    def run(self, tasks: Iterator[Task]) -> Iterator[tuple[Task, Verdict]]:
        """Verdicts, until it is interrupted."""
        for task in tasks:
            if len(self.asked) >= self.stops_after:
                raise KeyboardInterrupt
            self.asked.append(task)
            yield task, verdict(task, self.passes in task.data, self.breaks in task.data)


def verdict(task: Task, passed: bool, broke: bool = False) -> Verdict:
    """One that has one check."""
    outcome = "checker_error" if broke else "passed" if passed else "failed"
    check = CheckResult("greeting", "It greets.", outcome)  # type: ignore[arg-type]
    points = 10 * passed
    return Verdict(task.exercise, outcome, points, 10, [check], real_s=0.5)  # type: ignore[arg-type]


class Listener:
    """Hears how far it is."""

    def __init__(self) -> None:
        self.heard: list[Any] = []

    def found(self, shape: str, students: int) -> None:
        self.heard.append(students)

    def grading(self, total: int, known: int) -> None:
        self.heard.append((total, known))

    def graded(self, verdict: Verdict) -> None:
        self.heard.append(verdict.outcome)


def round_of(folder: Path, store: Store, grader: Any, **changed: Any) -> Round:
    """One round."""
    return grade(folder, store, replace(SETTINGS, **changed), grader, Listener())


class Teacher:
    """A teacher's terminal, outside of any course."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.handed_in, self.out = folder / "in", folder / "out"
        self.temporary = folder / "tmp"
        self.temporary.mkdir()

    def command(self, *arguments: str) -> list[str]:
        """What is started."""
        return [sys.executable, "-P", "-m", "checker.cli", *arguments]

    def environment(self) -> dict[str, str]:
        """With a folder for temporary files, in which it is seen what is left."""
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
        return os.environ | {"TMPDIR": str(self.temporary), "PYTHONPATH": path}

    def type(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, output and errors of `unblocked ARGUMENTS`."""
        done = subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
            encoding="utf-8",
        )
        assert "Traceback" not in done.stderr, done.stderr
        assert list(self.temporary.iterdir()) == []
        return done.returncode, done.stdout, done.stderr

    def grade(self, *arguments: str, code: int = 0) -> dict[str, Any]:
        """`unblocked grade in --out out --json`, with what it told."""
        done = self.type("grade", "in", "--out", "out", "--json", "--workers", "1", *arguments)
        assert (done[0], done[2]) == (code, "")
        told: dict[str, Any] = json.loads(done[1])
        return told

    def rows(self) -> dict[str, list[str]]:
        """grades.csv, by student."""
        import csv

        with (self.out / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
            return {row[0]: row for row in csv.reader(file)}
