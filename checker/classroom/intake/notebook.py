"""The `%%exercise` cells of a notebook, found by their ids, wherever they stand.

Invariant: what is taken of a cell is what `%%exercise` would have saved when it was run.
A notebook is bounded before it is parsed: its depth, its parts, the digits of its numbers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from checker.classroom.intake.entry import Refused

MAGIC = "%%exercise"
MOST_DEPTH = 100
MOST_TOKENS = 1_000_000
MOST_CELLS = 5_000
MOST_DIGITS = 1_000
# A string without its end takes all that is left, so that nothing is scanned twice.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
_INDENT = re.compile(r"[ \t]+")


class Cell(NamedTuple):
    """A cell that is an exercise's, or was meant to be.

    id         what stands behind `%%exercise`
    text       the answer
    problem    why it does not count; "" if it does
    """

    number: int  # among all cells, from 1
    id: str
    text: str
    problem: str = ""


def cells(data: bytes) -> list[Cell]:
    """The exercise cells of a notebook, in its order."""
    notebook = _parsed(data)
    if not isinstance(notebook, dict) or "nbformat" not in notebook:
        raise Refused("not a notebook", "it is JSON, but no notebook; it is not read")
    version = notebook["nbformat"]
    if version != 4:
        told = version if type(version) is int and abs(version) < 1000 else "something else"
        fix = "open it in Jupyter, save it, and hand it in again"
        raise Refused("not a notebook", f"its nbformat is {told}, and only 4 is read; {fix}")
    found = notebook.get("cells")
    if not isinstance(found, list) or len(found) > MOST_CELLS:
        raise Refused("not a notebook", f"its cells are no list of at most {MOST_CELLS:,}")
    return list(_exercises(found))


def _parsed(data: bytes) -> Any:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("encoding", "a notebook is UTF-8, and this is not; it is not read") from None
    _bound(data)
    try:
        return json.loads(text, parse_int=_int)
    except (ValueError, RecursionError) as error:
        place = f", line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise Refused("not a notebook", f"it is no JSON{place}; it is not read") from None


def _bound(data: bytes) -> None:
    depth = 0
    for count, token in enumerate(_TOKEN.finditer(data)):
        sign = token[0][:1]
        depth += (sign in b"[{") - (sign in b"]}")
        if depth > MOST_DEPTH:
            words = f"it is nested more than {MOST_DEPTH} deep, as no notebook is; it is not read"
            raise Refused("bomb", words)
        if count >= MOST_TOKENS:
            words = f"it has more than {MOST_TOKENS:,} parts; it is not read"
            raise Refused("bomb", f"{words}; hand it in with its outputs cleared")


def _int(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        words = f"it has a number of {len(digits):,} digits, as no notebook has; it is not read"
        raise Refused("bomb", words)
    return int(digits)


def _exercises(found: list[Any]) -> Iterator[Cell]:
    for number, cell in enumerate(found, 1):
        source = _source(cell)
        if MAGIC not in source:
            continue
        head, body = _split(source)
        if not re.match(rf"{MAGIC}(?:\s|$)", head):
            yield from _misplaced(number, source)
            continue
        id = head[len(MAGIC) :].strip()
        if cell.get("cell_type") != "code":
            words = "this is no code cell, so it was never run; it does not count"
            yield Cell(number, id, "", words)
        else:
            yield Cell(number, id, body.rstrip() + "\n")


def _source(cell: Any) -> str:
    source = cell.get("source") if isinstance(cell, dict) else None
    if isinstance(source, list):
        return "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def _split(source: str) -> tuple[str, str]:
    """The first line and the rest, with blank lines and indent taken off as IPython does it."""
    lines = source.splitlines(keepends=True)
    while lines and not lines[0].strip():
        del lines[0]
    indent = _INDENT.match(lines[0]) if lines else None
    if indent:
        lines = [line.removeprefix(indent[0]) for line in lines]
    return (lines[0].rstrip(), "".join(lines[1:])) if lines else ("", "")


def _misplaced(number: int, source: str) -> Iterator[Cell]:
    for line, text in enumerate(source.splitlines(), 1):
        if re.match(rf"{MAGIC}\s+\S", text):
            words = f"{MAGIC} stands in line {line} of the cell, and has to be its first"
            yield Cell(number, text[len(MAGIC) :].strip(), "", f"{words}; it does not count")
            return
