"""What an author has still to write: lines that `unblocked new exercise` left for them.

Invariant: a file with such a line is not judged. What is not written is neither right nor wrong,
and a finding about it would send its author to the wrong place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from checker.catalog import Exercise
from checker.gate.finding import Finding

if TYPE_CHECKING:
    from checker.gate.folders import Folders

MARK = "TODO(author):"
_HEAD = re.compile(r"\[exercises\.\w+\]")
_WHAT = "this is still to be written"


def is_written(data: bytes) -> bool:
    """Whether nothing of this text is left to its author."""
    return MARK.encode() not in data


def can_be_checked(exercise: Exercise, folders: Folders) -> bool:
    """Whether what every check of it needs is there, and written."""
    stub, others = (
        folders.stub(exercise),
        (folders.solution(exercise), folders.check_file(exercise)),
    )
    return stub.is_file() and all(
        is_written(path.read_bytes()) for path in (stub, *others) if path.is_file()
    )


def to_do(exercise: Exercise, folders: Folders) -> list[Finding]:
    """What is left to write of an exercise, in the order in which it is best written."""
    found = list(in_chapter(exercise, folders))
    files = (
        folders.stub(exercise),
        folders.solution(exercise),
        folders.check_file(exercise),
        *folders.right(exercise),
        *folders.wrong(exercise),
    )
    for file in files:
        if file.is_file():
            found += _in(file, range(1, 1 << 30), exercise, folders)
    return found


def in_chapter(exercise: Exercise, folders: Folders) -> Iterator[Finding]:
    """What the exercise's table lacks. What the chapter itself lacks is said with its first."""
    file = folders.exercises / exercise.chapter / "chapter.toml"
    lines = file.read_text("utf-8").splitlines()
    heads = [n for n, line in enumerate(lines, 1) if _HEAD.fullmatch(line.strip())]
    for number, (head, end) in enumerate(zip(heads, [*heads[1:], len(lines) + 1], strict=True)):
        if lines[head - 1].strip() == f"[exercises.{exercise.name}]":
            yield from _in(file, range(head if number else 1, end), exercise, folders)


def _in(file: Path, lines: range, exercise: Exercise, folders: Folders) -> Iterator[Finding]:
    for number, line in enumerate(file.read_text("utf-8", "replace").splitlines(), 1):
        if number in lines and MARK in line:
            fix = line.partition(MARK)[2].strip().strip('",')
            yield Finding(folders.name(file), number, _WHAT, fix, exercise.id)
