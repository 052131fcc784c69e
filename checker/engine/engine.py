"""Grades attempts with collected checks: each in a fork, each to a verdict.

Invariant: `check` returns a verdict, whatever the attempt does.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import NamedTuple, TypeVar

from checker import lab
from checker.catalog import Exercise
from checker.engine import fork
from checker.engine.fork import USUAL, Ended, Limits
from checker.engine.inside import Reporter, check_attempt
from checker.engine.judge import check_id, title_of
from checker.engine.seal import Seal
from checker.engine.session import Checks, check_file, with_checks
from checker.engine.verdict import (
    CheckResult,
    Outcome,
    Place,
    Verdict,
    check_from,
    outcome_of,
    points_for,
)

T = TypeVar("T")
_STACK = ("unblocked", "anyio", "fastapi", "httpx", "pytest", "starlette")


class Job(NamedTuple):
    """One attempt at one exercise."""

    exercise: Exercise
    filename: str
    data: bytes
    stub: bytes | None = None
    seed: int = 0


class Engine:
    """Checks attempts. Made by `engine`, and good for as long as its block runs."""

    def __init__(self, checks: Checks, reporter: Reporter) -> None:
        self._checks, self._reporter = checks, reporter
        lab.run(_nothing)  # What a first run imports, it imports here, once.
        self._seal = Seal()

    def changed(self, exercise: Exercise) -> bool:
        """Whether the checks on disk are others than those that were collected."""
        return self._checks.changed(exercise.chapter, exercise.name)

    def check(self, job: Job, limits: Limits = USUAL, stop_when: Iterable[int] = ()) -> Verdict:
        """One attempt, in a fork of this process."""
        exercise = job.exercise
        items = self._checks.of(exercise.chapter, exercise.name)
        fault = self._checks.fault(exercise.chapter, exercise.name)
        base = Verdict(
            exercise=exercise.id,
            outcome="checker_error",
            points=0,
            points_of=exercise.points,
            checks=[],
            seed=job.seed,
            attempt=sha256(job.data).hexdigest(),
            versions=versions(),
        )
        if fault:
            return replace(base, ended="no checks", printed=fault)

        def work(send: fork.Send) -> None:
            check_attempt(
                items,
                self._reporter,
                self._seal,
                (job.filename, job.data),
                job.stub,
                job.seed,
                send,
            )

        ended = fork.run(work, limits, stop_when)
        titles = {check_id(item): title_of(item) for item in items}
        return _verdict(base, ended, titles, job, limits)


def engine(exercises: Iterable[Exercise], use: Callable[[Engine], T]) -> T:
    """Collect the checks of these exercises, and call `use` with an engine for them."""
    files = [check_file(exercise.chapter, exercise.name) for exercise in exercises]
    return with_checks(files, lambda checks, reporter: use(Engine(checks, reporter)))


async def _nothing() -> None:
    """The shortest program."""


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Of the course and of what it stands on."""
    found = {"python": platform.python_version()}
    for name in _STACK:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = ""
    return found


def _verdict(
    base: Verdict, ended: Ended, titles: dict[str, str], job: Job, limits: Limits
) -> Verdict:
    real_s = round(ended.real_s, 4)
    if any("stub" in record for record in ended.records):
        checks = [CheckResult(id, title, "not_attempted") for id, title in titles.items()]
        return replace(base, outcome="not_attempted", checks=checks, real_s=real_s)
    checks = _results(ended)
    how = _how(ended, checks)
    if how == "interrupted":
        outcome: Outcome = "skipped"
    else:
        outcome = "failed"
    if len(checks) < len(titles):
        cut_short = next(id for id in titles if id not in {check.id for check in checks})
        for id, title in titles.items():
            if id == cut_short and how != "interrupted":
                checks.append(_cut_short(id, title, how, ended, job, limits))
            elif id not in {check.id for check in checks}:
                checks.append(CheckResult(id, title, "skipped", got="not reached"))
    else:
        outcome = outcome_of(checks)
    return replace(
        base,
        outcome=outcome,
        points=points_for(outcome, checks, job.exercise.points),
        checks=checks,
        ended=how,
        printed=ended.printed,
        virtual_s=sum(check.virtual_s for check in checks),
        real_s=real_s,
    )


def _results(ended: Ended) -> list[CheckResult]:
    checks = [check_from(record["check"]) for record in ended.records if "check" in record]
    for record in ended.records:
        if "replaced" in record:
            return [_not_as_it_was(check, record["replaced"]) for check in checks]
    return checks


def _not_as_it_was(check: CheckResult, names: list[str]) -> CheckResult:
    """A check that passed beside functions that were others than everybody takes them for."""
    return replace(
        check,
        outcome="failed",
        got=f"your program replaced {', '.join(names)}, which everything in its process uses",
        next="Leave the names of other modules as they are; write a function of your own.",
    )


def _how(ended: Ended, checks: list[CheckResult]) -> str:
    """How the program ended, in a word, where it did not come to the end of the checks."""
    done = [record["done"] for record in ended.records if "done" in record]
    if done:
        return "" if done[0] == "exit" else str(done[0])
    if ended.how == "cancelled":
        return "interrupted"
    if "MemoryError" in ended.printed[-4000:]:
        return "out of memory"
    return "crashed" if ended.how == "exit" else ended.how


_HAPPENED = {
    "blocked": "the check was stopped after {limit:g} s of real time: the program never came to "
    "an end of its own",
    "crashed": "the process of the program died ({detail}) in the middle of the check",
    "out of memory": "the program needed more memory than it may have ({memory} MB)",
    "printed too much": "the program printed more than {printed:,} characters",
}
_NEXT = {
    "blocked": "Look for a loop that neither ends nor waits.",
    "crashed": "Look for what ends a process: os._exit, a signal, a C call that fails.",
    "out of memory": "Keep less at once, and look for what grows without end.",
    "printed too much": "Take the prints out of the loops.",
}


def _cut_short(
    id: str, title: str, how: str, ended: Ended, job: Job, limits: Limits
) -> CheckResult:
    """The check in which the program was ended."""
    happened = _HAPPENED[how].format(
        limit=limits.real_s,
        detail=ended.detail or "without a word",
        memory=limits.memory_bytes >> 20,
        printed=limits.printed_bytes,
    )
    where = _stand(ended.stand, job)
    return CheckResult(
        id, title, "failed", expected=title, got=happened, where=where, next=_NEXT[how]
    )


def _stand(stand: str, job: Job) -> Place | None:
    """The learner's line in which a thread stood, from what faulthandler wrote."""
    pattern = rf'File "[^"\n]*{re.escape(Path(job.filename).name)}", line (\d+) in (\S+)'
    found = re.search(pattern, stand)
    if not found:
        return None
    number = int(found[1])
    lines = job.data.decode("utf-8", "replace").splitlines()
    text = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    return Place(number, text, found[2])
