"""A verdict as its student may see it.

Invariant: of a hidden check its number, its outcome and nothing else leaves here: no id, no title,
no text, no trace. What the program printed could repeat what a hidden check gave it, so where there
are hidden checks it stays behind too, and so do the times that add up over all checks. Where the
checker itself failed, what it said stays behind as well: it names files of the machine that grades,
and quotes lines of checks.
"""

from __future__ import annotations

from dataclasses import replace

from checker.classroom.graded import Graded
from checker.engine.verdict import CheckResult, Place, Verdict, broken_guards

LONGEST = 8_000  # characters of one text
LONGEST_PRINTED = 20_000
_MOST_CALLS = 1_000
NOT_GRADED = (
    "the checker failed on this work, which is no fault of its author's and costs no points"
)
WITHHELD = "What the program printed is not shown here, since hidden checks ran too."


def public(work: Graded) -> Verdict | None:
    """The verdict for its student; its texts are cut to a length that a page can hold."""
    if work.verdict is None:
        return None
    verdict = work.verdict
    failed = verdict.outcome == "checker_error"
    count = sum(check.id in work.hidden for check in verdict.checks)
    checks, number = [], 0
    for check in verdict.checks:
        if check.id in work.hidden:
            number += 1
            checks.append(_nameless(check, number, count))
        else:
            checks.append(_cut(check))
    ended = "" if failed else cut(verdict.ended, 200)
    if failed:
        verdict = replace(verdict, printed="")
    if not (work.hidden or work.hides):
        return replace(verdict, checks=checks, ended=ended, printed=_printed(verdict))
    shown = [check for check in checks if check.virtual_s]
    return replace(
        verdict,
        checks=checks,
        ended=ended,
        printed="",
        virtual_s=sum(check.virtual_s for check in shown),
        real_s=0.0,
    )


def about_guards(verdict: Verdict) -> str:
    """Why some checks earn nothing, if any do. A guard that is broken is told elsewhere."""
    guards = [check for check in verdict.checks if check.guard]
    if not guards or len(guards) == len(verdict.checks) or broken_guards(guards):
        return ""
    named = [f"“{check.title}”" for check in guards]
    if len(named) == 1:
        return (
            f"The code that you were given passes {named[0]}, too, so this check earns no points."
        )
    return (
        f"The code that you were given passes {len(named)} of these checks, too, so they earn no "
        "points."
    )


def cut(text: str, most: int = LONGEST) -> str:
    """The beginning of a long text, which says how much is missing."""
    if len(text) <= most:
        return text
    return f"{text[:most]} … ({len(text) - most:,} more characters)"


def _nameless(check: CheckResult, number: int, count: int) -> CheckResult:
    return CheckResult(
        id=f"hidden_check_{number}",
        title=f"hidden check {number} of {count}",
        outcome=check.outcome,
        guard=check.guard,
    )


def _cut(check: CheckResult) -> CheckResult:
    place = check.where
    if check.outcome == "checker_error":
        # It says what is wrong with the check, and where that is on the grader's disk.
        return CheckResult(check.id, cut(check.title), check.outcome, guard=check.guard)
    return replace(
        check,
        title=cut(check.title),
        did=[cut(call, 1_000) for call in check.did[:_MOST_CALLS]],
        expected=cut(check.expected),
        got=cut(check.got),
        where=Place(place.line, cut(place.text, 500), cut(place.function, 200)) if place else None,
        next=cut(check.next),
    )


def _printed(verdict: Verdict) -> str:
    return cut(verdict.printed, LONGEST_PRINTED)
