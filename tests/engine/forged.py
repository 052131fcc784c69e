"""The corpus of forgeries: attempts that mean to pass without doing what is asked.

A file in forgeries/ begins with what it tries. Then it says what it is at, what the same program
is without the attack (its twin: no check may pass that the twin fails), and how it ends if it does
not come to its end ("*": however it likes):

    exercise: blocking/never_block
    twin: exercises/01_blocking/never_block.py
    ended: crashed

It prints "tried: …" where it has come so far that the attack is made, and "got: …" if it has what
it was after.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import NamedTuple

from checker.catalog import Exercise, load
from checker.engine.engine import Engine, Job
from checker.engine.limits import Limits
from checker.engine.verdict import Verdict
from checker.show.verdict_html import fragment
from checker.show.verdict_words import Scene

ROOT = Path(__file__).resolve().parents[2]
FORGERIES = Path(__file__).parent / "forgeries"
# No attempt can guess it: what checks draw is not to be known in advance.
SEED = 7_349_125_570_192_837_465
LIMIT_S = 120.0
SOON_S = 1.0  # for those that are to be stopped


class Forgery(NamedTuple):
    """What a file says of itself."""

    name: str
    data: bytes
    exercise: Exercise
    tries: str
    twin: Path
    ended: str

    def limits(self) -> Limits:
        """Those that use up their time get little of it, and the others enough on any machine."""
        return Limits(real_s=SOON_S if self.ended == "blocked" else LIMIT_S)


def forgeries() -> list[Forgery]:
    """All of them, by name."""
    catalog = load(ROOT / "exercises")
    found = []
    for file in sorted(FORGERIES.glob("*.py")):
        data = file.read_bytes()
        tries, _, rest = (ast.get_docstring(ast.parse(data)) or "").partition("\n\n")
        told = dict(line.split(": ", 1) for line in rest.splitlines())
        exercise = catalog.find(told["exercise"])
        twin, ended = ROOT / told["twin"], told.get("ended", "")
        found.append(Forgery(file.stem, data, exercise, " ".join(tries.split()), twin, ended))
    return found


def passed(verdict: Verdict) -> set[str]:
    """The checks that passed."""
    return {check.id for check in verdict.checks if check.outcome == "passed"}


def check(engine: Engine, exercise: Exercise, data: bytes, limits: Limits) -> Verdict:
    """The verdict on one program, with the seed of all of them."""
    return engine.check(Job(exercise, f"{exercise.name}.py", data, seed=SEED), limits)


def faults(forgery: Forgery, verdict: Verdict, twin: Verdict) -> list[str]:
    """What it has come to, and should not have."""
    found = []
    if verdict.outcome != "failed":
        found.append(f"the outcome is {verdict.outcome}")
    if more := passed(verdict) - passed(twin):
        found.append(f"{sorted(more)} passed, and its twin fails there")
    if ours := [each.id for each in verdict.checks if each.outcome == "checker_error"]:
        found.append(f"{ours} are told as our fault")
    if verdict.points > twin.points:
        found.append(f"{verdict.points} points, and its twin has {twin.points}")
    shown = fragment(verdict, Scene(forgery.exercise.id, forgery.exercise.title, "work.py"))
    if "<script" in shown or "\x1b" in shown or not shown.encode():
        found.append("its page has something of its own in it")
    if Verdict.from_json(verdict.to_json()) != verdict:
        found.append("its verdict cannot be kept")
    if "tried:" not in verdict.printed:
        found.append("it did not come so far as to try")
    found += [line for line in verdict.printed.splitlines() if line.startswith("got:")]
    if forgery.ended not in (verdict.ended, "*"):
        found.append(f"ended {verdict.ended!r}")
    return found
