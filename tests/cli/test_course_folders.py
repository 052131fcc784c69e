"""`unblocked init` and `unblocked update`, as they meet a learner."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import checker.install
from checker.cli._app import build
from checker.install import Content, make

EXERCISE = "exercises/01_x/one.py"


def unblocked(*arguments: str) -> tuple[int, str, str]:
    """Exit code, output and errors of the command, run in this process."""
    done = CliRunner().invoke(build(), arguments)
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Content:
    """What is installed: version 2 of a course with one exercise. The folder is the current one."""
    content = version(tmp_path, "2")
    monkeypatch.setattr(checker.install, "shipped", lambda: content)
    monkeypatch.chdir(tmp_path)
    return content


def version(folder: Path, number: str) -> Content:
    """A version of the course."""
    for name in (EXERCISE, "exercises/01_x/chapter.toml", "chapters/01_x.ipynb"):
        (folder / number / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / number / name).write_text(f"{name}, version {number}")
    return Content(folder / number, number)


@pytest.fixture
def course(tmp_path: Path, installed: Content, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course folder of version 1, in which the learner stands in a folder of their work."""
    make(version(tmp_path, "1"), tmp_path / "course")
    work = tmp_path / "course" / "work" / "01_x"
    work.mkdir(parents=True)
    monkeypatch.chdir(work)
    return tmp_path / "course"


def test_init_makes_a_course_folder_and_says_what_is_next(
    installed: Content, tmp_path: Path
) -> None:
    code, out, err = unblocked("init", "my course")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "The course, version 2, is in my course: 1 chapter, 1 exercise.",
        "Next: cd 'my course', then: unblocked lab",
    ]
    assert (tmp_path / "my course" / EXERCISE).read_text() == f"{EXERCISE}, version 2"


def test_init_in_the_folder_where_one_stands_names_no_way_there(
    installed: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    _, out, _ = unblocked("init", ".")
    assert out.splitlines()[-1] == "Next: unblocked lab"


def test_init_refuses_a_folder_that_is_a_course_already(course: Path) -> None:
    code, out, err = unblocked("init", str(course))
    assert (code, out) == (1, "")
    assert "is a course folder already" in err
    assert "unblocked update" in err


def test_update_says_what_it_did_and_where_what_was_edited_is(course: Path) -> None:
    (course / EXERCISE).write_text("mine")
    code, out, _ = unblocked("update")
    assert code == 0
    assert out.splitlines() == [
        "The course is now version 2: 3 files written, 0 files removed.",
        "You had edited these; your versions are kept:",
        f"  {EXERCISE}",
        f"    in .unblocked/kept/1/{EXERCISE}",
        "Your work in work/ is as it was.",
    ]
    assert (course / EXERCISE).read_text() == f"{EXERCISE}, version 2"
    assert (course / ".unblocked" / "kept" / "1" / EXERCISE).read_text() == "mine"


def test_a_second_update_finds_nothing_to_do(course: Path) -> None:
    unblocked("update")
    code, out, _ = unblocked("update")
    assert code == 0
    assert out == "The course is up to date: version 2.\n"


def test_update_mends_a_course_folder_that_is_not_whole(course: Path) -> None:
    for path in (course / "exercises" / "01_x").iterdir():
        path.unlink()
    assert unblocked("update")[0] == 0
    assert (course / "exercises" / "01_x" / "chapter.toml").is_file()


def test_update_in_a_checkout_names_git(installed: Content, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "unblocked-course"\n')
    code, _, err = unblocked("update")
    assert code == 1
    assert "git pull" in err


def test_update_outside_of_a_course_says_where_to_go(installed: Content) -> None:
    code, _, err = unblocked("update")
    assert code == 1
    assert err.startswith("No course here")


def test_a_disk_that_is_full_is_told_and_the_next_update_finishes(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "x")

    with monkeypatch.context() as patch:
        patch.setattr(checker.install.files, "put", full)
        code, _, err = unblocked("update")
    assert code == 1
    assert "No space left on device" in err
    assert "nothing is lost" in err
    assert unblocked("update")[0] == 0
    assert (course / EXERCISE).read_text() == f"{EXERCISE}, version 2"
