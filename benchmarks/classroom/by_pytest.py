"""A fresh pytest for each submission, two at a time: what a script of one's own would do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.classroom.assignment import (
    ASSERTS,
    CHECKS,
    COUNT,
    EXERCISES,
    Submission,
    check_scores,
)

AT_ONCE = 2
_FAILED = re.compile(r"^FAILED \S+::test_(\w+)", re.MULTILINE)


def grade(submissions: list[Submission], place: Path) -> float:
    """Seconds for all of them."""
    for submission in submissions:
        _write(place / "pytest" / submission.student, submission)
    folders = [place / "pytest" / each.student for each in submissions]
    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outputs = list(pool.map(_run, folders))
    took_s = time.perf_counter() - began
    fails = {
        submission.student: set(_FAILED.findall(output))
        for submission, output in zip(submissions, outputs, strict=True)
    }
    check_scores("pytest", submissions, fails)
    return took_s


def _write(folder: Path, submission: Submission) -> None:
    folder.mkdir(parents=True)
    (folder / ASSERTS.name).write_bytes(ASSERTS.read_bytes())
    lines = ["import asserts"]
    for id, function in EXERCISES.items():
        (folder / f"{function}_answer.py").write_text(submission.texts[id], encoding="utf-8")
        lines.append(f"from {function}_answer import {function}")
        for name in CHECKS[id]:
            lines += [f"def test_{name}():", f"    asserts.{name}({function})"]
    (folder / "test_all.py").write_text("\n".join(lines) + "\n")


def _run(folder: Path) -> str:
    command = [sys.executable, "-m", "pytest", "-q", "-rf", "--tb=no", "--rootdir=."]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PY")}
    # No plugin that happens to be installed here: a fresh pytest is to be as fast as it can.
    environment = kept | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONHASHSEED": "0"}
    arguments = ["-p", "no:cacheprovider", "-c", os.devnull, "test_all.py"]
    done = subprocess.run(
        [*command, *arguments], cwd=folder, env=environment, capture_output=True, text=True
    )
    ran = sum(int(count) for count in re.findall(r"(\d+) (?:passed|failed)", done.stdout))
    if done.returncode not in (0, 1) or ran != COUNT:
        raise RuntimeError(f"pytest failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout
