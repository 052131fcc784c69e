"""Small courses of made-up checks, and engines for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any, Protocol

import pytest

from checker.catalog import Exercise
from checker.engine import engine as engine_module
from checker.engine.engine import Engine, Job
from checker.engine.limits import Limits
from checker.engine.verdict import CheckResult, Verdict
from checker.lab.leaks import set_aside

MADE_UP = Exercise("01_made", "up", "Made up", 10, 5, ("one", "two", "three"))
NAME = "/course/work/01_made/up.py"


class Grade(Protocol):
    """Checks an attempt with checks, both given as texts."""

    def __call__(
        self, checks: str, attempt: str, stub: str | None = None, seed: int = 0, **limits: Any
    ) -> Verdict: ...


def write_checks(folder: Path, text: str) -> Path:
    """Put a file of checks where an engine finds it."""
    file = folder / MADE_UP.chapter / f"test_{MADE_UP.name}.py"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(dedent(text), encoding="utf-8")
    return file


def job(attempt: str | bytes, stub: str | None = None, seed: int = 0) -> Job:
    """An attempt at the made-up exercise."""
    data = attempt if isinstance(attempt, bytes) else dedent(attempt).encode()
    return Job(MADE_UP, NAME, data, None if stub is None else dedent(stub).encode(), seed)


def only(verdict: Verdict) -> CheckResult:
    """Its one check."""
    (check,) = verdict.checks
    return check


def grader(folder: Path, forks: bool) -> Grade:
    def grade(
        checks: str, attempt: str, stub: str | None = None, seed: int = 0, **limits: Any
    ) -> Verdict:
        write_checks(folder, checks)

        def use(engine: Engine) -> Verdict:
            return engine.check(job(attempt, stub, seed), Limits(**limits))

        return engine_module.engine([MADE_UP], use, folder, forks)

    return grade


@pytest.fixture(scope="module", autouse=True)
def tests_out_of_sight() -> Iterator[None]:
    """Let the collector see only what an engine made.

    An engine collects garbage three times, and each time would look at all tests of this project.
    """
    with set_aside():
        yield


@pytest.fixture
def grade(tmp_path: Path) -> Grade:
    """Checks in a fork."""
    return grader(tmp_path / "checks", forks=True)


@pytest.fixture
def grade_spawned(tmp_path: Path) -> Grade:
    """Checks in a fresh process."""
    return grader(tmp_path / "checks", forks=False)
