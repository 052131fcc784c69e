"""Every exercise of every chapter, where the chapter has it: started, done wrong, done right.

What a wrong answer fails, and what it is told, stands in its first line; see checker/gate.
"""

from __future__ import annotations

import ast
import re

import nbformat
import pytest

from checker.catalog import Chapter, Exercise, load
from checker.gate.first_line import read_claim
from checker.gate.folders import Folders
from tests.browser.lab import ROOT, Page

FOLDERS = Folders(ROOT)
CHAPTERS = load(FOLDERS.exercises).chapters


@pytest.fixture
def theme() -> str:
    """One is enough: how verdicts look is seen in test_exercise.py."""
    return "light"


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.slug)
def test_a_learner_works_through_all_exercises(chapter: Chapter, page: Page) -> None:
    path = f"chapters/{chapter.slug}.ipynb"
    notebook = nbformat.read(page.lab.course / path, as_version=4)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    page.open(path)
    page.run(0)  # the imports
    for exercise in chapter.exercises:
        number = code.index(f'start("{exercise.id}")')
        page.start(number, exercise.id)
        does_it_wrong(page, number, exercise)
        does_it_right(page, number, exercise)
    assert page.faults == []


def does_it_wrong(page: Page, number: int, exercise: Exercise) -> None:
    """The checks that this wrong answer fails are open, and one of them names its mistake."""
    text = FOLDERS.whole(FOLDERS.wrong(exercise)[0]).decode()
    claim = read_claim(text)
    answers(page, number, exercise, text)
    said = page.output(number).inner_text()
    assert re.search(r"\d+ of \d+ checks passed, \d+ of \d+ points", said)
    failed = page.output(number).locator("details[open]", has=page.page.locator("> summary .bad"))
    failures = [unmarked(each) for each in failed.all_inner_texts()]
    titles = titles_of(exercise)
    for check in claim.checks:
        assert any(titles[check] in failure for failure in failures), (check, failures)
    assert any(unmarked(claim.words) in failure for failure in failures), failures
    page.picture(f"30-{exercise.chapter}-{exercise.name}-wrong", number)


def does_it_right(page: Page, number: int, exercise: Exercise) -> None:
    """Our answer has all of the points."""
    answers(page, number, exercise, FOLDERS.solution(exercise).read_text())
    passed = f"passed, {exercise.points} of {exercise.points} points"
    assert passed in page.output(number).inner_text()
    page.picture(f"31-{exercise.chapter}-{exercise.name}-right", number)


def answers(page: Page, number: int, exercise: Exercise, text: str) -> None:
    """Run the cell with this text in it: it is then in the file, too."""
    page.type(number, f"%%exercise {exercise.id}\n{text}")
    page.run(number)
    assert (page.lab.course / "work" / exercise.path).read_text() == text
    assert page.saved(number) == f"%%exercise {exercise.id}\n{text}"


def titles_of(exercise: Exercise) -> dict[str, str]:
    """The titles of an exercise's checks, by their names, as a page shows them."""
    titles = {}
    for node in ast.parse(FOLDERS.check_file(exercise).read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            title, _, _ = (ast.get_docstring(node) or "").partition("\n\n")
            titles[node.name.removeprefix("test_")] = unmarked(title)
    return titles


def unmarked(text: str) -> str:
    """A text as a page shows it, in one line; values keep the backticks that prose has lost."""
    return " ".join(text.replace("`", "").split())
