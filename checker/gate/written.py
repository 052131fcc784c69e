"""What a file of checks has to have, read without running it.

Invariant: a check is a top-level function `test_…` with a docstring, whose first paragraph is the
title that a learner reads.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from checker.gate.finding import Finding

_EXCUSES = ("skip", "skipif", "xfail", "usefixtures")


@dataclass
class Written:
    """A file of checks, as it is written.

    lines   the line of each check, by its name without `test_`
    """

    lines: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def line(self, check: str) -> int:
        """The line of a check or of one of its cases, or 0."""
        return self.lines.get(check.partition("[")[0], 0)


def read_checks(path: Path, name: str, exercise: str) -> Written:
    """The checks in a file that is called `name` in findings."""
    made = Written()
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return made  # The engine says what is wrong with it.
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _is_check(node):
            made.lines[node.name.removeprefix("test_")] = node.lineno
            for what, fix in _faults(node):
                made.findings.append(Finding(name, node.lineno, what, fix, exercise))
    return made


def _is_check(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return node.name.startswith("test_")


def _faults(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[str, str]]:
    if not (ast.get_docstring(node) or "").strip():
        yield f"`{node.name}` has no docstring", "say in it what is expected: learners read that"
    for decorator in node.decorator_list:
        marker = ast.unparse(decorator).partition("(")[0].rpartition(".")[2]
        if marker in _EXCUSES:
            yield f"`{node.name}` is marked {marker}", "remove the mark: a check always runs"
