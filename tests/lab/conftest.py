"""After every test of the lab: nothing is left replaced, and no thread is left alive."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.lab.installed import snapshot

_ENDING_S = 5.0


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    before = snapshot()
    known = set(threading.enumerate())
    yield
    # Threads of a real server that a test compares with are told to end, and need a moment.
    for thread in set(threading.enumerate()) - known:
        thread.join(_ENDING_S)
    assert snapshot() == before
