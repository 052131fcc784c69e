"""The checks of a batch, in the order of the course: the columns of a heat map."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from checker.classroom.graded import Batch, Student


@dataclass
class Column:
    """One check, and what became of it."""

    number: int  # within its exercise, from 1
    id: str
    title: str
    hidden: bool
    guard: bool = False
    outcomes: Counter[str] = field(default_factory=Counter)


@dataclass
class Block:
    """One exercise with its checks. Without any it has one column, so that its works are seen."""

    exercise: str
    title: str
    columns: dict[str, Column] = field(default_factory=dict)
    given: int = 0


def blocks_of(batch: Batch) -> list[Block]:
    """All exercises with all checks that anybody's verdict has."""
    blocks: dict[str, Block] = {}
    for student in batch.students:
        for work in student.works:
            block = blocks.setdefault(work.exercise, Block(work.exercise, work.title))
            block.given += work.verdict is not None
            for check in work.verdict.checks if work.verdict is not None else ():
                column = block.columns.get(check.id)
                if column is None:
                    place, hidden = len(block.columns) + 1, check.id in work.hidden
                    column = Column(place, check.id, check.title, hidden, check.guard)
                    block.columns[check.id] = column
                column.outcomes[check.outcome] += 1
    return list(blocks.values())


def name_of(student: Student) -> str:
    """What a student is called in a list."""
    return student.name or student.key
