"""What `python -m tests.classroom.kills` and `.thousand` do: shortly, and at length."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.classroom import thousand
from tests.classroom.grading import class_of

ROOT = class_of.ROOT


@pytest.mark.parametrize("times", [2, pytest.param(50, marks=pytest.mark.long)])
def test_a_batch_that_is_killed_has_the_results_of_an_undisturbed_one(times: int) -> None:
    # In a process of its own, which has no other children than these.
    done = subprocess.run(
        [sys.executable, "-m", "tests.classroom.kills", "--times", str(times)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.endswith("0 faults\n")


@pytest.mark.long
def test_a_thousand_students_are_graded_in_flat_memory_and_nothing_is_left() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.classroom.thousand"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.endswith("0 faults\n")


def test_a_class_with_hostile_and_broken_work_is_graded_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    answers = class_of.answers("start") + class_of.answers("blocking")
    attacks = class_of.some(class_of.hostile(), 6)
    made = class_of.hand_in(tmp_path / "in", class_of.some(answers, 28), attacks, 6)
    assert len(made.students) == 40
    assert thousand.run(tmp_path, made, thousand.Sampler(every=100), workers=2) == []
