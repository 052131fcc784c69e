"""Each built chapter in JupyterLab: opened, looked at, and left as it was."""

from __future__ import annotations

import pytest

from tests.browser.lab import ROOT, Page

CHAPTERS = sorted(path.name for path in (ROOT / "chapters").glob("*.ipynb"))


@pytest.mark.parametrize("name", CHAPTERS)
def test_opening_a_chapter_changes_nothing(name: str, page: Page) -> None:
    path = page.lab.course / "chapters" / name
    before = path.read_bytes()
    page.open(f"chapters/{name}")
    page.picture(f"20-{name[:-6]}")
    assert not page.is_modified
    assert path.read_bytes() == before
    assert page.faults == []


def test_the_first_exercise_is_started_from_its_chapter(page: Page) -> None:
    page.open("chapters/00_start.ipynb")
    starts = [n for n in range(page.cells) if page.text(n).startswith("start(")]
    assert starts, "chapter 00 starts an exercise"
    for number in range(starts[0] + 1):
        page.run(number)
    page.page.wait_for_function("() => document.body.innerText.includes('%%exercise start/')")
    page.picture("21-started", starts[0])
    page.type(starts[0], "# changed")
    page.wait_modified()
