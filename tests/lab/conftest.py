"""After every test of the lab: nothing is left replaced, and no thread is left alive."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab.installed import snapshot


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    before = snapshot()
    yield
    assert snapshot() == before
