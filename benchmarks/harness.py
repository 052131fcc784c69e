"""Measures contestants in turn, and prints what came of it beside the bars.

Contestants take turns within each round, and every other round goes in the opposite order, so
that a machine which slows down slows all of them. A ratio is the median of the ratios within a
round, and not the ratio of two medians.
Invariant: every figure of a report comes from one run on one machine.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any, NamedTuple

Rounds = dict[str, list[float]]  # contestant -> what each round measured


class Figure(NamedTuple):
    """One result: a ratio, a time or a size."""

    what: str
    value: float
    unit: str  # "x" for a ratio, "ms", "s", "us", "MB"
    bar: float | None = None  # the value should not be above it

    @property
    def verdict(self) -> str:
        """Whether it keeps to its bar: "met", "missed", or "" without a bar."""
        if self.bar is None:
            return ""
        return "met" if self.value <= self.bar else "missed"

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**self._asdict(), "verdict": self.verdict}


class Report(NamedTuple):
    """What one benchmark found."""

    name: str
    figures: list[Figure]
    notes: list[str]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        figures = [figure.as_dict() for figure in self.figures]
        return {"name": self.name, "figures": figures, "notes": self.notes}

    def table(self) -> str:
        """For people."""
        wide = max(len(figure.what) for figure in self.figures)
        lines = [self.name]
        for figure in self.figures:
            bar = "" if figure.bar is None else f"   bar {figure.bar:g}   {figure.verdict}"
            lines.append(f"  {figure.what:{wide}} {figure.value:10.2f} {figure.unit:2}{bar}")
        lines += [f"  {note}" for note in self.notes]
        return "\n".join(lines)


def cpu_s(call: Callable[[], object]) -> float:
    """Seconds of CPU time, of all threads, that a call takes.

    Not the time on the wall: this machine may be busy with something else, and a contestant on
    the real clock may have to wait. What is compared is work. Garbage from before is not part of
    it.
    """
    gc.collect()
    began = time.process_time()
    call()
    return time.process_time() - began


def alternate(
    contestants: Mapping[str, Callable[[], float]], rounds: int, *, warm: bool = True
) -> Rounds:
    """Let each contestant measure itself once per round; to get warm, once more before."""
    found: Rounds = {name: [] for name in contestants}
    order = list(contestants)
    for name in order if warm else ():
        contestants[name]()
    for _ in range(rounds):
        for name in order:
            found[name].append(contestants[name]())
        order.reverse()
    return found


def ratio(found: Rounds, contestant: str, baseline: str, bar: float | None = None) -> Figure:
    """How much more a contestant takes than another: the median over the rounds."""
    pairs = zip(found[contestant], found[baseline], strict=True)
    value = median(mine / other for mine, other in pairs)
    return Figure(f"{contestant} / {baseline}", value, "x", bar)


def medians(found: Rounds, unit: str, scale: float = 1.0) -> list[Figure]:
    """Each contestant's own median."""
    return [Figure(name, median(values) * scale, unit) for name, values in found.items()]
