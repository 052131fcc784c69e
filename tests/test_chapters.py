"""Every chapter does today what its stored outputs say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parent.parent
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))


def test_there_are_chapters() -> None:
    assert CHAPTERS


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_running_a_chapter_again_gives_its_stored_outputs(path: Path, tmp_path: Path) -> None:
    cells = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    # A cell that was never run has no outputs to compare with, and would pass.
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    command = [sys.executable, "-m", "pytest", "--nbval", str(path), "-q", "-p", "no:cacheprovider"]
    home = {"IPYTHONDIR": str(tmp_path), "JUPYTER_CONFIG_DIR": str(tmp_path)}
    command += ["--rootdir", str(tmp_path), "-c", os.devnull]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | home)
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None, done.stdout
    assert int(passed[1]) == len(cells), done.stdout
    assert done.returncode == 0, done.stdout
