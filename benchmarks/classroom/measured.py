"""All that is measured of a classroom, as one report."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.classroom import by_nbgrader, by_otter, by_pytest, ours, roads
from benchmarks.classroom.assignment import submissions
from benchmarks.harness import Figure, Report

STUDENTS, MANY, FOR_DASK = 20, 1000, 200
BAR_MANY_S, BAR_DASK = 40.0, 1.3


class _Other(NamedTuple):
    """A grader to compare with: how many times faster ours should be, and how often it runs."""

    name: str
    times: float
    rounds: int
    per_submission_s: Callable[[Path], float]


def _others() -> list[_Other]:
    handed_in = submissions(STUDENTS)
    return [
        _Other("pytest", 8.5, 3, lambda place: by_pytest.grade(handed_in, place) / STUDENTS),
        _Other("nbgrader", 45, 1, lambda place: by_nbgrader.grade(handed_in, place) / STUDENTS),
        _Other("otter-grader", 50, 1, lambda place: median(by_otter.grade(handed_in, place))),
    ]


def side_by_side() -> list[Figure]:
    """Ours, before and after each round of another: seconds per submission, and ratios."""
    handed_in = submissions(STUDENTS)
    ratios: list[Figure] = []
    times: list[Figure] = []
    mine: list[float] = []
    with ours.Warm() as workers:
        workers.grade(handed_in)
        for other in _others():
            theirs, pairs = [], []
            for _ in range(other.rounds):
                before_s = workers.grade(handed_in) / STUDENTS
                with tempfile.TemporaryDirectory() as place:
                    other_s = other.per_submission_s(Path(place))
                after_s = workers.grade(handed_in) / STUDENTS
                mine += [before_s, after_s]
                theirs.append(other_s)
                pairs.append((before_s + after_s) / 2 / other_s)
            what = f"{other.times} x ours / {other.name}"
            ratios.append(Figure(what, other.times * median(pairs), "x", 1.0))
            times.append(Figure(f"{other.name}, per submission", median(theirs) * 1000, "ms"))
    own = Figure("ours, jailed, warm, two workers, per submission", median(mine) * 1000, "ms")
    return [*ratios, own, *times]


def command(count: int, dask: str = "") -> float:
    """Seconds that `unblocked grade` takes for so many submissions."""
    with tempfile.TemporaryDirectory() as place:
        return ours.command(submissions(count), Path(place), dask)


def many() -> list[Figure]:
    """The command, with its start and its files, for few and for many."""
    what = "`unblocked grade` from start to end, {:,} submissions"
    return [
        Figure(what.format(STUDENTS), command(STUDENTS), "s"),
        Figure(what.format(MANY), command(MANY), "s", BAR_MANY_S),
    ]


def with_dask(address: str) -> list[Figure]:
    """The command on a cluster, which should have the same two cores, beside the local one."""
    pairs = [(command(FOR_DASK, address), command(FOR_DASK)) for _ in range(3)]
    value = median(there / here for there, here in pairs)
    return [
        Figure(f"Dask / local, {FOR_DASK} submissions", value, "x", BAR_DASK),
        Figure("Dask, the command", median(there for there, _ in pairs), "s"),
        Figure("local, the command", median(here for _, here in pairs), "s"),
    ]


def measure(dask: str = "") -> Report:
    """Speed beside others, the jail's price, memory, and a large class."""
    figures = side_by_side() + many()
    price, notes = roads.figures()
    figures += price
    if dask:
        figures += with_dask(dask)
    return Report("classroom", figures, [*_NOTES, *notes])


_NOTES = [
    f"on the wall; the same {STUDENTS} submissions for all, whose scores are compared",
    "a submission is two exercises with eight checks; 0.3 s of awaiting where the clock is real",
    "pytest: a fresh one for each, two at a time; the time for all, divided by their number",
    "nbgrader: one `autograde` command for all, with its start; otter: in one warm process, the",
    "median; ours: workers that have begun, all twenty; its command with its start stands apart",
]
