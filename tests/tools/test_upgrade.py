"""`make upgrade`: moves the locks, and then runs all tests on what they name now."""

from __future__ import annotations

import os
import subprocess

from tests.tools.machine import ROOT


def test_an_upgrade_moves_the_locks_and_then_runs_all_tests() -> None:
    # It is shown and not done; a make that runs this test would hand its own settings on.
    theirs = ("MAKE", "MFLAGS")
    own = {name: text for name, text in os.environ.items() if not name.startswith(theirs)}
    command = ["make", "-n", "upgrade", "ARGS=", "VENV=nowhere"]
    done = subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    moved = done.stdout.index("tools/lock.py --upgrade")
    set_up = done.stdout.index("tools/set_up.py", moved)
    assert moved < set_up < done.stdout.index('"nowhere/bin/python" -m pytest', set_up)
    assert not (ROOT / "nowhere").exists()
