"""What a teacher should look at, one list each: slow, ended, suspicious, alike, late, missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from checker.classroom.duplicates import Pair
from checker.classroom.graded import Batch, Graded, Student, number
from checker.classroom.reports.columns import name_of
from checker.classroom.reports.document import bullets, sentence, table, text
from checker.engine.verdict import Verdict

_SLOWEST = 10
_MOST = 200

Works = Iterator[tuple[Student, Graded, Verdict]]


def graded(batch: Batch) -> Works:
    """Every work that has a verdict."""
    for student in batch.students:
        for work in student.works:
            if work.verdict is not None:
                yield student, work, work.verdict


def faults(batch: Batch) -> str:
    """Where the checker itself failed: no student is to blame, and somebody has to correct it."""
    rows = [
        [_who(student), text(work.exercise), _worth(work), text(_fault(work.failure), 400)]
        for student in batch.students
        for work in student.works
        if work.failure is not None
    ]
    return _table(["Student", "Exercise", "Points", "What it said"], rows)


def _worth(work: Graded) -> str:
    """What a work counts on which the checker failed."""
    if work.not_graded:
        return "not graded"
    how = "by hand" if work.override is not None else "from before"
    return f"{number(work.points)}, {how}"


def _fault(verdict: Verdict) -> str:
    said = [check.got for check in verdict.checks if check.outcome == "checker_error"]
    return " ".join(filter(None, [verdict.ended, *said, verdict.printed]))


def slowest(batch: Batch) -> str:
    """By the virtual clock, which is what the attempt is like; and by the real one."""
    return _slowest(batch, "On the virtual clock", lambda v: v.virtual_s) + _slowest(
        batch, "For real", lambda v: v.real_s
    )


def _slowest(batch: Batch, title: str, took: Callable[[Verdict], float]) -> str:
    every = [(took(verdict), student, work) for student, work, verdict in graded(batch)]
    every.sort(key=lambda item: -item[0])
    rows = [
        [f"{took_s:,.4g} s", _who(student), text(work.exercise)]
        for took_s, student, work in every[:_SLOWEST]
        if took_s > 0
    ]
    return f"<h3>{title}</h3>{table(['Took', 'Student', 'Exercise'], rows, (0,))}" if rows else ""


def ended(batch: Batch) -> str:
    """Attempts that did not come to their end: blocked, crashed, out of memory…"""
    rows = [
        [
            text(verdict.ended, 80),
            _who(student),
            text(work.exercise),
            text(next((c.got for c in verdict.checks if c.outcome == "failed"), ""), 300),
        ]
        for student, work, verdict in graded(batch)
        if verdict.ended and verdict.outcome != "checker_error"
    ]
    rows.sort(key=lambda row: row[0])
    return _table(["How", "Student", "Exercise", "What was seen"], rows)


def signs(batch: Batch) -> str:
    """Who tried to reach what an attempt has no business with."""
    rows = [
        [_who(student), bullets(sentence(sign, 400) for sign in student.signs[:20])]
        for student in batch.students
        if student.signs
    ]
    return _table(["Student", "What was seen"], rows)


def alike(batch: Batch, pairs: Sequence[Pair]) -> str:
    """Pairs of works."""
    names = {student.key: name_of(student) for student in batch.students}
    rows = [
        [
            f"{100 * pair.score:.0f}&nbsp;%",
            text(pair.exercise),
            text(names.get(pair.one, pair.one), 80),
            text(names.get(pair.other, pair.other), 80),
            f"{pair.prints} prints in common" if pair.prints else "the same to the letter",
        ]
        for pair in pairs
    ]
    hint = (
        "<p>A hint for a human, and no proof: two people who solve the same small exercise well "
        "write much the same. What was handed out, the solution, and what many wrote are left "
        "out of the comparison. Read both before you say anything.</p>"
    )
    return hint + _table(["Alike", "Exercise", "One", "Other", ""], rows, (0,)) if rows else ""


def late(batch: Batch) -> str:
    """What came late, with what that costs."""
    rows = [
        [
            _who(student),
            text(work.exercise),
            student.submitted.isoformat(sep=" ", timespec="minutes") if student.submitted else "",
            number(work.deducted) if work.deducted else "",
        ]
        for student in batch.students
        for work in student.works
        if work.late
    ]
    return _table(["Student", "Exercise", "Handed in", "Deducted"], rows, (3,))


def missing(batch: Batch) -> str:
    """Exercises of which nothing came."""
    rows = []
    for student in batch.students:
        gone = [work.exercise for work in student.works if work.verdict is None]
        if gone:
            what = "all of them" if len(gone) == len(student.works) else ", ".join(gone)
            what = f"{what}: something came, and could not be read" if student.unread else what
            rows.append([_who(student), text(what, 600)])
    return _table(["Student", "Nothing came of"], rows)


def overrides(batch: Batch) -> str:
    """Points that were given by hand, by whom, and why."""
    rows = [
        [
            _who(student),
            text(work.exercise),
            number(work.override.points),
            _checks_gave(work),
            text(work.override.by, 80),
            text(work.override.at, 40),
            sentence(work.override.reason, 400),
        ]
        for student in batch.students
        for work in student.works
        if work.override is not None
    ]
    head = ["Student", "Exercise", "Points", "Checks gave", "By", "At", "Why"]
    return _table(head, rows, (2, 3))


def _checks_gave(work: Graded) -> str:
    if work.verdict is None:
        return "-"
    return "not graded" if work.failure is work.verdict else str(work.verdict.points)


def findings(batch: Batch) -> str:
    """What intake found, also what belongs to no student."""
    rows = [
        ["-", text(each.kind, 40), text(each.where, 200), sentence(each.words, 400)]
        for each in batch.findings
    ]
    rows += [
        [_who(student), text(each.kind, 40), text(each.where, 200), sentence(each.words, 400)]
        for student in batch.students
        for each in student.findings
    ]
    return _table(["Student", "Kind", "Where", "What"], rows)


def _who(student: Student) -> str:
    return text(name_of(student), 80)


def _table(head: list[str], rows: list[list[str]], numbers: tuple[int, ...] = ()) -> str:
    if not rows:
        return ""
    more = f"<p>And {len(rows) - _MOST:,} more.</p>" if len(rows) > _MOST else ""
    return table(head, rows[:_MOST], numbers) + more
