"""Files that belong to no exercise are found, and those that have their place are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.catalog import load
from checker.gate.folders import Folders
from tests.gate.made_up import Course


def stray(course: Course, whole: bool = True) -> list[str]:
    folders = Folders(course.root)
    chapters = load(folders.exercises).chapters
    return [f"{each.file}: {each.what}" for each in folders.stray(chapters, whole)]


@pytest.fixture
def course(tmp_path: Path) -> Course:
    made = Course(tmp_path)
    made.exercise("add")
    return made


def test_what_belongs_to_an_exercise_is_not_stray(course: Course) -> None:
    course.write("exercises/01_sums/survivors.toml", "")
    course.write("checker/checks/conftest.py", "")
    course.write("checker/checks/01_sums/__pycache__/test_add.pyc", "")
    course.write("solutions/__pycache__/x.pyc", "")
    assert stray(course) == []


@pytest.mark.parametrize(
    "name",
    [
        "exercises/01_sums/notes.txt",
        "solutions/01_sums/sub.py",
        "checker/checks/01_sums/test_sub.py",
        "checker/checks/01_sums/helper.py",
        "tests/wrong_answers/01_sums/add/x.txt",
        "tests/wrong_answers/01_sums/x.py",
        "tests/right_answers/01_sums/sub/x.py",
    ],
)
def test_a_file_that_no_exercise_knows_is_stray(course: Course, name: str) -> None:
    course.write(name, "")
    assert stray(course) == [f"{name}: this file belongs to no exercise"]


def test_material_has_its_place_if_a_check_names_it(course: Course) -> None:
    name = "checker/checks/01_sums/material/programs.py"
    course.write(name, "")
    assert stray(course) == [f"{name}: this file belongs to no exercise"]
    course.write("checker/checks/01_sums/test_add.py", 'attempt.bring_file("programs")')
    assert stray(course) == []


def test_a_folder_of_no_chapter_is_one_finding_unless_one_chapter_is_looked_at(
    course: Course,
) -> None:
    course.write("tests/wrong_answers/07_later/a/x.py", "")
    course.write("tests/wrong_answers/07_later/a/y.py", "")
    course.write("exercises/old.py", "")
    assert stray(course) == [
        "exercises/old.py: this belongs to no chapter",
        "tests/wrong_answers/07_later: this belongs to no chapter",
    ]
    assert stray(course, whole=False) == []
