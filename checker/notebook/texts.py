"""The task of an exercise, as it stands in its stub."""

from __future__ import annotations

import ast


def task_of(stub: str) -> tuple[str, str]:
    """The first line of a stub's docstring, and the rest of it."""
    first, _, rest = (ast.get_docstring(ast.parse(stub)) or "").partition("\n")
    return first.strip(), rest.strip("\n")


def task_text(stub: str) -> str:
    """The docstring of a stub, as it stands in the source."""
    first = ast.parse(stub).body[0]
    return ast.get_source_segment(stub, first) or ""
