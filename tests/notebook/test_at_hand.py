"""The course's kernel has the course's names at once; a call without an id finds its exercise."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from checker.notebook.kernelspec import NAME, spec
from tests.kernel import Notebook
from tests.notebook.conftest import ROOT, new_course

NAMES = "check compare hint history lab predict progress reset solution start"


class Restarted:
    """A learner's chapter whose kernel was just started: no cell has run."""

    def __init__(self, folder: Path, chapter: str) -> None:
        self.course = new_course(folder / "course")
        kernel = folder / "kernels" / NAME
        kernel.mkdir(parents=True)
        (kernel / "kernel.json").write_text(json.dumps(spec(sys.executable)))
        self.notebook = Notebook(
            folder,
            cwd=self.course / "chapters",
            specs=kernel.parent,
            JPY_SESSION_NAME=f"chapters/{chapter}.ipynb",
        )

    def says(self, code: str) -> str:
        """What one cell shows, in words."""
        return "\n".join(each.text for each in self.notebook.run(code))


@pytest.fixture
def blocking(tmp_path: Path) -> Iterator[Restarted]:
    """Chapter 01."""
    made = Restarted(tmp_path, "01_blocking")
    yield made
    made.notebook.close()


def test_after_a_restart_everything_is_there_before_a_cell_has_run(blocking: Restarted) -> None:
    says = blocking.says
    assert says("%who").strip() == "Interactive namespace is empty."
    assert says(f"print(all([{', '.join(NAMES.split())}]), lab.run)").startswith("True <function")
    assert "checks passed" in says("%%exercise blocking/never_block\ndef quote(*a):\n    pass")
    # The exercise of that cell is the one at hand.
    assert "Hint 1 of 3: Never block" in says("hint()")
    assert "Never block" in says("check()")
    assert "Reset Never block?" in says("reset()")
    assert "Never block" in says("history()")
    assert "blocking/never_block" in says("solution()")


def test_before_a_cell_has_run_the_file_that_changed_last_in_the_chapter_is_at_hand(
    blocking: Restarted,
) -> None:
    for path in ("01_blocking/dashboard.py", "00_start/first_check.py"):
        file = blocking.course / "work" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x = 1\n")
    assert "Dashboard" in blocking.says("hint()")


def test_where_nothing_was_begun_it_is_the_first_of_the_chapter(blocking: Restarted) -> None:
    assert "Never block" in blocking.says("start()")


def test_after_a_pass_start_means_the_next_one_and_compare_that_which_passed(
    blocking: Restarted,
) -> None:
    right = (ROOT / "solutions" / "01_blocking" / "never_block.py").read_text()
    says = blocking.says
    assert "passed" in says(f"%%exercise blocking/never_block\n{right}")
    assert "Never block" in says("compare()")
    assert "Never block" not in says("start()").splitlines()[0]
