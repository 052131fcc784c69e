"""Grades attempts with collected checks: each in a process of its own, each to a verdict.

Invariant: `check` returns a verdict, whatever the attempt does.
"""

from __future__ import annotations

import gc
import os
import platform
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from functools import lru_cache, partial
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import TypeVar

from checker.catalog import Exercise
from checker.engine import fork, jailed, spawned
from checker.engine.ahead import import_for, import_next, prepare
from checker.engine.conclude import conclude
from checker.engine.inside import Reporter, check_attempt
from checker.engine.job import Job
from checker.engine.judge import check_id, title_of
from checker.engine.limits import USUAL, Ended, Limits, Send
from checker.engine.rehearsal import rehearse
from checker.engine.seal import Seal
from checker.engine.seeds import by_seed, check_each, roomier
from checker.engine.session import CHECKS, Checks, check_file, with_checks
from checker.engine.verdict import Verdict
from checker.lab.allocator import give_back
from checker.lab.services import routes

__all__ = ["Engine", "Job", "engine", "versions"]

T = TypeVar("T")
_STACK = ("unblocked-course", "anyio", "fastapi", "httpx", "pytest", "starlette")
# It takes as long as a check to look at everything: after so many attempts, or blocks of memory.
_ATTEMPTS, _BLOCKS = 50, 50_000
CAN_FORK = hasattr(os, "fork")


class Engine:
    """Checks attempts. Made by `engine`, and good for as long as its block runs."""

    def __init__(
        self,
        checks: Checks,
        reporter: Reporter,
        forks: bool = CAN_FORK,
        jail: jailed.Jail | None = None,
    ) -> None:
        self._checks, self._reporter, self._forks, self._jail = checks, reporter, forks, jail
        prepare(checks.material())
        if jail is not None:
            give_back()
        versions()
        self._seal = Seal()
        self._spare: fork.Fork | None = None
        self._latest = checks.first()
        self._freeze()

    def import_for(self, programs: Iterable[bytes]) -> None:
        """Import here, once, what the forks of these programs would each have to import."""
        if self._forks and self._jail is None and import_for(programs):
            self._freeze()

    def get_ready(self) -> bool:
        """Do one thing now that the next check would have to wait for; False if all is done.

        First all is imported that programs of the course import. Then a fork is made that waits
        for the next attempt. Most of what a fork costs are the pages that its first run touches,
        so it runs the checks of the latest exercise on an empty program.
        Invariant: at most one fork waits, and it was made before anything of its attempt was here.
        """
        if not self._forks or self._jail is not None or self._spare is not None:
            return False
        if import_next():
            self._freeze()
        else:
            self._spare = fork.Fork(
                self.work, lambda: rehearse(self._latest, self._reporter, self._seal)
            )
        return True

    def close(self) -> None:
        """End the fork that waits, if there is one."""
        if self._spare is not None:
            self._spare.end()
            self._spare = None

    def changed(self, exercise: Exercise) -> bool:
        """Whether the checks on disk are others than those that were collected."""
        return self._checks.changed(exercise.chapter, exercise.name)

    def stamp(self, exercise: Exercise) -> str:
        """A hash of the checks of an exercise."""
        return self._checks.stamp(exercise.chapter, exercise.name)

    def check(self, job: Job, limits: Limits = USUAL, stop_when: Iterable[int] = ()) -> Verdict:
        """One attempt, in a process of its own; ended when a descriptor in `stop_when` is ready."""
        if fault := self._fault(job):
            return replace(_no_verdict(job), ended="no checks", printed=fault)
        return self._conclude(job, self._run(job, limits, stop_when), limits)

    def check_seeds(self, job: Job, seeds: Sequence[int], limits: Limits = USUAL) -> list[Verdict]:
        """One attempt under several seeds: the verdicts that `check` would make, for less.

        The seeds share a fork where they can; `checker.engine.seeds` says when, and for whom.
        """
        jobs = [job._replace(seed=seed) for seed in seeds]
        ends: list[Ended | None] = [None] * len(jobs)
        if len(jobs) > 1 and self._forks and self._jail is None and not self._fault(job):
            self.import_for([job.data])
            work = partial(check_each, job, seeds, self.work, limits, self._seal)
            ends = by_seed(fork.run(work, roomier(limits)), seeds)
        return [
            self.check(each, limits) if ended is None else self._conclude(each, ended, limits)
            for each, ended in zip(jobs, ends, strict=True)
        ]

    def work(self, job: Job, send: Send) -> None:
        """What is done in the process of an attempt, and nowhere else."""
        items = self._checks.of(job.exercise.chapter, job.exercise.name)
        attempt = job.filename, job.data
        with routes.scope():
            check_attempt(items, self._reporter, self._seal, attempt, job.stub, job.seed, send)

    def _fault(self, job: Job) -> str:
        return self._checks.fault(job.exercise.chapter, job.exercise.name)

    def _conclude(self, job: Job, ended: Ended, limits: Limits) -> Verdict:
        items = self._checks.of(job.exercise.chapter, job.exercise.name)
        titles = {check_id(item): title_of(item) for item in items}
        return conclude(_no_verdict(job), ended, titles, job, limits)

    def _run(self, job: Job, limits: Limits, stop_when: Iterable[int]) -> Ended:
        if self._jail is not None:
            items = self._checks.of(job.exercise.chapter, job.exercise.name)
            ended = jailed.run(self._jail, items, self._reporter, job, limits)
            self._collect()
            return ended
        if self._forks:
            self.import_for([job.data])
            self._latest = self._checks.of(job.exercise.chapter, job.exercise.name)
            spare, self._spare = self._spare, None
            if spare is not None:
                with suppress(fork.Gone):
                    return spare.run(job, limits, stop_when)
            return fork.run(partial(self.work, job), limits, stop_when)
        return spawned.run(job, self._checks.folder, limits, stop_when)

    def _freeze(self) -> None:
        """A fork that collects garbage would copy every page of what is here already."""
        gc.collect()
        gc.freeze()
        self._attempts, self._blocks = 0, sys.getallocatedblocks()

    def _collect(self) -> None:
        """Give up what the checks of jailed attempts left in this process.

        A run sets aside what is there when it begins, also what is still held of the run before.
        Later that is garbage in cycles, out of the collector's sight.
        """
        self._attempts += 1
        if self._attempts >= _ATTEMPTS or sys.getallocatedblocks() >= self._blocks + _BLOCKS:
            gc.unfreeze()
            self._freeze()


def _no_verdict(job: Job) -> Verdict:
    """What a verdict says before anything is known of the attempt."""
    return Verdict(
        exercise=job.exercise.id,
        outcome="checker_error",
        points=0,
        points_of=job.exercise.points,
        checks=[],
        seed=job.seed,
        attempt=sha256(job.data).hexdigest(),
        versions=versions(),
    )


def engine(
    exercises: Iterable[Exercise],
    use: Callable[[Engine], T],
    folder: Path = CHECKS,
    forks: bool = CAN_FORK,
    jail: jailed.Jail | None = None,
    hidden: Path | None = None,
) -> T:
    """Collect the checks of these exercises, and call `use` with an engine for them.

    folder   holds the checks; those of a course that is not the installed one are elsewhere
    forks    False: each attempt is checked in a fresh process, which takes a hundred times as long
    jail     attempts go to processes of it, and the checks stay in this one
    hidden   a folder with further checks, laid out as the first
    """
    folders = [folder, *([hidden] if hidden is not None else [])]
    files = [
        check_file(exercise.chapter, exercise.name, each)
        for exercise in exercises
        for each in folders
    ]

    def made(checks: Checks, reporter: Reporter) -> T:
        with closing(Engine(checks, reporter, forks, jail)) as engine:
            return use(engine)

    return with_checks(files, made, folder, hidden)


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
