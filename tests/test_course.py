"""The exercises and checks of this course are what they claim to be.

Each chapter is verified alone, and on each road: a failure names the chapter, and the chapters
spread over the cores. So each of them takes one process, and none uses verdicts of earlier runs.
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
from checker.gate.verify import compare, stray
from checker.jail import NoJail, choose

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = sorted(path.parent.name for path in (ROOT / "exercises").glob("*/chapter.toml"))
MOST_IN_A_JAIL = 5  # exercises in one test: a large chapter would take the longest of all tests


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_gate_finds_nothing(chapter: str) -> None:
    # A process of its own: it starts pytest, and forks.
    command = ["-m", "checker.cli", "verify", "--json", "--no-cache", "--workers", "1", chapter]
    done = run(*command)
    assert done.stderr == ""
    report = json.loads(done.stdout)
    assert [f"{each['file']}:{each['line']}: {each['what']}" for each in report["findings"]] == []
    assert len(report["exercises"]) == len(load(ROOT / "exercises").select([chapter])) >= 1
    assert done.returncode == 0


def parts() -> Iterator[Any]:
    """The exercises of each chapter, in parts of a few."""
    for chapter in load(ROOT / "exercises").chapters:
        ids = [exercise.id for exercise in chapter.exercises]
        count = -(-len(ids) // MOST_IN_A_JAIL)
        for number in range(count):
            yield pytest.param(ids[number::count], id=f"{chapter.slug} {number + 1} of {count}")


@pytest.mark.parametrize("exercises", list(parts()))
def test_an_attempt_has_the_same_verdict_in_a_jail(exercises: list[str]) -> None:
    try:
        choose()
    except NoJail as error:
        pytest.skip(str(error))
    done = run("-m", "tests.test_course", *exercises)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


def test_every_file_belongs_to_an_exercise() -> None:
    catalog = load(ROOT / "exercises")
    assert [chapter.slug for chapter in catalog.chapters] == CHAPTERS
    assert len(CHAPTERS) >= 3
    assert [*stray(catalog, catalog.exercises, Folders(ROOT), whole=True)] == []


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Python with these arguments, in the course."""
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    for finding in compare(ROOT, sys.argv[1:], lambda total: None, workers=1):
        print(finding)
