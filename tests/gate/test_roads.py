"""The gate sees when a verdict depends on which side of a wall the attempt is on."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.jail import NoJail, choose
from tests.gate.made_up import CHECKS, Course, findings

# What it looks at is there in the check's own process alone.
LOOKS_INSIDE = (
    CHECKS
    + '''

async def test_inside(attempt):
    """It is looked for where no check should look."""
    import sys

    await attempt.call("add", 1, 2)
    assert "attempt" in sys.modules, "it is not here"
'''
)


@pytest.fixture(autouse=True)
def _jail() -> None:
    try:
        choose()
    except NoJail as error:
        pytest.skip(str(error))


def test_a_sound_exercise_is_the_same_on_both_roads(tmp_path: Path) -> None:
    course = Course(tmp_path)
    course.exercise("add")
    assert course.report("--jailed")["findings"] == []


def test_a_check_that_looks_inside_is_found(tmp_path: Path) -> None:
    course = Course(tmp_path)
    course.exercise("add", checks=LOOKS_INSIDE)
    found = findings(course.report("--jailed"), "01_sums/add"[3:])
    assert any("solutions/01_sums/add.py" in each and "in the jail" in each for each in found)
