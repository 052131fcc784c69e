"""otter-grader: `otter.api.grade_submission` for each submission, in one warm process.

That is what `otter run` calls, without a new process that imports otter each time, and without
the containers that `otter grade` starts: the fastest of its ways, and one that works offline. Each
submission is executed in a kernel of its own.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from benchmarks.classroom.assignment import (
    ASSERTS,
    CHECKS,
    EXERCISES,
    Submission,
    check_scores,
)
from benchmarks.classroom.environments import python_of, variables
from benchmarks.classroom.notebooks import for_otter

_INSIDE = Path(__file__).with_name("inside_otter.py")
_TEST = """\
OK_FORMAT = False

from otter.test_files import test_case

name = "{name}"
points = 1


@test_case()
def test_{name}({function}):
    import asserts

    asserts.{name}({function})
"""


def grade(submissions: list[Submission], place: Path) -> list[float]:
    """Seconds for each of them."""
    home = place / "otter"
    (home / "tests").mkdir(parents=True)
    for id, names in CHECKS.items():
        for name in names:
            text = _TEST.format(name=name, function=EXERCISES[id])
            (home / "tests" / f"{name}.py").write_text(text)
    (home / ASSERTS.name).write_bytes(ASSERTS.read_bytes())
    for submission in submissions:
        file = home / f"{submission.student}.ipynb"
        file.write_text(for_otter(submission), encoding="utf-8")
    python = python_of("otter")
    command = [str(python), str(_INSIDE), *(each.student for each in submissions)]
    environment = variables(home / "home", python)
    done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"otter failed:\n{done.stderr[-3000:]}")
    found = json.loads((home / "found.json").read_text())
    fails = {student: set(names) for student, names in found["fails"].items()}
    check_scores("otter-grader", submissions, fails)
    return [float(found["took_s"][each.student]) for each in submissions]
