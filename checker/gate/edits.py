"""An answer that is kept as its difference from the solution, in a file that ends in `.diff`.

    # fails: pauses, ten_at_once | says: nor does a pause of 0 s
    @@
    -        await asyncio.sleep(pause)
    +        await asyncio.sleep(0)

It is a unified diff without numbers. Comments before the first `@@` become the head of the answer.
The lines of an edit that begin with a minus or a space are looked up by their text, and must stand
in the solution exactly once, so a change elsewhere in the solution breaks no answer. The docstrings
of the solution are left out first: a new wording of the task must not break fifteen answers or move
their lines.

Invariant: either every edit applies in one place alone, or the answer is refused with the line, the
reason and the fix. Nothing is guessed.
"""

from __future__ import annotations

import ast
from functools import cache
from typing import NamedTuple

SUFFIX = ".diff"
_HAVE_DOCSTRINGS = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


class DoesNotApply(ValueError):
    """A diff that makes no answer of this solution: its line, what is wrong, and the fix."""

    def __init__(self, line: int, what: str, fix: str) -> None:
        super().__init__(what)
        self.line, self.what, self.fix = line, what, fix


class Numbered(NamedTuple):
    """A line, with its number in the file of the solution."""

    number: int
    text: str


class _Edit(NamedTuple):
    """What an `@@` in this line of the diff takes out of the solution, and puts there."""

    at: int
    old: list[str]
    new: list[str]


def applied(diff: str, solution: str) -> str:
    """The whole answer."""
    head, edits = _read(diff)
    lines = lines_of(solution)
    made, done = head, 0
    for start, edit in sorted((_find(edit, lines), edit) for edit in edits):
        if start < done:
            what = "this edit and another are about the same line of the solution"
            raise DoesNotApply(edit.at, what, "make one edit of the two")
        made += [line.text for line in lines[done:start]] + edit.new
        done = start + len(edit.old)
    return "\n".join(made + [line.text for line in lines[done:]]) + "\n"


@cache
def lines_of(program: str) -> tuple[Numbered, ...]:
    """The lines of a program without its docstrings."""
    lines = program.removesuffix("\n").split("\n")
    tree = ast.parse(program)
    left_out = set[int]()
    for node in ast.walk(tree):
        if not isinstance(node, _HAVE_DOCSTRINGS) or ast.get_docstring(node) is None:
            continue
        first, last = node.body[0].lineno, node.body[0].end_lineno or 0
        if first == getattr(node, "lineno", 0) or (len(node.body) == 1 and node is not tree):
            continue  # Without it there would be no body.
        while last < len(lines) and not lines[last].strip():
            last += 1  # The blank lines below it go, too.
        left_out.update(range(first, last + 1))
    return tuple(Numbered(n, text) for n, text in enumerate(lines, 1) if n not in left_out)


def _read(diff: str) -> tuple[list[str], list[_Edit]]:
    """The head of the answer, and the edits."""
    head: list[str] = []
    raw: list[tuple[int, list[str]]] = []
    for number, line in enumerate(diff.removesuffix("\n").split("\n"), 1):
        if line.startswith("@@"):
            raw.append((number, []))
        elif raw and line[:1] in ("-", "+", " ", ""):
            raw[-1][1].append(line)
        elif not raw and line.startswith("#"):
            head.append(line)
        else:
            fix = "begin it with -, + or a space; before the first `@@` only comments may stand"
            raise DoesNotApply(number, f"{line!r} is not a line of an edit", fix)
    if not raw:
        fix = "begin each edit with a line `@@`, then lines with -, + or a space before them"
        raise DoesNotApply(0, "there is no edit in it", fix)
    return head, [_edit(at, lines) for at, lines in raw]


def _edit(at: int, lines: list[str]) -> _Edit:
    while lines and not lines[-1]:
        lines = lines[:-1]  # A blank line before the next `@@` is for the reader.
    old = [line[1:] for line in lines if line[:1] != "+"]
    new = [line[1:] for line in lines if line[:1] != "-"]
    if not old:
        fix = "add the line above or below from the solution, with a space before it"
        raise DoesNotApply(at, "this edit does not say where it belongs", fix)
    if old == new:
        raise DoesNotApply(at, "this edit changes nothing", "remove it, or mark lines with - and +")
    return _Edit(at, old, new)


def _find(edit: _Edit, lines: tuple[Numbered, ...]) -> int:
    """The one place of the solution in which the edit applies."""
    texts, count = [line.text for line in lines], len(edit.old)
    found = [n for n in range(len(texts) - count + 1) if texts[n : n + count] == edit.old]
    if len(found) == 1:
        return found[0]
    if found:
        where = " and ".join(str(lines[n].number) for n in found)
        what = f"what this edit changes is in the solution at lines {where}"
        fix = "add the line above or below, with a space before it, until there is one place"
        raise DoesNotApply(edit.at, what, fix)
    gone = [text for text in edit.old if text not in texts]
    what = (
        f"the solution has no line {gone[0]!r}"
        if gone
        else "the lines of this edit do not follow one another in the solution"
    )
    fix = "copy the lines from the solution as it is now; docstrings are left out"
    raise DoesNotApply(edit.at, what, fix)
