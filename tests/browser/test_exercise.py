"""An exercise in JupyterLab, from start() to a pass, as a learner meets it."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic

import pytest
from nbformat.v4 import new_output

from checker.notebook.verdict_html import shown
from tests.browser.lab import ROOT, Page, write_notebook
from tests.notebook.verdicts import SCENE, verdict

CELLS = [
    "from checker import check, compare, hint, history, lab, predict, progress, reset, start",
    'start("start/first_check")',
    'start("blocking/never_block")',
    'hint("blocking/never_block")',
    'compare("blocking/never_block")',
    "progress()",
]
STUB = (ROOT / "exercises/00_start/first_check.py").read_text()
TODO = "    raise NotImplementedError"
SOLUTION = (ROOT / "solutions/01_blocking/never_block.py").read_text()


@pytest.fixture
def notebook(page: Page, theme: str) -> Iterator[Page]:
    path = page.lab.course / "chapters" / f"browser_{theme}.ipynb"
    write_notebook(path, CELLS)
    page.open(f"chapters/{path.name}")
    page.run(0)
    yield page
    assert page.faults == []


def test_an_exercise_from_start_to_pass(notebook: Page) -> None:
    page = notebook
    page.start(1, "start/first_check")
    assert page.text(1).startswith("%%exercise start/first_check\n")
    assert "2 minutes, 5 points" in page.output(1).inner_text()
    page.picture("01-start", 1)

    page.type(1, "%%exercise start/first_check\n" + STUB)
    page.run(1)
    assert "not written yet" in page.output(1).inner_text()
    page.picture("02-not-written", 1)

    wrong = "    import time\n    print('<script>alert(1)</script> \\x1b[31mred')\n"
    wrong += "    time.sleep(seconds)\n    return f'Hello {name}'"
    page.type(1, "%%exercise start/first_check\n" + STUB.replace(TODO, wrong))
    page.run(1)
    said = page.output(1).inner_text()
    assert "1 of 3 checks passed" in said
    assert page.output(1).locator("details[open] svg.ub-tl").first.is_visible()
    page.output(1).get_by_text("What your program printed").click()
    assert "<script>alert(1)</script> red" in page.output(1).inner_text()
    page.picture("03-wrong", 1)

    right = "    await asyncio.sleep(seconds)\n    return f'Hello, {name}!'"
    page.type(1, "%%exercise start/first_check\n" + STUB.replace(TODO, right))
    page.run(1)
    assert "passed, 5 of 5 points" in page.output(1).inner_text()
    page.picture("04-passed", 1)


def test_the_stop_button_ends_a_check_that_spins(notebook: Page) -> None:
    page = notebook
    page.type(1, "%%exercise start/first_check\nwhile True:\n    pass\n")
    page.press_run(1)
    page.page.wait_for_function(
        "() => document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden) "
        ".jp-Notebook-ExecutionIndicator').dataset.status === 'busy'"
    )
    began = monotonic()
    page.page.locator(
        "[data-command='notebook:interrupt-kernel'], "
        "jp-button[data-command='notebook:interrupt-kernel']"
    ).first.click()
    page.output(1).get_by_text("You stopped the check.").wait_for()
    assert monotonic() - began < 2, "the check alone would go on for ten seconds"
    page.picture("05-stopped", 1)


def test_hints_a_comparison_and_progress(notebook: Page) -> None:
    page = notebook
    page.run(2)
    page.run(2)
    page.picture("06-blocked", 2)
    page.run(3)
    page.picture("07-hint", 3)
    page.type(2, "%%exercise blocking/never_block\n" + SOLUTION)
    page.run(2)
    assert "passed, 10 of 10 points" in page.output(2).inner_text()
    page.run(4)
    page.picture("08-compare", 4)
    page.run(5)
    page.picture("09-progress", 5)


def test_a_link_opens_the_learners_line(notebook: Page) -> None:
    page = notebook
    page.type(1, "%%exercise start/first_check\n" + STUB.replace(TODO, "    return 1 / 0"))
    page.run(1)
    page.output(1).get_by_text("open line 16").first.click()
    page.page.get_by_text("Ln 16, Col 1").wait_for()
    assert page.current_tab == "first_check.py"
    page.picture("10-link")


def test_an_untrusted_notebook_shows_the_verdict_without_garbage(page: Page, theme: str) -> None:
    path = page.lab.course / "chapters" / f"untrusted_{theme}.ipynb"
    made = shown(verdict(), SCENE)
    data = {"text/html": made.html, "text/plain": made.words}
    write_notebook(path, ["pass"], outputs=[new_output("display_data", data)])
    page.open(f"chapters/{path.name}")
    said = page.output(0).inner_text()
    assert "Ten at once take as long as one." in said
    assert "time.sleep(pause)" in said
    assert ".ubv" not in said
    assert page.output(0).locator("svg.ub-tl").count() == 0, "it is untrusted"
    assert page.output(0).locator("pre.ubw").first.is_visible(), "the timeline in words"
    page.picture("11-untrusted", 0)
