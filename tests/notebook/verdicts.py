"""A verdict on a blocking attempt, made by hand, with the timeline of a real run."""

from __future__ import annotations

import time

from checker import lab
from checker.catalog import Exercise
from checker.engine.verdict import CheckResult, Place, Verdict
from checker.show.verdict_words import Scene

EXERCISE = Exercise("01_blocking", "never_block", "Never block", 10, 10, ("a", "b", "c"))
FILE = "work/01_blocking/never_block.py"
SCENE = Scene(EXERCISE.id, EXERCISE.title, FILE, f"../{FILE}")


def blocks() -> CheckResult:
    async def main() -> None:
        time.sleep(1)

    return CheckResult(
        id="ten_at_once",
        title="Ten at once take as long as one.",
        outcome="failed",
        did=["quote(shop, 'tea', 0.1)"],
        expected="Ten at once take as long as one.",
        got="10.0 == 1.0",
        where=Place(7, "time.sleep(pause)", "quote"),
        next="Await the pause: `await asyncio.sleep(pause)`.",
        trace=lab.run(main).trace.dump(),
    )


def verdict(*checks: CheckResult) -> Verdict:
    return Verdict(EXERCISE.id, "failed", 0, 10, list(checks or [blocks()]))
