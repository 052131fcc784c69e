"""What a teacher sees of a batch: who passed what, what the class gets wrong, what to look at.

Invariant: it holds names and everything about everybody, hidden checks by title among them, and so
is for the teacher alone. Its size grows by some 25 bytes for each student and check.
"""

from __future__ import annotations

from collections.abc import Sequence

from checker.classroom.duplicates import Pair
from checker.classroom.graded import Batch, number
from checker.classroom.misconceptions import Misconception
from checker.classroom.reports import heat, lists
from checker.classroom.reports.columns import Block, blocks_of
from checker.classroom.reports.document import document, stamped, text
from checker.classroom.reports.ways import ways


def teacher(
    batch: Batch, misconceptions: Sequence[Misconception], pairs: Sequence[Pair] = ()
) -> str:
    """The page. `pairs` are the near-duplicates that were found in the works' texts."""
    blocks = blocks_of(batch)
    sections = [
        ("The checker failed", lists.faults(batch)),
        ("Students by checks", heat.heat(batch, blocks) if batch.students else ""),
        ("Commonest misconceptions", ways(batch, misconceptions)),
        ("Checks", heat.counts(blocks)),
        ("Seen reaching for what is not theirs", lists.signs(batch)),
        ("Did not come to an end", lists.ended(batch)),
        ("Alike", lists.alike(batch, pairs)),
        ("Slowest", lists.slowest(batch)),
        ("Late", lists.late(batch)),
        ("Nothing handed in", lists.missing(batch)),
        ("Points by hand", lists.overrides(batch)),
        ("Found at intake", lists.findings(batch)),
    ]
    there = [(f"s{n}", title, body) for n, (title, body) in enumerate(sections, 1) if body]
    links = "".join(f'<a href="#{id}">{title}</a>' for id, title, _ in there)
    parts = "".join(
        f'<section><h2 id="{id}">{title}</h2>{body}</section>' for id, title, body in there
    )
    body = f"<h1>{text(batch.title)}</h1>{_summary(batch, blocks)}<nav>{links}</nav>"
    end = f"<h2>How this was graded</h2>{stamped(batch, seed=True)}"
    warning = stamped(batch) if batch.sandbox == "none" else ""
    return document(batch.title, f"{warning}{body}{parts}{end}", heat.style(), wide=True)


def _summary(batch: Batch, blocks: list[Block]) -> str:
    students = len(batch.students)
    given = [student for student in batch.students if student.given]
    unread = sum(student.unread for student in batch.students)
    points = sorted(student.points for student in given if student.final)
    said = [
        f"{students:,} student{'' if students == 1 else 's'}, {len(given):,} of whom handed in",
        *([f"{unread:,} of whom nothing could be read"] if unread else []),
        f"{len(blocks)} exercise{'' if len(blocks) == 1 else 's'}, "
        f"{sum(len(block.columns) for block in blocks)} checks",
    ]
    if points:
        middle = (points[(len(points) - 1) // 2] + points[len(points) // 2]) / 2
        of = batch.points_of
        said.append(
            f"median {number(middle)} of {of} points, {number(points[0])} at least, "
            f"{number(points[-1])} at most"
        )
    summary = f'<p class="sum">{"; ".join(said)}.</p>'
    if missing := batch.not_graded:
        count = f"{len(missing):,} work{'' if len(missing) == 1 else 's'}"
        summary += f'<p class="none">Not graded, since the checker failed: {count}.</p>'
    return summary
