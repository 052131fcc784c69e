"""Attempts as a check meets them, without an engine."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import dedent
from typing import Protocol

import pytest

from checker.attempt import Attempt
from checker.attempt.code import forgetting

NAME = "/course/work/01_made/up.py"


class Make(Protocol):
    """Makes an attempt of a text."""

    def __call__(self, source: str) -> Attempt: ...


@pytest.fixture
def make() -> Iterator[Make]:
    def attempt(source: str) -> Attempt:
        return Attempt(dedent(source).encode(), NAME)

    with forgetting("attempt", "material"):
        yield attempt
