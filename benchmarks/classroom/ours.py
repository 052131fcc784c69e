"""Ours, in the jail, on two cores: the whole command, its warm workers alone, and a Dask cluster.

A class is one batch: workers start once, collect the checks once, and fork for each attempt. So
the command is measured whole, and the same twenty submissions in workers that have begun. Its
checks are the course's, on a virtual clock, with a teacher's own one as the eighth.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from benchmarks.children import ROOT
from benchmarks.classroom.assignment import CHECKS, EXERCISES, HIDDEN, Submission, check_scores
from checker.classroom.grading.crew import Crew
from checker.classroom.grading.settings import Settings
from checker.classroom.grading.store import Store
from checker.classroom.grading.task import Task
from checker.engine.verdict import Verdict

WORKERS = 2
_HIDDEN_FILE = "01_blocking/test_dashboard.py"


def settings() -> Settings:
    """What a batch is graded with, in workers that are started here."""
    return Settings("benchmark", tuple(EXERCISES), hidden={_HIDDEN_FILE: HIDDEN})


def tasks(submissions: Iterable[Submission]) -> list[Task]:
    """An attempt for each exercise of each student."""
    return [
        Task(f"{each.student} {id}", id, text.encode())
        for each in submissions
        for id, text in each.texts.items()
    ]


def hand_in(submissions: list[Submission], folder: Path) -> None:
    """A folder for each student, as a teacher downloads them."""
    for each in submissions:
        for id, text in each.texts.items():
            file = folder / each.student / "01_blocking" / f"{id.partition('/')[2]}.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")


def command(submissions: list[Submission], place: Path, dask: str = "") -> float:
    """Seconds that `unblocked grade` takes, from its start to its end."""
    hand_in(submissions, place / "submitted")
    hidden = place / "hidden" / _HIDDEN_FILE
    hidden.parent.mkdir(parents=True)
    hidden.write_text(HIDDEN)
    where = ["--dask", dask] if dask else ["--workers", str(WORKERS)]
    only = [word for id in EXERCISES for word in ("--only", id)]
    arguments = ["grade", str(place / "submitted"), "--out", str(place / "results"), "--json"]
    line = [sys.executable, "-m", "checker.cli", *arguments, *only, *where]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    began = time.perf_counter()
    done = subprocess.run(
        [*line, "--hidden", str(place / "hidden")],
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
    )
    took_s = time.perf_counter() - began
    if done.returncode:
        raise RuntimeError(f"unblocked grade ended with {done.returncode}:\n{done.stderr[-3000:]}")
    with Store(place / "results", new=False) as store:
        verdicts = [
            (work.student, verdict)
            for work in store.works()
            if (verdict := store.verdict(work.key)) is not None
        ]
    check_scores("unblocked grade", submissions, _fails(verdicts))
    return took_s


class Warm(AbstractContextManager["Warm"]):
    """Workers that have begun."""

    def __init__(self) -> None:
        self._crew = Crew(settings(), WORKERS)

    def __enter__(self) -> Warm:
        self._crew.__enter__()
        return self

    def __exit__(self, *exc: Any) -> None:
        self._crew.close()

    def grade(self, submissions: list[Submission]) -> float:
        """Seconds for all of them."""
        given = tasks(submissions)
        began = time.perf_counter()
        found = list(self._crew.run(given))
        took_s = time.perf_counter() - began
        verdicts = [(task.key.partition(" ")[0], verdict) for task, verdict in found]
        check_scores("warm workers", submissions, _fails(verdicts))
        return took_s


def _fails(verdicts: Iterable[tuple[str, Verdict]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for student, verdict in verdicts:
        if verdict.outcome not in ("passed", "failed"):
            raise RuntimeError(f"{student}: {verdict.exercise} is {verdict.outcome}: {verdict}")
        names = found.setdefault(student, set())
        if len(verdict.checks) != len(CHECKS[verdict.exercise]):
            raise RuntimeError(f"{student}: {len(verdict.checks)} checks: {verdict}")
        failed = [each.id for each in verdict.checks if each.outcome != "passed"]
        names |= {id.removeprefix("hidden:") for id in failed}
    return found
