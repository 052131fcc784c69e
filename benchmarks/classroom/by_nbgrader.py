"""nbgrader: `nbgrader autograde` of all submissions, one command, as its users type it.

It grades one after the other in one process, each in a kernel of its own. What is timed is the
whole command; its start is shared by all submissions.
"""

from __future__ import annotations

import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

from benchmarks.classroom.assignment import ASSERTS, COUNT, Submission, check_scores
from benchmarks.classroom.environments import python_of, variables
from benchmarks.classroom.notebooks import for_nbgrader

_NAME = "blocking"
_SCORES = """
SELECT submitted_assignment.student_id, base_cell.name, grade.auto_score
FROM grade
JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
JOIN base_cell ON base_cell.id = grade.cell_id
"""


def grade(submissions: list[Submission], place: Path) -> float:
    """Seconds for all of them, in a fresh course below `place`."""
    course = place / "nbgrader"
    _write(course / "source" / _NAME, None)
    (course / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.CourseDirectory.root = {str(course)!r}\n"
    )
    _run(course, "generate_assignment", _NAME)
    for submission in submissions:
        _write(course / "submitted" / submission.student / _NAME, submission)
    began = time.perf_counter()
    _run(course, "autograde", _NAME)
    took_s = time.perf_counter() - began
    check_scores("nbgrader", submissions, _fails(course))
    return took_s


def _write(folder: Path, submission: Submission | None) -> None:
    folder.mkdir(parents=True)
    (folder / f"{_NAME}.ipynb").write_text(for_nbgrader(submission), encoding="utf-8")
    (folder / ASSERTS.name).write_bytes(ASSERTS.read_bytes())


def _run(course: Path, *arguments: str) -> None:
    python = python_of("nbgrader")
    command = [str(python), "-m", "nbgrader", *arguments]
    environment = variables(course / "home", python)
    done = subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"nbgrader {arguments[0]} failed:\n{done.stderr[-3000:]}")


def _fails(course: Path) -> dict[str, set[str]]:
    """Checks without their point, by student, from nbgrader's own database."""
    scores: dict[str, dict[str, float]] = {}
    with closing(sqlite3.connect(course / "gradebook.db")) as database:
        for student, cell, score in database.execute(_SCORES):
            scores.setdefault(student, {})[cell.removeprefix("check_")] = score
    # A student without a score for each check is missing, as one who was not graded.
    return {
        student: {name for name, score in found.items() if score != 1}
        for student, found in scores.items()
        if len(found) == COUNT
    }
