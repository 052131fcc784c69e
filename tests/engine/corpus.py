"""Attempts that are broken, or mean to break the engine: what each states of itself.

The first line of a file in hostile/ says what has to become of it:

    # outcome: failed | ended: crashed | says: words of a message | at: blocking/never_block

`ended` may be empty, and `at` is start/first_check where it is not there. `names` are further
words that a message must have.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from checker.catalog import Exercise, load
from checker.engine.engine import Engine, Job
from checker.engine.limits import Limits
from checker.engine.verdict import Verdict

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = Path(__file__).parent / "hostile"
SMALL = Limits(memory_bytes=400_000_000, printed_bytes=200_000)


class Stated(NamedTuple):
    """What the first line of a file says."""

    outcome: str
    ended: str
    words: list[str]
    exercise: str
    limit_s: float


def files() -> list[Path]:
    """All attempts, by name."""
    return sorted(HOSTILE.glob("*.py"))


def stated(text: str) -> Stated:
    """What the first line of this text says."""
    parts = [part.partition(":") for part in text.split("\n")[0].lstrip("# ").split("|")]
    told = {key.strip(): value.strip() for key, _, value in parts}
    words = [told[key] for key in ("says", "names") if told.get(key)]
    # Those that use up their time get little of it, and the others enough on any machine.
    limit_s = 1.0 if told["ended"] == "blocked" else 120.0
    at = told.get("at", "start/first_check")
    return Stated(told["outcome"], told["ended"], words, at, limit_s)


def exercises() -> list[Exercise]:
    """Those that the attempts are at."""
    catalog = load(ROOT / "exercises")
    return [catalog.find("start/first_check"), catalog.find("blocking/never_block")]


def check(engine: Engine, file: Path) -> Verdict:
    """The verdict of one file."""
    data = file.read_bytes()
    wanted = stated(data.decode())
    (exercise,) = (each for each in exercises() if each.id == wanted.exercise)
    name = f"/course/work/{exercise.path}"
    return engine.check(Job(exercise, name, data), SMALL._replace(real_s=wanted.limit_s))


def said(verdict: Verdict) -> str:
    """All that its failed checks say."""
    failed = [check for check in verdict.checks if check.outcome == "failed"]
    return "\n".join(f"{check.got}\n{check.next}" for check in failed)


def faults(file: Path, verdict: Verdict) -> list[str]:
    """Where a verdict is another one than its file states."""
    wanted = stated(file.read_text())
    found = []
    if (verdict.outcome, verdict.ended) != (wanted.outcome, wanted.ended):
        found.append(f"{verdict.outcome}, ended {verdict.ended!r}")
    found += [f"{words!r} is not in {said(verdict)!r}" for words in wanted.words
              if words not in said(verdict)]  # fmt: skip
    found += [f"{each.id} is our fault: {each.got}" for each in verdict.checks
              if each.outcome == "checker_error"]  # fmt: skip
    return found
