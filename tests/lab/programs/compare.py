"""A program's run in the lab, held against its run for real.

What counts as evidence: a real run during which the control fell behind by no more than a
quarter of a step. Then three things must hold, and one run decides. The labels stand in the same
order. None comes earlier than in the lab. None comes later by more than half a step, so that no
event can be taken for one of another step.

A real run with a late control says nothing, whatever its outcome: not that the lab is wrong,
and not that it is right. It is measured again; after `ATTEMPTS` of them there is no evidence,
and the caller must say so. Nothing is measured again because of its outcome.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

from checker import lab
from tests.lab.programs.program import LONG, Log, Program, perform
from tests.lab.programs.real import CORES, Measured, RealProcess

ATTEMPTS = 8
PROCESSES = 4
# asyncio counts in floats and fires a timer up to a clock's resolution early, at each wait.
EARLY_NS = 1_000


def run_in_lab(made: Program) -> tuple[list[tuple[int, str]], lab.Run]:
    """What the program's log holds after a run in the lab, and the run."""
    log = Log()
    run = lab.run(perform, made, log, cores=CORES)
    return log.entries, run


@dataclass
class Comparison:
    """One program, in the lab and for real."""

    made: Program
    virtual: list[tuple[int, str]]
    real: Measured
    discarded: list[Measured] = field(default_factory=list)  # real runs with a late control

    @property
    def is_evidence(self) -> bool:
        """Whether the control was in time."""
        return self.real.control_ns <= self.made.step_ns / 4

    @property
    def same_order(self) -> bool:
        """Whether the labels stand in the same order."""
        return [label for _, label in self.virtual] == [label for _, label in self.real.entries]

    @property
    def lateness_ns(self) -> list[int]:
        """For each label: by how much it came later than in the lab."""
        pairs = zip(self.virtual, self.real.entries, strict=True)
        return [real - virtual for (virtual, _), (real, _) in pairs]

    @property
    def is_early(self) -> bool:
        """Whether something came before its time in the lab."""
        return min(self.lateness_ns) < -EARLY_NS

    @property
    def is_late(self) -> bool:
        """Whether something came so late that it could belong to another step."""
        return max(self.lateness_ns) > self.made.step_ns / 2

    def table(self) -> str:
        """Both runs side by side, for a failure's message."""
        lines = [f"{self.made.id}: {self.made.title}", "       lab      real  label"]
        for (virtual, label), (real, really) in zip(self.virtual, self.real.entries, strict=False):
            mark = "" if label == really else f"   real: {really}"
            lines.append(f"  {virtual / 1e6:8.2f}  {real / 1e6:8.2f}  {label}{mark}")
        lines.append(
            f"times in ms; a step is {self.made.step_ns / 1e6:g}; the control fell behind by "
            f"{self.real.control_ns / 1e6:.2f}; {len(self.discarded)} runs discarded"
        )
        return "\n".join(lines)


def compare(
    made: Program, virtual: list[tuple[int, str]], measure: Callable[[Program], Measured]
) -> Comparison:
    """Run a program for real until the control is in time, and hold it against the lab."""
    comparison = Comparison(made, virtual, measure(made))
    while not comparison.is_evidence and len(comparison.discarded) + 1 < ATTEMPTS:
        comparison.discarded.append(comparison.real)
        comparison.real = measure(made)
    return comparison


def compare_all(programs: Sequence[Program]) -> list[Comparison]:
    """Compare programs, several at a time; those that need a core for themselves one by one."""
    heavy = [made for made in programs if made.step_ns >= LONG * 1e9]
    others = [made for made in programs if made not in heavy]
    virtual = {made.id: run_in_lab(made)[0] for made in programs}
    found = in_processes(others, virtual, PROCESSES) | in_processes(heavy, virtual, 1)
    return [found[made.id] for made in programs]


def in_processes(
    programs: Sequence[Program], virtual: dict[str, list[tuple[int, str]]], count: int
) -> dict[str, Comparison]:
    """Compare programs in so many processes, each process taking the next one in line."""
    line = deque(programs)
    found: dict[str, Comparison] = {}

    def work() -> None:
        with RealProcess() as real, suppress(IndexError):
            while True:
                made = line.popleft()
                found[made.id] = compare(made, virtual[made.id], real.measure)

    with ThreadPoolExecutor(count) as pool:
        for job in [pool.submit(work) for _ in range(count)]:
            job.result()
    return found
