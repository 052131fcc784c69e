"""The exercises and checks of this course are what they claim to be.

Two exercises at a time, on both roads: a failure names them, and the tests spread over the cores.
So each test takes one process, and none uses verdicts of earlier runs.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from checker.catalog import load
from checker.gate.folders import Folders
from checker.gate.verify import stray
from checker.jail import NoJail, choose

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = sorted(path.parent.name for path in (ROOT / "exercises").glob("*/chapter.toml"))
MOST = 2  # exercises in one test: some take twenty seconds


def parts() -> Iterator[Any]:
    """The exercises of each chapter, in parts of a few."""
    for chapter in load(ROOT / "exercises").chapters:
        ids = [exercise.id for exercise in chapter.exercises]
        count = -(-len(ids) // MOST)
        for number in range(count):
            yield pytest.param(ids[number::count], id=f"{chapter.slug} {number + 1} of {count}")


@pytest.mark.parametrize("exercises", list(parts()))
def test_the_gate_finds_nothing(exercises: list[str]) -> None:
    # A process of its own: it starts pytest, and forks.
    command = [sys.executable, "-m", "checker.cli", "verify", "--json", "--no-cache"]
    command += ["--workers", "1", *(["--jailed"] if can_jail() else []), *exercises]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    report = json.loads(done.stdout)
    assert [f"{each['file']}:{each['line']}: {each['what']}" for each in report["findings"]] == []
    assert [each["exercise"] for each in report["exercises"]] == exercises
    assert done.returncode == 0


def test_the_gate_compares_with_a_jail_here() -> None:
    if not can_jail():
        pytest.skip("there is no jail here, so the gate did not compare the roads")


def can_jail() -> bool:
    """Whether attempts can be checked in a jail on this machine."""
    try:
        choose()
    except NoJail:
        return False
    return True


def test_every_file_belongs_to_an_exercise() -> None:
    catalog = load(ROOT / "exercises")
    assert [chapter.slug for chapter in catalog.chapters] == CHAPTERS
    assert len(CHAPTERS) >= 3
    assert [*stray(catalog, catalog.exercises, Folders(ROOT), whole=True)] == []
