"""Each attempt on both roads, beside the check and in a jail: the verdicts have to be the same.

Real time apart, and the trace: a picture of what happened behind a wall has other lanes, and is
there only where something failed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from checker.engine.verdict import CheckResult, Verdict
from checker.gate.finding import Finding
from checker.gate.folders import Folders
from checker.gate.runs import Run


def differences(
    runs: Sequence[Run], here: Sequence[Verdict], jailed: Sequence[Verdict], folders: Folders
) -> Iterator[Finding]:
    """What is not the same."""
    for run, one, other in zip(runs, here, jailed, strict=True):
        for what in _compared(one, other):
            yield Finding(
                folders.name(run.path),
                0,
                f"in the jail, under seed {run.seed}, {what}",
                "let the check use the boundary alone; if it does, the boundary is at fault",
                run.exercise.id,
            )
            break  # What follows from one difference is no other one.


def _compared(here: Verdict, jailed: Verdict) -> Iterator[str]:
    if (here.outcome, here.points, here.ended) != (jailed.outcome, jailed.points, jailed.ended):
        yield f"it is {_told(jailed)}, and else {_told(here)}"
    for one, other in zip(here.checks, jailed.checks, strict=False):
        if _bare(one) != _bare(other):
            yield (
                f"`{one.id}` is {other.outcome} after {other.virtual_s:g} s ({other.got[:200]}), "
                f"and else {one.outcome} after {one.virtual_s:g} s ({one.got[:200]})"
            )


def _told(verdict: Verdict) -> str:
    ended = f", ended {verdict.ended!r}" if verdict.ended else ""
    return f"{verdict.outcome} with {verdict.points} points{ended}"


def _bare(check: CheckResult) -> CheckResult:
    """Without its trace; and where it is stuck, without what else depends on the road.

    Over there tasks have other names, and what tidies up after it takes its time.
    """
    if not check.got.startswith("Deadlock:"):
        return replace(check, trace="")
    return replace(check, trace="", got=check.got.partition("\n")[0], virtual_s=0.0)
