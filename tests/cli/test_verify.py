"""`unblocked verify`, as it meets an author."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gate.made_up import SOLUTION, WRONG, Course


@pytest.fixture
def course(tmp_path: Path) -> Course:
    made = Course(tmp_path)
    made.exercise("add")
    return made


def test_a_sound_course_ends_with_0_and_a_table(course: Course) -> None:
    done = course.run()
    assert (done.returncode, done.stderr) == (0, "")
    lines = [line.split() for line in done.stdout.splitlines() if line.strip()]
    assert lines[0] == ["exercise", "checks", "wrong", "right", "checked", "slowest"]
    assert lines[2][:5] == ["sums/add", "2", "3", "1", "17"]
    assert lines[2][-1] == "ok"
    assert done.stdout.splitlines()[-1].startswith("1 exercise, nothing found, ")


def test_findings_end_with_1_and_each_is_one_line_that_editors_can_open(course: Course) -> None:
    course.write("tests/wrong_answers/01_sums/add/only_a.py", SOLUTION)
    done = course.run("--workers", "1")
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == (
        "tests/wrong_answers/01_sums/add/only_a.py:1: the first line does not say which checks it "
        "fails. Next: write as the first line: # fails: <check>[, <check>…] | says: <words of the "
        "message>"
    )
    assert "1 found" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("1 exercise, 1 finding, ")


def test_a_place_is_printed_as_it_is(course: Course) -> None:
    # Line 100, which some would take for the name of an emoji.
    course.write("solutions/01_sums/add.py", '"""Task."""\n' + "\n" * 98 + "x = ]\n")
    assert "solutions/01_sums/add.py:100: this is not Python" in course.run().stdout


def test_mutants_have_a_table_of_their_own(course: Course) -> None:
    done = course.run("--mutate", "sums/add")
    assert (done.returncode, done.stderr) == (0, "")
    lines = [line.split() for line in done.stdout.splitlines() if line.strip()]
    assert lines[0] == ["exercise", "mutants", "noticed", "explained", "survivors"]
    assert lines[2] == ["sums/add", "2", "2", "0", "0", "ok"]


def test_what_was_found_and_how_many_do_not_depend_on_the_workers(course: Course) -> None:
    course.write("tests/wrong_answers/01_sums/add/fine.py", WRONG["only_a"].replace("a\n", "a+b\n"))
    one, three = course.report("--workers", "1"), course.report("--workers", "3")
    assert one["findings"] == three["findings"]
    assert len(one["findings"]) == 1


def test_an_exercise_that_is_not_there_is_named_with_the_nearest(course: Course) -> None:
    done = course.run("sums/ad")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "there is no exercise 'sums/ad'. Did you mean sums/add?\n"


def test_outside_of_a_course_it_says_where_to_go(tmp_path: Path) -> None:
    course = Course(tmp_path)
    (tmp_path / "pyproject.toml").unlink()
    done = course.run()
    assert done.returncode == 1
    assert done.stderr.startswith("No course here")
