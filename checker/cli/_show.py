"""A verdict on a terminal.

What learners wrote and printed is shown as text: none of it is taken for markup, and its control
characters, which could move the cursor or set colours, are shown as what they are.
"""

from __future__ import annotations

import re

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from checker.engine.verdict import CheckResult, Verdict

_MARKS = {
    "passed": ("✔", "green"),
    "failed": ("✘", "red"),
    "skipped": ("-", "dim"),
    "not_attempted": ("·", "dim"),
    "checker_error": ("!", "magenta"),
}
_WORDS = {
    "passed": "passed",
    "failed": "failed",
    "skipped": "skipped",
    "not_attempted": "not attempted yet",
    "checker_error": "the checker failed; this is our fault, and costs you nothing",
}
# Also the marks that turn the direction of writing, which could make a line read otherwise.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_PRINTED_LINES = 20
_TIMELINE_LINES = 14


def console() -> Console:
    """Where everything is shown."""
    return Console(highlight=False)


def clean(text: str) -> str:
    """Text of a learner's, with its control characters made visible."""
    return _CONTROL.sub(lambda found: ascii(found[0])[1:-1], text)


def show(verdict: Verdict, file: str, to: Console) -> None:
    """All of a verdict: each check, and of a failed one what a learner needs."""
    mark, style = _MARKS[verdict.outcome]
    line = Text(f"{mark} ", style)
    line.append(verdict.exercise, "bold")
    line.append(f"  {_WORDS[verdict.outcome]}")
    if verdict.checks and verdict.outcome in ("passed", "failed"):
        line.append(f", {verdict.passed} of {len(verdict.checks)} checks", "dim")
    to.print(line)
    if verdict.ended and verdict.outcome in ("skipped", "checker_error"):
        to.print(_indented(Text(clean(verdict.ended), "dim"), 2))
    timeline = True
    for check in verdict.checks:
        _show_check(check, file, to)
        if check.outcome == "failed" and check.trace and timeline:
            _show_timeline(check, to)
            timeline = False
    if verdict.printed:
        _show_lines("printed", verdict.printed, _PRINTED_LINES, to)


def _show_check(check: CheckResult, file: str, to: Console) -> None:
    mark, style = _MARKS[check.outcome]
    to.print(_indented(Text(f"{mark} ", style).append(check.title, ""), 2))
    if check.outcome in ("passed", "skipped", "not_attempted"):
        return
    parts = Table.grid(padding=(0, 2))
    parts.add_column(style="cyan", no_wrap=True)
    parts.add_column(overflow="fold")
    if check.did:
        _part(parts, "did", "\n".join(check.did[-2:]))
    _part(parts, "got", check.got)
    if check.where is not None:
        place = f"{file}:{check.where.line}" if check.where.line else file
        _part(parts, "where", f"{place}  {check.where.text}")
    if check.next:
        _part(parts, "next", check.next, "bold")
    to.print(_indented(parts, 4))


def _part(parts: Table, name: str, words: str, style: str = "") -> None:
    lines = [" ".join(line.split()) for line in clean(words).strip().splitlines()]
    parts.add_row(name, Text("\n".join(lines), style))


def _show_timeline(check: CheckResult, to: Console) -> None:
    from checker.timeline import table
    from checker.trace import Trace

    _show_lines("timeline", clean(table(Trace.load(check.trace))), _TIMELINE_LINES, to)


def _show_lines(name: str, text: str, most: int, to: Console) -> None:
    lines = clean(text).rstrip().splitlines()
    to.print(_indented(Text(name, "cyan"), 4))
    for line in lines[:most]:
        to.print(_indented(Text(line, "dim", no_wrap=True, overflow="ellipsis"), 6))
    if len(lines) > most:
        to.print(_indented(Text(f"… {len(lines) - most} more lines", "dim"), 6))


def _indented(what: Text | Table, columns: int) -> Padding:
    return Padding(what, (0, 0, 0, columns), expand=False)
