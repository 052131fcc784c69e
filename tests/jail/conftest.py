"""What the tests of the jail share."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from checker.jail import Sandbox, Zygote
from checker.jail.choose import wrapped
from tests.jail.wardens import AS_WE_ARE, OPEN, ORDINARY, WRAPPED, Warden

INSIDE = Path(__file__).resolve().parent / "inside"

if sys.platform != "linux":
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session", params=[AS_WE_ARE, OPEN, ORDINARY, WRAPPED])
def warden(request: pytest.FixtureRequest) -> Iterator[Warden]:
    """A host with a zygote, under each user and in each sandbox that there is here."""
    if request.param == WRAPPED and wrapped():
        pytest.skip(wrapped())
    found = Warden(request.param)
    yield found
    found.close()


@pytest.fixture(scope="session")
def echoes() -> Iterator[Zygote]:
    """A zygote whose children say everything back. It imports nothing else."""
    with Zygote("inmates:echo", Sandbox.JAIL, preload=(), import_from=[INSIDE]) as zygote:
        yield zygote


@pytest.fixture
def nothing_is_left() -> Iterator[None]:
    """No child of ours, and no descriptor, that was not there before."""
    before = _children(), _descriptors()
    yield
    assert (_children(), _descriptors()) == before


def _children() -> str:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text()


def _descriptors() -> list[str]:
    return sorted(os.listdir("/proc/self/fd"))
