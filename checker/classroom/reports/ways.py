"""How a class fails: known misconceptions with who has them, and what no wrong answer explains."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from checker.classroom.graded import Batch
from checker.classroom.misconceptions import Misconception, failing, match
from checker.classroom.reports.columns import name_of
from checker.classroom.reports.document import table, text

_MOST_NAMES = 40
_MOST_ROWS = 60
_Known = dict[tuple[Misconception, ...], list[str]]
_Failed = dict[tuple[str, tuple[str, ...]], list[str]]


def ways(batch: Batch, misconceptions: Sequence[Misconception]) -> str:
    """Both tables, the commonest first."""
    known: defaultdict[str, list[Misconception]] = defaultdict(list)
    for one in misconceptions:
        known[one.exercise].append(one)
    who: _Known = defaultdict(list)
    others: _Failed = defaultdict(list)
    for student in batch.students:
        for work in student.works:
            if work.verdict is None or work.verdict.outcome != "failed":
                continue
            found = match(work.verdict, known[work.exercise], work.hidden)
            if found:
                who[tuple(found)].append(name_of(student))
            failed = tuple(check.id for check in failing(work.verdict, work.hidden))
            if not found and failed:
                others[work.exercise, failed].append(name_of(student))
    return _known(who, bool(misconceptions)) + _unknown(others)


def _known(who: _Known, are_known: bool) -> str:
    ordered = sorted(who.items(), key=lambda item: (-len(item[1]), item[0]))
    rows = [
        [
            str(len(names)),
            " <small>or</small> ".join(f"<b>{text(one.words)}</b>" for one in alike),
            text(alike[0].exercise),
            text(", ".join(alike[0].checks)),
            _names(names),
        ]
        for alike, names in ordered[:_MOST_ROWS]
    ]
    if not rows:
        why = (
            "No attempt fails as a known wrong answer does."
            if are_known
            else "The course's wrong answers are not in this installation; a checkout has them."
        )
        return f"<p>{why}</p>"
    head = ["Students", "Misconception", "Exercise", "Checks that fail", "Who"]
    return (
        "<p>An attempt is counted where it fails exactly the checks that a wrong answer of the "
        "course's fails, with the same words. Where several wrong answers fail alike, all "
        f"of them are named.</p>{table(head, rows, numbers=(0,))}"
    )


def _unknown(others: _Failed) -> str:
    if not others:
        return ""
    ordered = sorted(others.items(), key=lambda item: (-len(item[1]), item[0]))
    rows = [
        [str(len(names)), text(exercise), text(", ".join(failed), 400), _names(names)]
        for (exercise, failed), names in ordered[:_MOST_ROWS]
    ]
    more = len(ordered) - len(rows)
    left = f"<p>And {more:,} more ways.</p>" if more > 0 else ""
    head = ["Students", "Exercise", "Checks that fail", "Who"]
    return (
        "<h3>Ways to fail that no wrong answer of the course's explains</h3>"
        f"{table(head, rows, numbers=(0,))}{left}"
    )


def _names(names: list[str]) -> str:
    shown = ", ".join(text(name, 80) for name in names[:_MOST_NAMES])
    more = len(names) - _MOST_NAMES
    return shown + (f" and {more:,} more" if more > 0 else "")
