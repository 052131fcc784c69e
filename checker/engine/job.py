"""What is to be checked: one attempt at one exercise."""

from __future__ import annotations

from typing import NamedTuple

from checker.catalog import Exercise


class Job(NamedTuple):
    """One attempt at one exercise.

    stub   where it is given, an attempt that is the same program is `not_attempted`
    """

    exercise: Exercise
    filename: str
    data: bytes
    stub: bytes | None = None
    seed: int = 0
