"""Every chapter is up to date, does today what its stored outputs say, and keeps to its form."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from checker.chapters import find_sources, quick_differences
from checker.cli.jupyter.folder import environment, write_settings
from checker.install import Content, bring

ROOT = Path(__file__).parent.parent
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
SOURCES = find_sources(ROOT / "chapters")

# What a chapter's form is: see CONTRIBUTING.md.
MEDIAN_LINES_OF_CODE = 6
MOST_LINES_OF_CODE = 20
MOST_CODE_CELLS_IN_A_ROW = 2
MOST_WORDS_OF_PROSE = 110


def cells_of(path: Path) -> list[Any]:
    """The cells of a notebook."""
    cells: list[Any] = nbformat.read(path, 4).cells
    return cells


def code_of(cells: list[Any]) -> list[Any]:
    """The cells that run."""
    return [cell for cell in cells if cell.cell_type == "code"]


def is_skipped(cell: Any) -> bool:
    """Whether nbval does not look at a cell."""
    return "nbval-skip" in cell.metadata.get("tags", ())


def test_every_notebook_has_a_source_and_every_source_a_notebook() -> None:
    assert CHAPTERS
    assert [source.notebook for source in SOURCES] == CHAPTERS


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_a_notebook_is_what_its_source_says(source: Any) -> None:
    assert quick_differences(source) == [], "Next: make chapters"


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_code_cell_was_run(path: Path) -> None:
    counts = [cell.execution_count for cell in code_of(cells_of(path))]
    assert counts
    assert counts == list(range(1, len(counts) + 1))


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_running_a_chapter_again_gives_its_stored_outputs(path: Path, tmp_path: Path) -> None:
    # In a folder of a learner who has just begun: what a chapter starts is then the same anywhere.
    bring(Content(ROOT, "tested"), tmp_path / "course")
    done = nbval(tmp_path / "course", f"chapters/{path.name}")
    # A cell that was never run has no outputs to compare with, and would pass.
    cells = code_of(cells_of(path))
    skipped = sum(is_skipped(cell) for cell in cells)
    assert counted("passed", done.stdout) == len(cells) - skipped > 0, done.stdout
    assert counted("skipped", done.stdout) == skipped, done.stdout
    assert done.returncode == 0, done.stdout


# Without a grammar that no notebook needs and that takes a second: see tests/conftest.py.
PYTEST = "import sys, pytest; sys.modules['rfc3987_syntax'] = None; sys.exit(pytest.main())"


def nbval(folder: Path, notebook: str) -> subprocess.CompletedProcess[str]:
    """What nbval says of a notebook."""
    write_settings(folder)
    command = [sys.executable, "-c", PYTEST, "--nbval", "-q", "-p", "no:cacheprovider"]
    command += ["--rootdir", str(folder), "-c", os.devnull, notebook]
    places = environment(folder, os.environ)
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=places)


def counted(what: str, said: str) -> int:
    """How many cells passed, or were skipped."""
    found = re.search(rf"(\d+) {what}", said.splitlines()[-1])
    return int(found[1]) if found else 0


def test_an_output_that_differs_is_seen(tmp_path: Path) -> None:
    cell = nbformat.v4.new_code_cell("print(1)", execution_count=1)
    cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text="2\n")]
    (tmp_path / "chapters").mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "chapters" / "x.ipynb")
    done = nbval(tmp_path, "chapters/x.ipynb")
    assert done.returncode == 1
    assert counted("failed", done.stdout) == 1


def form_faults(cells: list[Any]) -> list[str]:
    """Where a chapter is too long to read: its code, its rows of code, its prose."""
    faults = []
    lines = [len(cell.source.splitlines()) for cell in code_of(cells)]
    if lines and statistics.median(lines) > MEDIAN_LINES_OF_CODE:
        faults.append(f"the median code cell has {statistics.median(lines)} lines")
    row = 0
    for number, cell in enumerate(cells, start=1):
        row = row + 1 if cell.cell_type == "code" else 0
        size = len(cell.source.splitlines())
        if cell.cell_type == "code" and size > MOST_LINES_OF_CODE:
            faults.append(f"cell {number}: {size} lines of code")
        if row > MOST_CODE_CELLS_IN_A_ROW:
            faults.append(f"cell {number}: {row} code cells in a row")
        words = prose_words(cell)
        if words > MOST_WORDS_OF_PROSE:
            faults.append(f"cell {number}: {words} words of prose")
    return faults


def prose_words(cell: Any) -> int:
    """The words of a text cell that are read in one go: not headings, tables, or what is folded."""
    if cell.cell_type != "markdown":
        return 0
    text = re.sub(r"<details.*?</details>|```.*?```", "", cell.source, flags=re.DOTALL)
    lines = [line for line in text.splitlines() if not line.lstrip().startswith(("#", "|"))]
    return len(re.findall(r"\w\S*", " ".join(lines)))


def test_a_chapter_keeps_to_its_form() -> None:
    code, text = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell
    assert form_faults([code("x\n" * 7)]) == ["the median code cell has 7 lines"]
    assert form_faults([code("x"), code("x"), code("x\n" * 21)]) == [
        "cell 3: 21 lines of code",
        "cell 3: 3 code cells in a row",
    ]
    folded = "<details>\n" + "word " * 200 + "\n</details>"
    assert form_faults([text("# Title\n\n" + "word " * 111 + folded)]) == [
        "cell 1: 111 words of prose"
    ]
    assert form_faults([text("word " * 110), code("x\n" * 6), code("x"), text(folded)]) == []


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_chapter_keeps_to_its_form(path: Path) -> None:
    assert form_faults(cells_of(path)) == []
