"""A verdict in words: for `text/plain`, and for whoever has no HTML.

Invariant: the same verdict gives the same words; no real time is in them.
"""

from __future__ import annotations

from typing import NamedTuple

from checker.engine.verdict import CheckResult, Outcome, Place, Verdict, broken_guards
from checker.show.texts import plain

MARKS: dict[Outcome, str] = {
    "passed": "✔",
    "failed": "✘",
    "not_attempted": "○",
    "skipped": "·",
    "checker_error": "!",
}
AGAIN = (
    "The same checks fail as the last time. Before you change more: which event of the timeline "
    "will be different after your next change, and at what time? Say it, then run."
)


class Scene(NamedTuple):
    """Where a verdict is shown, and what stands around it."""

    id: str  # of the exercise
    title: str
    file: str  # "work/01_blocking/never_block.py"
    link: str = ""  # to that file, from the notebook
    in_cell: bool = False  # whether the attempt is the cell above
    note: str = ""  # what became of cell and file
    again: bool = False  # whether the same failure came last time
    hints: int = 0  # how many are left
    then: str = ""  # the id of the next exercise
    over: bool = False  # whether it was handed in: then nothing is told of what to run next


def headline(verdict: Verdict) -> str:
    """What became of the attempt, in a few words."""
    count = f"{verdict.passed} of {len(verdict.checks)} checks passed"
    word = "point" if verdict.points_of == 1 else "points"
    points = f"{verdict.points} of {verdict.points_of} {word}"
    return {
        "passed": f"passed, {points}",
        "failed": f"{count}, {points}",
        "not_attempted": "not written yet",
        "skipped": "stopped" if verdict.ended == "interrupted" else "skipped",
        "checker_error": "the checker failed",
    }[verdict.outcome]


def aside(verdict: Verdict, over: bool = False) -> str:
    """A sentence on an attempt that was not checked to its end."""
    if verdict.outcome == "not_attempted":
        if over:
            return "This is still what was handed out."
        return "This is still what was handed out. Change it, then run it again. Then is checked:"
    if verdict.ended == "interrupted":
        return "You stopped the check. Nothing is lost: your text is saved."
    if verdict.outcome == "skipped":
        return verdict.ended
    if verdict.ended == "no checker":
        return (
            "The process that checks has ended in the middle of the check. Your text is saved, and "
            "a new process has been started: run this again. If it happens each time, look in your "
            "program for what ends other processes."
        )
    if verdict.outcome == "checker_error" and over:
        return (
            "This is not graded. The checker failed, which is a fault of the course and not of "
            "your program. It costs you no points."
        )
    if verdict.outcome == "checker_error":
        return "This is a fault of the course, not of your program. It costs you no points."
    if broken := broken_guards(verdict.checks):
        return (
            f"“{broken[0].title}” was true of the code that you were given, and is no longer true. "
            "The exercise earns no points until it is true again."
        )
    return ""


def where(place: Place, scene: Scene) -> str:
    """The learner's line. A cell has one line more than its file: the first."""
    name = scene.file.rpartition("/")[2]
    function = f" in {place.function}" if place.function else ""
    if scene.in_cell and scene.over:
        return f"line {place.line + 1} of {name}{function}"
    if scene.in_cell:
        return f"line {place.line + 1} of the cell above ({name}:{place.line}){function}"
    return f"{name}:{place.line}{function}"


def after(verdict: Verdict, scene: Scene) -> list[str]:
    """What to do now, one sentence each."""
    if scene.over:
        return []
    name = f'"{scene.id}"'
    if verdict.outcome == "passed":
        then = [f'Then: `start("{scene.then}")`.'] if scene.then else []
        return [f"`compare({name})` shows your answer and ours side by side.", *then]
    if verdict.outcome == "failed":
        left = f"There {'is 1 hint' if scene.hints == 1 else f'are {scene.hints} hints'} left"
        hint = [f"{left}: `hint({name})`."] if scene.hints else []
        return [AGAIN, *hint] if scene.again else hint
    return []


def words(verdict: Verdict, scene: Scene) -> str:
    """All of it."""
    title = f"{MARKS[verdict.outcome]} {scene.title}: {headline(verdict)}"
    blocks = [title, scene.note, aside(verdict, scene.over)]
    checks = [_check(check, scene) for check in verdict.checks]
    blocks.append("\n".join(checks))
    if verdict.printed:
        blocks.append(f"{printed_title(verdict)}\n{_indented(verdict.printed.rstrip())}")
    blocks += after(verdict, scene)
    # At the end and for all: nothing is forgotten here.
    return plain("\n\n".join(filter(None, blocks)))


def printed_title(verdict: Verdict) -> str:
    """What the printed text is."""
    return "What it said" if verdict.outcome == "checker_error" else "What your program printed"


def _check(check: CheckResult, scene: Scene) -> str:
    line = f"  {MARKS[check.outcome]} {check.title}"
    if check.outcome not in ("failed", "checker_error"):
        return line
    rows = [line]
    for name, text in parts(check, scene):
        first, *more = text.split("\n")
        rows.append(f"      {name + ':':<10}{first}")
        rows += [f"      {'':<10}{one}" for one in more]
    return "\n".join(rows)


def parts(check: CheckResult, scene: Scene) -> list[tuple[str, str]]:
    """The parts of a failed check, those that are there."""
    place = check.where
    line = f"{where(place, scene)}\n    {place.text}" if place else ""
    found = [
        ("did", called(check)),
        ("expected", check.expected if check.expected != check.title else ""),
        ("got", check.got),
        ("where", line),
        ("next", check.next),
    ]
    return [(name, text) for name, text in found if text]


def called(check: CheckResult) -> str:
    """What the check called; many calls are told by their first and last."""
    calls = check.did
    if len(calls) <= 4:
        return "\n".join(calls)
    return "\n".join([*calls[:2], f"… {len(calls) - 3} more calls …", calls[-1]])


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.split("\n"))
