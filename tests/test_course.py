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
# Exercises whose map from requirements to checks is still to be written. It only ever gets shorter.
UNMAPPED = frozenset((ROOT / "tests" / "unmapped.txt").read_text().split())
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
    found = [each for each in report["findings"] if not is_of_a_missing_map(each)]
    assert [f"{each['file']}:{each['line']}: {each['what']}" for each in found] == []
    assert [each["exercise"] for each in report["exercises"]] == exercises
    assert done.returncode == (1 if report["findings"] else 0)


def is_of_a_missing_map(finding: dict[str, Any]) -> bool:
    """Whether it is about a map that `unmapped.txt` says is still to be written."""
    if finding["exercise"] not in UNMAPPED or not finding["file"].endswith("/chapter.toml"):
        return False
    return "guards are" not in finding["what"]


def test_an_exercise_with_a_map_is_not_called_unmapped() -> None:
    catalog = load(ROOT / "exercises")
    for id in UNMAPPED:
        promises = catalog.promises(catalog.find(id))
        assert not promises.requirements, f"remove {id} from tests/unmapped.txt"


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
