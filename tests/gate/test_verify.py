"""The gate accepts a sound exercise, and finds each fault of an unsound one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.gate.made_up import (
    CHECKS,
    FIRST,
    RIGHT,
    SOLUTION,
    STUB,
    WRONG,
    Course,
    answer,
    findings,
    wrong,
)

WRONG_ANSWERS = {
    "fine": wrong(FIRST, "return a + b"),
    "two_faults": wrong(FIRST, "await asyncio.sleep(1)\n    return a"),
    "other_words": wrong("fails: sum | says: ducks", "return a"),
    "no_such_check": wrong("fails: sum, som | says: both numbers", "return a"),
    "no_claim": answer("return a"),
    "the_stub": f"# {FIRST}\n{STUB}",
    "not_python": wrong("fails: sum, no_time | says: mend that line", "return ("),
}
NOT_AWAITED = CHECKS.replace('await attempt.call("add", 1, 2)', 'attempt.call("add", 1, 2)')
NEVER_CALLS = CHECKS + (
    '\n\nasync def test_nothing(attempt):\n    """Nothing is asked."""\n    assert attempt\n'
)
# Whether `return b` is wrong, the seed decides.
BY_LUCK = CHECKS.replace("draw.randint(1, 9)", "draw.choice([0, 7])")
TWO_VERDICTS = CHECKS.replace('"add", 1, 2', '"add", os.getpid(), 2').replace(
    "\n\n\nasync", "\n\nimport os\n\n\nasync", 1
)
MISTYPED = CHECKS.replace("clock.now", "clock.nou")
MISTYPED_LINE = next(n for n, line in enumerate(MISTYPED.splitlines(), 1) if "nou" in line)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One course with a fault in all exercises but one, verified once."""
    made = Course(tmp_path_factory.mktemp("course"))
    made.exercise("sound")
    made.exercise("wrongs", wrong=WRONG | WRONG_ANSWERS)
    made.exercise("given_away", stub=STUB.replace("raise NotImplementedError", "return b + a"))
    made.exercise(
        "unsolved",
        solution=SOLUTION.replace("a + b", "a - b"),
        right=RIGHT | {"stub": STUB},
    )
    made.exercise("unlike", right=RIGHT | {"texts": answer("return str(a + b)")})
    made.exercise("mistyped", checks=MISTYPED)
    made.exercise("unseen", wrong=WRONG | {"sleeps": WRONG["only_a"]})
    made.exercise("not_awaited", checks=NOT_AWAITED)
    made.exercise("never_calls", checks=NEVER_CALLS)
    made.exercise("broken", checks=f"import nothing_of_that_name\n{CHECKS}")
    made.exercise("by_luck", checks=BY_LUCK)
    made.exercise("two_verdicts", checks=TWO_VERDICTS)
    return made.report()


def test_a_sound_exercise_has_no_findings(report: dict[str, Any]) -> None:
    assert findings(report, "sums/sound") == []
    row = next(each for each in report["exercises"] if each["exercise"] == "sums/sound")
    # The stub and the solution four times, a right answer thrice, three wrong ones twice.
    assert (row["checks"], row["wrong"], row["right"], row["runs"]) == (2, 3, 1, 17)


@pytest.mark.parametrize(
    ("answer", "line", "what"),
    [
        ("fine", 1, "`sum` does not fail, and the first line says that it does"),
        ("two_faults", 1, "`no_time` fails, and the first line does not name it"),
        ("other_words", 1, "no check that fails says 'ducks'; what they say is sum: add("),
        ("no_such_check", 1, "there is no check `som`"),
        ("no_claim", 1, "the first line does not say which checks it fails"),
        ("the_stub", 0, "it is the stub"),
    ],
)
def test_a_wrong_answer_that_is_not_what_its_first_line_says_is_found(
    report: dict[str, Any], answer: str, line: int, what: str
) -> None:
    file = f"tests/wrong_answers/01_sums/wrongs/{answer}.py"
    (found,) = [each for each in report["findings"] if each["file"] == file]
    assert found["line"] == line
    assert found["what"].startswith(what)


def test_a_wrong_answer_may_be_no_python_at_all(report: dict[str, Any]) -> None:
    assert not any("not_python" in each for each in findings(report, "sums/wrongs"))


@pytest.mark.parametrize(
    ("exercise", "expected"),
    [
        ("given_away", ["exercises/01_sums/given_away.py:0: the stub passes all checks as it is"]),
        (
            "unsolved",
            [
                "solutions/01_sums/unsolved.py:7: `sum` fails: -56 add(7, 63) is 70. "
                "Both numbers count.",
                "tests/right_answers/01_sums/unsolved/stub.py:0: it is the stub",
            ],
        ),
        (
            "unlike",
            [
                "tests/right_answers/01_sums/unlike/texts.py:4: `sum` fails: '70' add(7, 63) "
                "is 70. Both numbers count.",
            ],
        ),
        (
            "mistyped",
            [
                f"checker/checks/01_sums/test_mistyped.py:{MISTYPED_LINE}: `no_time` raises on "
                "this line, with solutions/01_sums/mistyped.py: AttributeError: 'Clock' object "
                "has no attribute 'nou'",
            ],
        ),
        ("unseen", ["checker/checks/01_sums/test_unseen.py:11: no wrong answer fails `no_time`"]),
        (
            "never_calls",
            [
                "checker/checks/01_sums/test_never_calls.py:17: `nothing` never calls the attempt",
                "checker/checks/01_sums/test_never_calls.py:17: no wrong answer fails `nothing`",
                "exercises/01_sums/chapter.toml:179: the stub passes nothing, and the guards are "
                "none",
                "exercises/01_sums/chapter.toml:181: `nothing` stands beside no requirement",
            ],
        ),
        (
            "by_luck",
            [
                "tests/wrong_answers/01_sums/by_luck/only_b.py:1: `sum` does not fail, and the "
                "first line says that it does (under seed 2)"
            ],
        ),
    ],
)
def test_an_unsound_exercise_is_found(
    report: dict[str, Any], exercise: str, expected: list[str]
) -> None:
    assert findings(report, f"sums/{exercise}") == expected


def test_two_verdicts_on_one_solution_are_shown_where_they_differ(report: dict[str, Any]) -> None:
    (found,) = findings(report, "sums/two_verdicts")
    told = (
        r"checker/checks/01_sums/test_two_verdicts\.py:0: checked twice, the solution has two "
        r"verdicts: `did` of `no_time` differs, .*add\((\d+), 2\).* from .*add\((\d+), 2\).*"
    )
    values = re.fullmatch(told, found)
    assert values is not None, found
    assert values[1] != values[2]


def test_a_check_that_awaits_nothing_is_at_fault_and_cannot_pass(report: dict[str, Any]) -> None:
    first, second = findings(report, "sums/not_awaited")
    assert first == (
        "checker/checks/01_sums/test_not_awaited.py:11: `no_time` is at fault itself: CheckFault: "
        "a call of the attempt was made and not awaited: add the `await`"
    )
    assert second.endswith("no wrong answer fails `no_time`")


def test_checks_that_cannot_be_imported_are_one_finding(report: dict[str, Any]) -> None:
    (found,) = findings(report, "sums/broken")
    assert found.startswith("checker/checks/01_sums/test_broken.py:0: the checks cannot be used: ")
    assert "No module named 'nothing_of_that_name'" in found


def test_what_is_seen_without_running_anything_is_found_too(tmp_path: Path) -> None:
    course = Course(tmp_path)
    course.exercise(
        "add",
        solution=SOLUTION.replace("a, b", "a, b=0"),
        checks=CHECKS.replace('    """It takes no time."""\n', ""),
        wrong={key: WRONG[key] for key in ("only_a", "sleeps")},
        right={},
    )
    course.write("solutions/01_sums/old.py", SOLUTION)
    report = course.report()
    assert findings(report, "sums/add") == [
        "checker/checks/01_sums/test_add.py:11: `test_no_time` has no docstring",
        "solutions/01_sums/add.py:7: `add(a, b=0)` is `add(a, b)` in the stub",
        "tests/right_answers/01_sums/add:0: no right answer beside the solution",
        "tests/wrong_answers/01_sums/add:0: 2 wrong answers, and at least 3 are needed",
    ]
    assert findings(report, "") == ["solutions/01_sums/old.py:0: this file belongs to no exercise"]


def test_an_exercise_without_files_is_found(tmp_path: Path) -> None:
    course = Course(tmp_path)
    course.exercise("add")
    for name in ("exercises/01_sums", "solutions/01_sums"):
        (tmp_path / name / "add.py").unlink()
    (tmp_path / "checker/checks/01_sums/test_add.py").unlink()
    assert findings(course.report(), "sums/add") == [
        "checker/checks/01_sums/test_add.py:0: this file is missing",
        "exercises/01_sums/add.py:0: this file is missing",
        "solutions/01_sums/add.py:0: this file is missing",
    ]


def test_a_faulty_catalogue_is_one_finding_with_its_line(tmp_path: Path) -> None:
    course = Course(tmp_path)
    course.exercise("add")
    course.write(
        "exercises/01_sums/chapter.toml",
        (tmp_path / "exercises/01_sums/chapter.toml").read_text().replace(', "three"', ""),
    )
    assert findings(course.report(), "") == [
        "exercises/01_sums/chapter.toml:10: exercises.add.hints: there are 2; exactly three are "
        "needed: orient, point, nearly tell"
    ]


def test_exercises_that_are_named_are_verified_and_no_others(tmp_path: Path) -> None:
    course = Course(tmp_path)
    course.exercise("one")
    course.exercise("two", chapter="02_more", right={})
    course.write("solutions/02_more/old.py", SOLUTION)
    report = course.report("sums/one")
    assert [each["exercise"] for each in report["exercises"]] == ["sums/one"]
    assert report["findings"] == []
    assert len(course.report("more")["findings"]) == 2
