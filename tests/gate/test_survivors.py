"""Mutants that no check notices are found, explained, and no longer explained than they live."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.gate.folders import Folders
from checker.gate.survivors import read_words
from tests.gate.made_up import CHECKS, SOLUTION, Course, findings

SLOPPY = SOLUTION.replace("return a + b", "return max(a + b, -3)")
FILE = "exercises/01_sums/survivors.toml"


def word(**changed: str) -> str:
    entry = {
        "exercise": "add",
        "mutation": "3 made 4",
        "line": "return max(a + b, -3)",
        "because": "nobody adds less",
    } | changed
    return "[[survivor]]\n" + "".join(f"{key} = '{text}'\n" for key, text in entry.items())


def test_a_mutant_that_is_noticed_by_no_check_is_found(tmp_path: Path) -> None:
    course = Course(tmp_path)
    course.exercise("add", solution=SLOPPY)
    course.exercise("sound")
    report = course.report("--mutate")
    assert findings(report, "sums/add") == [
        "solutions/01_sums/add.py:9: no check notices: 3 made 4, in `return max(a + b, -3)`"
    ]
    counts = {each["exercise"]: each for each in report["exercises"]}
    assert counts["sums/sound"] == {
        "exercise": "sums/sound",
        "mutants": 2,
        "survivors": 0,
        "explained": 0,
        "findings": 0,
    }
    assert counts["sums/add"]["survivors"] == 1


def test_a_survivor_can_be_explained_and_an_explanation_is_not_kept_in_vain(
    tmp_path: Path,
) -> None:
    course = Course(tmp_path)
    course.exercise("add", solution=SLOPPY)
    noticed = word(exercise="sums/add", mutation="+ made -", line="return max(a + b, -3)")
    course.write(FILE, f"{word()}\n{noticed}\n{word(line='other = 3')}")
    report = course.report("--mutate", "add")
    assert findings(report, "sums/add") == [
        f"{FILE}:7: the mutant '+ made -', in `return max(a + b, -3)`, is noticed now",
        f"{FILE}:13: the mutant '3 made 4', in `other = 3`, is not made any more",
    ]
    assert report["exercises"][0]["explained"] == 1


def test_a_check_that_a_mutant_breaks_is_found(tmp_path: Path) -> None:
    course = Course(tmp_path)
    careless = CHECKS.replace(
        '    await attempt.call("add", 1, 2)\n',
        '    if await attempt.call("add", 1, 2) != 3:\n        attempt.call("add", 1, 2)\n',
    )
    course.exercise("add", checks=careless)
    assert findings(course.report("--mutate"), "sums/add") == [
        f"solutions/01_sums/add.py:9: a check is at fault itself: {what}, in `return a + b`"
        for what in ("return dropped", "+ made -")
    ]


def test_a_solution_that_does_not_pass_has_no_mutants(tmp_path: Path) -> None:
    course = Course(tmp_path)
    course.exercise("add", solution=SOLUTION.replace("a + b", "a - b"))
    assert findings(course.report("--mutate"), "sums/add") == [
        "solutions/01_sums/add.py:0: the solution does not pass, so its mutants show nothing"
    ]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("[[survivor", 0, "Expected"),
        ("x = 1", 0, "it has to consist of [[survivor]] tables"),
        (word(because=""), 1, "the keys are not those of a survivor"),
        (word() + "why = 'x'", 1, "the keys are not those of a survivor"),
        (word(exercise="sub"), 1, "there is no exercise 'sub' in this chapter"),
    ],
)
def test_a_survivors_file_of_another_form_is_refused(
    tmp_path: Path, text: str, line: int, what: str
) -> None:
    course = Course(tmp_path)
    course.exercise("add")
    course.write(FILE, text)
    words, (found,) = read_words(tmp_path / FILE, Folders(tmp_path))
    assert words == []
    assert (found.file, found.line) == (FILE, line)
    assert found.what.startswith(what)
