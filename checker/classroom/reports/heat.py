"""Students by checks, as a table: who passed what, at a glance.

Every cell has a sign of its own, so that nothing rests on colour; the heads stay where they are
while the table moves under them.
"""

from __future__ import annotations

from checker.classroom.graded import Batch, Graded, Student, number
from checker.classroom.reports.columns import Block, name_of
from checker.classroom.reports.document import rules, table, text
from checker.show.verdict_words import MARKS
from checker.timeline.colours import BORDER, GROUND, INK, MUTED, Colour

# One letter each, since there are tens of thousands of cells.
_CLASSES = {
    "passed": "p", "failed": "f", "skipped": "s", "not_attempted": "o", "checker_error": "e",
}  # fmt: skip
_WORDS = {
    "passed": "passed",
    "failed": "failed",
    "skipped": "not reached",
    "not_attempted": "not written",
    "checker_error": "the checker failed",
}
_EDGE = f"1px solid {BORDER}"
_PASSED, _FAILED = Colour("#d3efe6", "#12403a"), Colour("#fbd0c7", "#6b1d10")
_SKIPPED, _ERROR = Colour("#fdeccb", "#463410"), Colour("#e3d3f7", "#43296b")

STYLE = rules(
    {
        ".heat": "max-height:86vh",
        ".heat table": "border-collapse:separate;border-spacing:0;font-size:13px;line-height:1.3",
        ".heat :is(th,td)": f"padding:2px 0;text-align:center;border-bottom:{_EDGE};"
        "min-width:1.9em;font-weight:400",
        ".heat .b": f"border-left:{_EDGE}",
        ".heat thead th": f"position:sticky;top:0;background:{GROUND};z-index:2;height:2.2em;"
        f"color:{MUTED}",
        ".heat thead tr+tr th": "top:2.2em;height:auto",
        ".heat thead .w": f"color:{INK};font-weight:600;padding:0 6px;max-width:1px;"
        "overflow:hidden;text-overflow:ellipsis;white-space:nowrap",
        ".heat tbody th": f"position:sticky;left:0;background:{GROUND};z-index:1;text-align:left;"
        f"padding:2px 10px;width:14em;max-width:14em;min-width:9em;overflow:hidden;color:{INK};"
        "text-overflow:ellipsis;white-space:nowrap",
        ".heat thead .l": f"left:0;z-index:3;text-align:left;padding:0 10px;color:{INK}",
        ".heat td.t": "padding:2px 10px;text-align:right;white-space:nowrap",
        ".heat .p": f"background:{_PASSED}",
        ".heat .f": f"background:{_FAILED};font-weight:700",
        ".heat .s": f"background:{_SKIPPED}",
        ".heat .e": f"background:{_ERROR};font-weight:700",
        ".heat .o": f"color:{MUTED}",
        ".key span": "padding:1px 7px;border-radius:3px;margin-right:10px;white-space:nowrap",
    }
)
_NARROW = (
    "@media (max-width:640px){.heat tbody th{width:7.5em;max-width:7.5em;min-width:7.5em;"
    "padding:2px 6px}}"
)


def style() -> str:
    """The rules of this table."""
    return STYLE + _NARROW


def heat(batch: Batch, blocks: list[Block]) -> str:
    """The table, and what its signs mean."""
    key = "".join(
        f'<span class="{_CLASSES[name]}">{MARKS[name]} {words}</span>'  # type: ignore[index]
        for name, words in _WORDS.items()
    )
    blocks = [block for block in blocks if block.given]
    body = "".join(_row(student, blocks) for student in batch.students)
    return (
        f'<p class="key heat">{key}<span class="o">- nothing handed in</span>'
        '<span class="o">h hidden</span><span class="o">g a guard, which earns nothing</span></p>'
        '<div class="scroll heat" tabindex="0" role="region" aria-label="Students by checks">'
        f"<table><thead>{_head(blocks)}</thead><tbody>{body}</tbody></table></div>"
    )


def _head(blocks: list[Block]) -> str:
    exercises = "".join(
        f'<th class="w b" scope="colgroup" colspan="{max(1, len(block.columns))}"'
        f' title="{text(block.title)}">{text(block.exercise.rpartition("/")[2], 60)}</th>'
        for block in blocks
    )
    checks = "".join(
        f'<th{_b(n)} scope=col title="{text(column.title, 200)}">{column.number}'
        f"{'h' if column.hidden else ''}{'g' if column.guard else ''}</th>"
        for block in blocks
        for n, column in enumerate(block.columns.values())
    )
    return (
        f'<tr><th class="l" rowspan="2" scope="col">Student</th>{exercises}'
        f'<th class="b" rowspan="2" scope="col">Points</th></tr><tr>{checks}</tr>'
    )


def _b(n: int) -> str:
    return ' class="b"' if n == 0 else ""


def _row(student: Student, blocks: list[Block]) -> str:
    works = {work.exercise: work for work in student.works}
    cells = "".join(_cells(block, works.get(block.exercise)) for block in blocks)
    name = text(name_of(student), 80)
    return (
        f'<tr><th scope=row title="{name}">{name}</th>{cells}'
        f'<td class="t b">{_sum(student)}</td></tr>'
    )


def _sum(student: Student) -> str:
    """The points; a question mark after them says that they are not all."""
    if not student.given:
        return "-"
    return f"{number(student.points)}{'?' if student.not_graded else ''}"


def _cells(block: Block, work: Graded | None) -> str:
    if work is None or work.verdict is None:
        columns = max(1, len(block.columns))
        return '<td class="o b">-</td>' + "<td class=o>-</td>" * (columns - 1)
    outcomes = {check.id: check.outcome for check in work.verdict.checks}
    if not block.columns:
        sign = MARKS[work.verdict.outcome]
        return f'<td class="{_CLASSES[work.verdict.outcome]} b">{sign}</td>'
    signs = [
        (_CLASSES[told], MARKS[told]) if (told := outcomes.get(id)) else ("o", "-")
        for id in block.columns
    ]
    first, *rest = signs
    return f'<td class="{first[0]} b">{first[1]}</td>' + "".join(
        f"<td class={kind}>{sign}</td>" for kind, sign in rest
    )


def counts(blocks: list[Block]) -> str:
    """How often each check passed: what the class has understood."""
    rows = []
    for block in blocks:
        for column in block.columns.values():
            told = column.outcomes
            every = sum(told.values())
            hidden = " <small>hidden</small>" if column.hidden else ""
            hidden += " <small>guard</small>" if column.guard else ""
            rows.append(
                [
                    f"{text(block.exercise)} {column.number}",
                    f"{text(column.title)}{hidden}",
                    *(str(told[name]) if told[name] else "" for name in _WORDS),
                    f"{100 * told['passed'] // every}&nbsp;%",
                ]
            )
    head = ["Check", "What it expects", *_WORDS.values(), "passed"]
    return table(head, rows, numbers=range(2, len(head)))
