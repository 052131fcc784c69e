"""What `checker` hands out, and what it costs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import checker
from tests.notebook.conftest import ROOT

CHAPTERS = sorted((ROOT / "chapters" / "source").glob("*.md"))


def test_every_name_is_there() -> None:
    for name in checker.__all__:
        assert getattr(checker, name) is not None
    assert set(checker.__all__) <= set(dir(checker))


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_imports_what_its_outputs_tell_one_to_call(chapter: Path) -> None:
    found = re.search(r"^from checker import (.+)$", chapter.read_text(), re.MULTILINE)
    assert found
    assert {"check", "compare", "hint", "start"} <= set(found[1].split(", "))


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'strat'"):
        _ = checker.strat


def test_importing_the_package_imports_nothing_of_the_course() -> None:
    code = (
        "import sys, checker\n"
        "print([name for name in sys.modules if name.startswith('checker.')], "
        "'IPython' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[] False\n"


def test_the_functions_work_without_a_notebook(tmp_path: object) -> None:
    code = "from checker import predict\npredict('a', 'How long?', guess=...)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=str(tmp_path),
    )
    assert (
        done.stdout == "How long?\nPut your guess in the place of the dots, then run this cell.\n"
    )


def test_outside_of_a_course_a_function_says_so(tmp_path: object) -> None:
    code = "from checker import start\nstart('start/first_check')"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=str(tmp_path),
    )
    assert "CourseError: No course here" in done.stderr
