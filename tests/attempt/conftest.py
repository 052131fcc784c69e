"""Attempts as a check meets them, without an engine: in this process, and in another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Protocol

import pytest

from checker.attempt import Attempt
from checker.attempt.code import forgetting
from checker.lab.services import routes
from tests.attempt.walls import Process

NAME = "/course/work/01_made/up.py"


class Make(Protocol):
    """Makes an attempt of a text."""

    def __call__(self, source: str, material: Path | None = None) -> Attempt: ...


@pytest.fixture(params=["here", "there"])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    """Attempts in this process, and the same ones behind a wall."""
    processes: list[Process] = []

    def attempt(source: str, material: Path | None = None) -> Attempt:
        data = dedent(source).encode()
        if request.param == "here":
            return Attempt.here(data, NAME, material)
        processes.append(Process())
        return processes[-1].load(data, NAME, material)

    with forgetting("attempt", "material", "twice"), routes.scope():
        yield attempt
    for process in processes:
        process.end()
