"""Every test makes its services anew, and none of them is left for the next test."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest

from checker.lab.services import routes


@pytest.fixture(autouse=True)
def own_routes() -> Iterator[None]:
    with routes.scope():
        yield


@pytest.fixture
def now() -> Callable[[], float]:
    """The time on the clock of the run."""
    return lambda: asyncio.get_running_loop().time()
