"""The assignment as notebooks: nbgrader's source and submissions, and otter-grader's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.children import ROOT
from benchmarks.classroom.assignment import CHECKS, EXERCISES, Submission

_IMPORT = "import asserts"


def for_nbgrader(submission: Submission | None) -> str:
    """A notebook with a cell for each answer, and a locked cell of a point for each check.

    Of nobody: the teacher's, with the stubs.
    """
    cells = [_code(_IMPORT, _locked("asserts", grade=False))]
    for id, function in EXERCISES.items():
        cells.append(_code(_answer(id, submission), _solution(function)))
        for name in CHECKS[id]:
            cells.append(_code(f"asserts.{name}({function})", _locked(name, grade=True)))
    return _notebook(cells)


def for_otter(submission: Submission) -> str:
    """A notebook with the answers; the tests are otter's."""
    cells = [_code(_IMPORT, {}), *(_code(_answer(id, submission), {}) for id in EXERCISES)]
    return _notebook(cells)


def _answer(id: str, submission: Submission | None) -> str:
    if submission is not None:
        return submission.texts[id]
    stubs = {"blocking/never_block": "never_block", "blocking/dashboard": "dashboard"}
    file: Path = ROOT / "exercises" / "01_blocking" / f"{stubs[id]}.py"
    return file.read_text(encoding="utf-8")


def _solution(name: str) -> dict[str, Any]:
    return {"grade": False, "grade_id": name, "locked": False, "solution": True} | _SAME


def _locked(name: str, *, grade: bool) -> dict[str, Any]:
    # The id of a cell that is no answer has to differ from those of the answers.
    cell = {"grade": grade, "grade_id": f"check_{name}", "locked": True, "solution": False} | _SAME
    return cell | ({"points": 1} if grade else {})


_SAME = {"schema_version": 3, "task": False}


def _code(source: str, nbgrader: dict[str, Any]) -> dict[str, Any]:
    metadata = {"nbgrader": nbgrader} if nbgrader else {}
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": metadata,
        "outputs": [],
        "source": source,
    }


def _notebook(cells: list[dict[str, Any]]) -> str:
    for number, cell in enumerate(cells):
        cell["id"] = f"cell{number}"
    spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return json.dumps(
        {"cells": cells, "metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 5}
    )
