"""A verdict: what became of one attempt at one exercise, as data.

Invariant: the same attempt, checks, versions and seed give the same JSON, save `real_s`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

VERSION = 1
HIDDEN_PREFIX = "hidden:"  # of the ids of a teacher's own checks

Outcome = Literal["passed", "failed", "not_attempted", "skipped", "checker_error"]


@dataclass(frozen=True)
class Place:
    """A line of the learner's."""

    line: int
    text: str
    function: str = ""


@dataclass(frozen=True)
class CheckResult:
    """What one check found.

    did       what the check called
    expected  what should have come of it: the check's title
    got       what came of it
    where     the learner's line to look at
    next      what it means, and what to do now
    trace     what happened on the clock, as JSON lines, if the run was recorded
    guard     whether the stub passes it, too: then it earns nothing, and has to hold
    """

    id: str
    title: str
    outcome: Outcome
    did: list[str] = field(default_factory=list)
    expected: str = ""
    got: str = ""
    where: Place | None = None
    next: str = ""
    virtual_s: float = 0.0
    trace: str = ""
    guard: bool = False


@dataclass(frozen=True)
class Verdict:
    """What became of one attempt at one exercise.

    ended     how the program ended where it did not come to the end of the checks: "blocked",
              "crashed", "out of memory", "printed too much", "replaced" (something that others
              use), "interrupted", "not python", "no checks", or ""
    printed   what it printed, cut to a length
    signs     what it did that few programs need to do; for a human to look at
    """

    exercise: str
    outcome: Outcome
    points: int
    points_of: int
    checks: list[CheckResult]
    seed: int = 0
    ended: str = ""
    printed: str = ""
    signs: list[str] = field(default_factory=list)
    attempt: str = ""  # the hash of its text
    versions: dict[str, str] = field(default_factory=dict)
    virtual_s: float = 0.0
    real_s: float = 0.0
    version: int = VERSION

    @property
    def passed(self) -> int:
        """How many checks passed."""
        return sum(check.outcome == "passed" for check in self.checks)

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=True, separators=(",", ":"))

    @staticmethod
    def from_json(text: str | bytes) -> Verdict:
        """What `to_json` wrote. Keys that a later version added are passed over."""
        table = json.loads(text)
        if table.get("version") != VERSION:
            raise ValueError(
                f"this verdict has version {table.get('version')!r}, and this is {VERSION}"
            )
        table["checks"] = [check_from(check) for check in table["checks"]]
        return Verdict(**_known(Verdict, table))


def check_from(table: dict[str, Any]) -> CheckResult:
    """What a table of JSON says about one check."""
    where = table.get("where")
    place = Place(**_known(Place, where)) if where else None
    return CheckResult(**_known(CheckResult, table) | {"where": place})


def _known(kind: Any, table: dict[str, Any]) -> dict[str, Any]:
    names = {each.name for each in fields(kind)}
    return {key: value for key, value in table.items() if key in names}


def outcome_of(checks: Iterable[CheckResult]) -> Outcome:
    """The outcome of a whole attempt. Our own fault is never told as the learner's."""
    found = {check.outcome for check in checks}
    if "checker_error" in found or not found:
        return "checker_error"
    if "failed" in found:
        return "failed"
    return "skipped" if "skipped" in found else "passed"


def points_for(outcome: Outcome, checks: list[CheckResult], points: int) -> int:
    """Points in proportion to the checks that passed, rounded down.

    A stub passes its guards, so they earn nothing. What the stub did right must stay right: if a
    guard fails, there are no points.
    """
    if outcome in ("not_attempted", "skipped") or not checks:
        return 0
    if broken_guards(checks):
        return 0
    earning = [check for check in checks if not check.guard] or checks
    # What we broke costs nothing.
    good = sum(check.outcome in ("passed", "checker_error") for check in earning)
    return points * good // len(earning)


def broken_guards(checks: Iterable[CheckResult]) -> list[CheckResult]:
    """The checks that the stub passes and this attempt fails."""
    return [check for check in checks if check.guard and check.outcome == "failed"]
