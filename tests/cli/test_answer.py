"""`unblocked answer` shows an author what an answer is, however it is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from checker.cli._app import build
from tests.gate.made_up import FIRST, WRONG, Course

FOLDER = "tests/wrong_answers/01_sums/add"
DIFF = f"# {FIRST}\n@@\n-    return a + b\n+    return a\n"
WHOLE = f"# {FIRST}\nasync def add(a, b):\n    return a\n"


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    made = Course(tmp_path)
    made.exercise("add")
    made.write(f"{FOLDER}/less.diff", DIFF)
    monkeypatch.chdir(tmp_path)
    return made


def unblocked(*arguments: str) -> tuple[int, str, str]:
    """Exit code, output and errors."""
    done = CliRunner().invoke(build(), ["answer", *arguments])
    return done.exit_code, done.stdout, done.stderr


def test_a_diff_is_printed_whole_and_a_whole_file_as_it_is(course: Course) -> None:
    assert unblocked(f"{FOLDER}/less.diff") == (0, WHOLE, "")
    assert unblocked(f"{FOLDER}/only_a.py") == (0, WRONG["only_a"], "")


def test_a_whole_file_is_printed_as_its_difference(course: Course) -> None:
    course.write(f"{FOLDER}/whole.py", WHOLE)
    assert unblocked(f"{FOLDER}/whole.py", "--diff") == (0, DIFF, "")


@pytest.mark.parametrize("name", ["solutions/01_sums/add.py", f"{FOLDER}/none.diff", FOLDER, "/"])
def test_what_is_no_answer_is_refused(course: Course, name: str) -> None:
    code, out, err = unblocked(name)
    assert (code, out) == (2, "")
    assert err.startswith(f"{name} is no answer of this course.\nNext: name a file that is there")


def test_an_edit_that_does_not_apply_is_said_with_its_line(course: Course) -> None:
    course.write(f"{FOLDER}/less.diff", DIFF.replace("a + b", "a * b"))
    code, out, err = unblocked(f"{FOLDER}/less.diff")
    assert (code, out) == (2, "")
    assert err.startswith(
        f"{FOLDER}/less.diff:2: the solution has no line '    return a * b'.\nNext:"
    )


def test_without_a_solution_there_is_nothing_to_compare_with(course: Course) -> None:
    course.write("solutions/01_sums/add.py", "x = ]")
    for arguments in ([f"{FOLDER}/less.diff"], [f"{FOLDER}/only_a.py", "--diff"]):
        code, out, err = unblocked(*arguments)
        assert (code, out) == (2, "")
        assert err.startswith("There is no solution to compare with: solutions/01_sums/add.py: ")


def test_bytes_that_are_no_text_are_printed_and_cannot_be_compared(course: Course) -> None:
    (course.root / FOLDER / "latin.py").write_bytes(b"# \xe9\n")
    done = CliRunner().invoke(build(), ["answer", f"{FOLDER}/latin.py"])
    assert (done.exit_code, done.stdout_bytes) == (0, b"# \xe9\n")
    assert unblocked(f"{FOLDER}/latin.py", "--diff")[0] == 2
