"""Which attempts are checked, with which seed, and what has to come of it.

    the stub                     not attempted; checked all the same, it does not pass
    the solution                 passes, and twice it gives the same bytes
    other right answers          pass
    wrong answers                fail exactly the checks that their first line names

All but the stub also under other seeds: who passes by luck, or fails by it, is found out. Wrong
answers are many, so each is checked under the usual seed and one of the others, in turn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from checker.catalog import Exercise
from checker.engine.engine import Job
from checker.gate.folders import Folders

SEEDS = (0, 1, 2)
_IN_TURN = (1, 2)

Kind = Literal["stub", "bare stub", "solution", "again", "right", "wrong"]


@dataclass(frozen=True)
class Run:
    """One attempt to check."""

    exercise: Exercise
    kind: Kind
    path: Path
    seed: int = 0

    def job(self, folders: Folders) -> Job:
        """The same, as the engine takes it."""
        data = self.path.read_bytes()
        # Without the stub the engine cannot see that nothing was written, and runs the checks.
        stub = None if self.kind == "bare stub" else folders.stub(self.exercise).read_bytes()
        return Job(self.exercise, str(self.path), data, stub, self.seed)


def runs_of(exercise: Exercise, folders: Folders) -> Iterator[Run]:
    """All runs of one exercise, as far as its files are there."""
    stub, solution = folders.stub(exercise), folders.solution(exercise)
    if not stub.is_file():
        return
    yield Run(exercise, "stub", stub)
    yield Run(exercise, "bare stub", stub)
    for seed in SEEDS:
        if solution.is_file():
            yield Run(exercise, "solution", solution, seed)
        for path in folders.right(exercise):
            yield Run(exercise, "right", path, seed)
    for number, path in enumerate(folders.wrong(exercise)):
        yield Run(exercise, "wrong", path)
        yield Run(exercise, "wrong", path, _IN_TURN[number % len(_IN_TURN)])
    if solution.is_file():
        yield Run(exercise, "again", solution)
