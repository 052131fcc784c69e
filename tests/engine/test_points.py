"""Points are for what the stub does not do, and a fault of ours costs none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from checker.engine.engine import Engine, engine
from checker.engine.limits import Limits
from checker.engine.verdict import CheckResult, Outcome, Verdict, points_for
from tests.engine.conftest import MADE_UP, job, write_checks

CHECKS = """
async def test_answers(attempt):
    \"\"\"It answers.\"\"\"
    assert isinstance(await attempt.call("double", 2), int), "Return a number."


async def test_small(attempt):
    \"\"\"It doubles a small number.\"\"\"
    assert await attempt.call("double", 2) == 4, "Multiply by two."


async def test_large(attempt):
    \"\"\"It doubles a large number.\"\"\"
    assert await attempt.call("double", 10**6) == 2 * 10**6, "Multiply by two."
"""
GUARDED = replace(MADE_UP, guards=("answers",))


def grade(folder: Path, body: str) -> Verdict:
    """The verdict on `double` with this body, whose stub passes the first check."""
    write_checks(folder, CHECKS)
    made = job(f"def double(n):\n    {body}\n")._replace(exercise=GUARDED)

    def use(warm: Engine) -> Verdict:
        return warm.check(made, Limits())

    return engine([GUARDED], use, folder)


@pytest.mark.parametrize(
    ("body", "points", "passed"),
    [
        ("return 2 * n", 10, 3),
        ("return n", 0, 1),  # what the stub does
        ("return 4", 5, 2),
        ("return 4 if n == 2 else None", 5, 2),  # the guard asks for 2 alone
        ("return 2.0 * n", 0, 2),  # both others pass, and the guard does not
    ],
)
def test_a_guard_earns_nothing_and_has_to_hold(
    tmp_path: Path, body: str, points: int, passed: int
) -> None:
    verdict = grade(tmp_path, body)
    assert (verdict.points, verdict.passed) == (points, passed)
    assert [check.guard for check in verdict.checks] == [True, False, False]


def _checks(*outcomes: Outcome, guards: int = 0) -> list[CheckResult]:
    return [
        CheckResult(f"{number}", "", outcome, guard=number < guards)
        for number, outcome in enumerate(outcomes)
    ]


@pytest.mark.parametrize(
    ("checks", "points"),
    [
        (_checks("passed", "failed", "passed"), 6),
        (_checks("passed", "failed", "passed", guards=1), 5),
        (_checks("failed", "passed", "passed", guards=1), 0),
        (_checks("skipped", "passed", "failed", guards=1), 5),  # a guard that was not reached
        (_checks("checker_error", "passed", "passed", guards=1), 10),
        (_checks("passed", "passed", guards=2), 10),
    ],
)
def test_points_are_shared_over_the_checks_that_earn(
    checks: list[CheckResult], points: int
) -> None:
    outcome: Outcome = "failed" if points < 10 else "passed"
    assert points_for(outcome, checks, 10) == points
