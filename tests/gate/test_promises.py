"""What a chapter.toml says of its checks is compared with the task, the checks and the stub."""

from __future__ import annotations

from typing import Any

import pytest

from checker.catalog import PATTERNS
from tests.gate.made_up import STUB, Course, findings

_TASK = STUB.replace(
    "Write `add`.", "Write `add`:\n\n- It returns the sum\n  of two numbers.\n- It takes no time."
)
_HALF_WRITTEN = _TASK.replace("raise NotImplementedError", "return a")
_SOLUTION = _TASK.replace("raise NotImplementedError", "return a + b")
_MAP = """
[exercises.{name}.requirements]
"It returns the sum of two numbers" = ["sum"]
"no time" = ["no_time"]

[exercises.{name}.patterns]
two_at_once = "It keeps nothing."
cancelled_cleanup = "It awaits nothing."
left_running = ["sleeps"]
falsy_or_duplicate = ["only_a", "only_b"]
second_break = "It cannot fail."
more_than_one = "There is one sum."
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """One course with a fault in each exercise but one."""
    made = Course(tmp_path_factory.mktemp("course"))
    promises = {
        "no_map": "",
        "other_words": _MAP.replace("of two numbers", "of 2 numbers"),
        "no_bullet": _MAP.replace('"no time" = ["no_time"]\n', ""),
        "no_check": _MAP.replace('["sum"]', '["sum", "total"]'),
        "no_answer": _MAP.replace('["sleeps"]', '["sleeps", "waits"]'),
    }
    for name, text in promises.items():
        made.exercise(name, stub=_TASK, solution=_SOLUTION, promises=text)
    guards: dict[str, dict[str, Any]] = {
        "half_written": {"stub": _HALF_WRITTEN},
        "guarded": {"stub": _HALF_WRITTEN, "guards": ["no_time"]},
        "no_guard": {"stub": _TASK, "guards": ["sum"]},
        "no_such_guard": {"stub": _TASK, "guards": ["total"]},
    }
    for name, changed in guards.items():
        made.exercise(name, solution=_SOLUTION, promises=_MAP, **changed)
    return made


@pytest.fixture(scope="module")
def report(course: Course) -> dict[str, Any]:
    """What `unblocked verify` finds in it."""
    return course.report()


@pytest.mark.parametrize(
    ("exercise", "expected"),
    [
        ("other_words", "the task does not say 'It returns the sum of 2 numbers'"),
        ("no_bullet", "no requirement is quoted from 'It takes no time.'"),
        ("no_bullet", "`no_time` stands beside no requirement"),
        ("no_check", "there is no check `total`"),
        ("no_answer", "`left_running` names 'waits', which is no wrong answer of this exercise"),
        ("half_written", "the stub passes no_time, and the guards are none"),
        ("no_guard", "the stub passes no check, and the guards are sum"),
        ("no_such_guard", "the stub passes no check, and the guards are total"),
    ],
)
def test_a_fault_of_the_map_or_the_guards_is_found(
    report: dict[str, Any], exercise: str, expected: str
) -> None:
    found = findings(report, f"sums/{exercise}")
    assert any(each.endswith(expected) for each in found), found
    assert all(each.startswith("exercises/01_sums/chapter.toml:") for each in found), found


def test_a_finding_names_the_line_of_what_it_is_about(
    report: dict[str, Any], course: Course
) -> None:
    (found,) = [each for each in report["findings"] if each["exercise"] == "sums/no_answer"]
    lines = (course.root / found["file"]).read_text().splitlines()
    assert lines[found["line"] - 1] == 'left_running = ["sleeps", "waits"]'


def test_without_a_map_everything_is_found(report: dict[str, Any]) -> None:
    found = [each.partition(": ")[2] for each in findings(report, "sums/no_map")]
    assert sum(each.startswith("no requirement is quoted from") for each in found) == 2
    assert sum(each.endswith("stands beside no requirement") for each in found) == 2
    assert sum(each.startswith("nothing is said of") for each in found) == len(PATTERNS)


def test_guards_that_the_stub_passes_are_no_fault(report: dict[str, Any]) -> None:
    assert findings(report, "sums/guarded") == []
