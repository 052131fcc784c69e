"""Verdicts that the gate keeps: used again where nothing has changed, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from checker.catalog import Exercise
from checker.engine.verdict import CheckResult, Verdict
from checker.gate import cache as cache_module
from checker.gate.cache import FOLDER, Cache, allowed
from checker.gate.folders import Folders
from checker.gate.runs import Run
from tests.gate.made_up import RIGHT, SOLUTION, STUB, WRONG, Course

EXERCISE = Exercise("01_sums", "one", "One", 4, 1, ("a", "b", "c"))


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """A course of two exercises."""
    made = Course(tmp_path)
    made.exercise("one")
    made.exercise("two")
    made.write("checker/checks/01_sums/material/data.txt", "1")
    return Folders(tmp_path)


def attempt(folders: Folders, **changed: Any) -> list[Run]:
    """The solution under two seeds."""
    path = folders.solution(EXERCISE)
    run = Run(EXERCISE, "solution", path, path.read_bytes())
    return [replace(run, seed=seed, **changed) for seed in (0, 1)]


def verdicts(**changed: Any) -> list[Verdict]:
    """That it passes."""
    check = CheckResult("sum", "It adds.", "passed")
    made = Verdict(EXERCISE.id, "passed", 4, 4, [check])
    return [replace(made, seed=seed, **changed) for seed in (0, 1)]


def test_what_was_kept_is_read_again(folders: Folders) -> None:
    assert Cache(folders).read(attempt(folders), "fork") is None
    Cache(folders).keep(attempt(folders), "fork", verdicts())
    assert Cache(folders).read(attempt(folders), "fork") == verdicts()


CHANGES: dict[str, Callable[[Folders], object]] = {
    "stub": lambda folders: folders.stub(EXERCISE).write_text(STUB + "# more\n"),
    "solution": lambda folders: folders.solution(EXERCISE).write_text(SOLUTION + "# more\n"),
    "checks": lambda folders: folders.check_file(EXERCISE).write_text("# none\n"),
    "material": lambda folders: folders.root.joinpath(
        "checker/checks/01_sums/material/data.txt"
    ).write_text("2"),
    "conftest": lambda folders: folders.root.joinpath("checker/checks/conftest.py").touch(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_file_is_checked_anew(change: str, folders: Folders) -> None:
    Cache(folders).keep(attempt(folders), "fork", verdicts())
    CHANGES[change](folders)
    assert Cache(folders).read(attempt(folders), "fork") is None


def test_another_road_kind_seed_or_exercise_is_another_attempt(folders: Folders) -> None:
    Cache(folders).keep(attempt(folders), "fork", verdicts())
    assert Cache(folders).read(attempt(folders), "jail") is None
    assert Cache(folders).read(attempt(folders, kind="again"), "fork") is None
    assert Cache(folders).read(attempt(folders)[:1], "fork") is None
    other = replace(EXERCISE, points=5)
    assert Cache(folders).read(attempt(folders, exercise=other), "fork") is None


def test_changed_code_of_the_checker_or_packages_is_another_world(
    folders: Folders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package, packages = tmp_path / "package", tmp_path / "site-packages"
    (package / "checks").mkdir(parents=True)
    (packages / "anyio-1.dist-info").mkdir(parents=True)
    (package / "lab.py").write_text("1")
    monkeypatch.setattr(cache_module, "_PACKAGE", package)
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(packages))
    Cache(folders).keep(attempt(folders), "fork", verdicts())
    (package / "checks" / "of_others.py").touch()
    assert Cache(folders).read(attempt(folders), "fork") == verdicts()
    (package / "lab.py").write_text("2")
    assert Cache(folders).read(attempt(folders), "fork") is None
    (package / "lab.py").write_text("1")
    assert Cache(folders).read(attempt(folders), "fork") == verdicts()
    (packages / "anyio-1.dist-info").rename(packages / "anyio-2.dist-info")
    assert Cache(folders).read(attempt(folders), "fork") is None


UNCERTAIN: list[dict[str, Any]] = [
    {"ended": "blocked"},
    {"ended": "interrupted"},
    {"outcome": "checker_error"},
    {"checks": [CheckResult("sum", "It adds.", "checker_error")]},
]


@pytest.mark.parametrize("changed", UNCERTAIN)
def test_what_may_be_otherwise_next_time_is_not_kept(
    changed: dict[str, Any], folders: Folders
) -> None:
    Cache(folders).keep(attempt(folders), "fork", verdicts(**changed))
    assert Cache(folders).read(attempt(folders), "fork") is None


RUBBISH = {
    "nothing": b"",
    "half": b'["{',
    "no list": b"1",
    "no texts": b"[1, 2]",
    "no verdicts": b'["{}", "[]"]',
    "not UTF-8": b"\xff\xfe",
    "too deep": b"[" * 100_000,
    "of another": json.dumps([replace(v, exercise="a/b").to_json() for v in verdicts()]).encode(),
    "too few": json.dumps([verdicts()[0].to_json()]).encode(),
}


@pytest.mark.parametrize("name", RUBBISH)
def test_a_file_that_is_corrupt_or_foreign_counts_as_missing(name: str, folders: Folders) -> None:
    Cache(folders).keep(attempt(folders), "fork", verdicts())
    (file,) = (folders.root / FOLDER).iterdir()
    file.write_bytes(RUBBISH[name])
    assert Cache(folders).read(attempt(folders), "fork") is None


def test_where_nothing_can_be_written_nothing_is_kept(folders: Folders) -> None:
    (folders.root / FOLDER).parent.mkdir()
    (folders.root / FOLDER).touch()
    Cache(folders).keep(attempt(folders), "fork", verdicts())
    Cache(folders).drop_unused()
    assert Cache(folders).read(attempt(folders), "fork") is None


def test_a_machine_that_builds_uses_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    assert not allowed()
    monkeypatch.setenv("CI", "")
    assert allowed()


def test_after_a_change_only_what_changed_is_checked(tmp_path: Path) -> None:
    made = Course(tmp_path)
    made.exercise("one")
    made.exercise("two")
    kept = tmp_path / FOLDER

    def times() -> dict[str, int]:
        return {path.name: path.stat().st_mtime_ns for path in kept.iterdir()}

    assert made.report()["findings"] == []
    assert not kept.exists()
    assert made.report("--no-cache", CI="")["findings"] == []
    assert not kept.exists()
    assert made.report(CI="")["findings"] == []
    first = times()
    # Two stubs, the solution and its second run, the right answers and the wrong ones.
    assert len(first) == 2 * (4 + len(RIGHT) + len(WRONG))
    made.write("tests/wrong_answers/01_sums/two/only_a.py", WRONG["only_b"])
    report = made.report(CI="")
    changed = set(times().items()) - set(first.items())
    assert len(changed) == 1
    assert len(times()) == len(first)
    assert [row["exercise"] for row in report["exercises"]] == ["sums/one", "sums/two"]
