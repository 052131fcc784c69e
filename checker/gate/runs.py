"""Which attempts are checked, with which seed, and what has to come of it.

    the stub                     not attempted; checked all the same, it passes its guards alone
    the solution                 passes, and twice it gives the same bytes
    other right answers          pass
    wrong answers                fail exactly the checks that their first line names

They are checked under other seeds, too, so an answer that passes or fails by luck is found out.
Wrong answers are many, so each is checked under the usual seed and one of the others, in turn. The
seeds of one attempt share a fork; `again` has a fork of its own, which proves that two processes
give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from checker.catalog import Exercise
from checker.engine.engine import Job
from checker.gate.folders import UNUSABLE, Folders
from checker.gate.to_do import can_be_checked, is_written

SEEDS = (0, 1, 2)
_IN_TURN = (1, 2)

Kind = Literal["stub", "bare stub", "solution", "again", "right", "wrong"]


@dataclass(frozen=True)
class Run:
    """One attempt to check: the file that it is kept in, and what it is as a program."""

    exercise: Exercise
    kind: Kind
    path: Path
    data: bytes
    seed: int = 0

    def job(self, folders: Folders) -> Job:
        """The same, as the engine takes it."""
        # Without the stub the engine cannot see that nothing was written, and runs the checks.
        stub = None if self.kind == "bare stub" else folders.stub(self.exercise).read_bytes()
        return Job(self.exercise, str(self.path.with_suffix(".py")), self.data, stub, self.seed)


def by_attempt(runs: Sequence[Run]) -> list[list[int]]:
    """The numbers of the runs that are the same but for their seed, attempt by attempt."""
    found: dict[Run, list[int]] = {}
    for number, run in enumerate(runs):
        found.setdefault(replace(run, seed=0), []).append(number)
    return list(found.values())


def runs_of(exercise: Exercise, folders: Folders) -> Iterator[Run]:
    """All runs of one exercise, as far as its files are there."""
    stub, solution = folders.stub(exercise), folders.solution(exercise)
    if not can_be_checked(exercise, folders):
        return
    task = stub.read_bytes()
    yield Run(exercise, "stub", stub, task)
    for seed in SEEDS:
        yield Run(exercise, "bare stub", stub, task, seed)
    ours = [(solution, solution.read_bytes())] if solution.is_file() else []
    right = list(_readable(folders, folders.right(exercise)))
    for seed in SEEDS:
        for path, data in ours:
            yield Run(exercise, "solution", path, data, seed)
        for path, data in right:
            yield Run(exercise, "right", path, data, seed)
    for number, (path, data) in enumerate(_readable(folders, folders.wrong(exercise))):
        yield Run(exercise, "wrong", path, data)
        yield Run(exercise, "wrong", path, data, _IN_TURN[number % len(_IN_TURN)])
    for path, data in ours:
        yield Run(exercise, "again", path, data)


def _readable(folders: Folders, answers: list[Path]) -> Iterator[tuple[Path, bytes]]:
    """The answers that can be checked; that another cannot is a finding of its own."""
    answers = [path for path in answers if is_written(path.read_bytes())]
    for path in answers:
        try:
            data = folders.whole(path)
        except UNUSABLE:
            continue
        yield path, data
