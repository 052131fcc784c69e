"""What one student gets back: each exercise with its checks, what went wrong, and its timelines.

Invariant: of hidden checks nothing is in here but their number and outcome, and nothing of any
other student, of signs of mischief, or of the solution.
"""

from __future__ import annotations

import re
from dataclasses import replace

from checker.classroom.graded import Batch, Graded, Student, counted, number
from checker.classroom.public import WITHHELD, about_guards, public
from checker.classroom.reports.document import (
    bullets,
    document,
    sentence,
    stamped,
    table,
    text,
)
from checker.engine.verdict import Verdict
from checker.show.verdict_html import fragment
from checker.show.verdict_words import MARKS, Scene

_MOST_FINDINGS = 100
_CELL = re.compile(r", cell \d+$")
_HEAVY = 6_000_000  # characters of pages; what comes after has no pictures


def feedback(student: Student, batch: Batch) -> str:
    """The page."""
    name = student.name or student.key
    verdicts = [public(work) for work in student.works]
    parts = [
        f'<p class="muted">{text(batch.title)}</p><h1>{text(name)}</h1>',
        f'<p class="sum">{_sum(student)}</p>',
        _overview(student, verdicts),
        _findings(student),
    ]
    size = 0
    for place, (work, verdict) in enumerate(zip(student.works, verdicts, strict=True), 1):
        if _has_section(work, verdict):
            made = _work(place, work, verdict, pictures=size < _HEAVY)
            size += len(made)
            parts.append(made)
    parts.append(f"<h2>How this was graded</h2>{stamped(batch)}")
    return document(f"{batch.title}: {name}", "".join(parts))


def _sum(student: Student) -> str:
    missing = student.not_graded
    if student.unread:
        return "Nothing that you handed in could be read, so there is nothing to give points for"
    if not missing:
        return f"{number(student.points)} of {counted(student.points_of)}"
    graded = student.points_of - sum(work.points_of for work in missing)
    names = ", ".join(text(work.title) for work in missing)
    so_far = f"So far {number(student.points)} of {counted(graded)}. " if graded else ""
    return f"{so_far}Not graded yet, and no fault of yours: {names}"


def _overview(student: Student, verdicts: list[Verdict | None]) -> str:
    rows = []
    for place, (work, verdict) in enumerate(zip(student.works, verdicts, strict=True), 1):
        mark = MARKS[verdict.outcome] if verdict is not None else "○"
        checks = f"{verdict.passed} of {len(verdict.checks)}" if verdict is not None else "-"
        rows.append(
            [
                f"{mark} {_linked(place, work, verdict)}",
                f"{number(work.points)} of {work.points_of}"
                if not work.not_graded
                else "not graded",
                checks if not work.not_graded else "-",
                _remark(work, student),
            ]
        )
    head = ["Exercise", "Points", "Checks passed", ""]
    columns = 4 if any(row[3] for row in rows) else 3
    return table(head[:columns], [row[:columns] for row in rows], numbers=(1, 2))


def _linked(place: int, work: Graded, verdict: Verdict | None) -> str:
    title = text(work.title)
    return f'<a href="#e{place}">{title}</a>' if _has_section(work, verdict) else title


def _has_section(work: Graded, verdict: Verdict | None) -> bool:
    return verdict is not None or work.override is not None


def _remark(work: Graded, student: Student) -> str:
    if work.override is not None:
        return "points by hand"
    if work.verdict is None:
        return "nothing that could be read" if student.unread else "nothing handed in"
    if work.not_graded:
        return "the checker failed"
    if work.stands:
        return "points from before"
    if work.deducted:
        return f"late: {number(work.deducted)} deducted"
    return "late" if work.late else ""


def _findings(student: Student) -> str:
    found = student.findings[:_MOST_FINDINGS]
    items = [f"{text(f.where, 200)}: {sentence(f.words, 600)}" for f in found]
    if len(student.findings) > len(found):
        items.append(f"and {len(student.findings) - len(found):,} more")
    return f"<h2>About what you handed in</h2>{bullets(items)}" if items else ""


def _work(place: int, work: Graded, verdict: Verdict | None, pictures: bool) -> str:
    parts = [
        f'<section><h2 id="e{place}">{text(work.title)} <small>{text(work.exercise)}</small></h2>'
    ]
    if work.override is None and work.deducted:
        parts.append(
            f"<p>{number(work.points)} of {work.points_of} points: {number(work.earned)} earned, "
            f"{number(work.deducted)} deducted for being late.</p>"
        )
    if work.override is not None:
        # Who decided is in the teacher's files. Here it may be a login of the machine that grades.
        given = f"{counted(work.override.points)}, given by hand"
        parts.append(f"<p><b>{given}</b>: {sentence(work.override.reason)}</p>")
    if work.stands:
        parts.append(
            "<p>The checker failed on what you handed in last, which is no fault of yours. Your "
            "points from before stand, and this is what they are for:</p>"
        )
    if verdict is None:
        parts.append("<p>Nothing was handed in.</p>")
    else:
        file = _file(work)
        in_cell = _CELL.search(file) is not None
        scene = Scene(work.exercise, file, file, in_cell=in_cell, over=True)
        parts.append(fragment(verdict if pictures else _without(verdict), scene))
        if said := about_guards(verdict):
            parts.append(f'<p class="muted">{text(said)}</p>')
        parts += [f'<p class="muted">{WITHHELD}</p>'] if work.hidden or work.hides else []
    return "".join([*parts, "</section>"])


def _file(work: Graded) -> str:
    """The file's own name: `ada.zip: work/01_blocking/never_block.py` is `never_block.py`."""
    inside = work.where.rpartition(": ")[2].replace("\\", "/")
    return inside.rpartition("/")[2][:100] or f"{work.exercise.rpartition('/')[2]}.py"


def _without(verdict: Verdict) -> Verdict:
    return replace(verdict, checks=[replace(check, trace="") for check in verdict.checks])
