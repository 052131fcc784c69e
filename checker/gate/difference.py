"""An answer that is a whole file, made a diff that says the same; see `edits`.

Invariant: applied to the solution, the diff makes the answer again, byte for byte, but for the
answer's own docstrings.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import groupby

from checker.gate.edits import lines_of


def difference(answer: str, solution: str) -> str:
    """The shortest diff: both are compared without their docstrings."""
    lines = answer.removesuffix("\n").split("\n")
    size = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    old = [line.text for line in lines_of(solution)]
    new = [line.text for line in lines_of("\n".join(lines[size:]) + "\n")] if lines[size:] else []
    return "\n".join([*lines[:size], *_edits(old, new)]) + "\n"


def _edits(old: list[str], new: list[str]) -> list[str]:
    """The edits that make `new` of `old`, each with as much around it as makes its place unique."""
    rows = _rows(old, new)
    parts: list[tuple[int, int]] = []
    at = 0
    for same, run in groupby(rows, lambda row: row.startswith(" ")):
        first, at = at, at + len(list(run))
        if same:
            continue
        first, last = _widened(rows, first, at, old)
        # One unchanged line between two edits costs no more than a further `@@`.
        while parts and first - parts[-1][1] < 2:
            before = parts.pop()
            first, last = min(first, before[0]), max(last, before[1])
        parts.append((first, last))
    return [line for first, last in parts for line in ("@@", *rows[first:last])]


def _rows(old: list[str], new: list[str]) -> list[str]:
    """Both texts as one diff, whole."""
    rows = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            rows += [f" {line}" for line in old[a:b]]
        else:
            rows += [f"-{line}" for line in old[a:b]] + [f"+{line}" for line in new[c:d]]
    return rows


def _widened(rows: list[str], first: int, last: int, old: list[str]) -> tuple[int, int]:
    """The fewest rows around these that stand in one place alone."""
    for more in range(len(rows)):
        for above in range(more, -1, -1):
            start, end = first - above, last + more - above
            if start >= 0 and end <= len(rows) and _is_unique(rows[start:end], old):
                return start, end
    return 0, len(rows)


def _is_unique(rows: list[str], old: list[str]) -> bool:
    part = [row[1:] for row in rows if not row.startswith("+")]
    places = range(len(old) - len(part) + 1)
    return bool(part) and sum(old[n : n + len(part)] == part for n in places) == 1
