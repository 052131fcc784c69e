"""The exercises and checks of this course are what they claim to be."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from checker.jail import NoJail, choose

ROOT = Path(__file__).resolve().parent.parent


def test_the_gate_finds_nothing_on_either_side_of_a_wall() -> None:
    # A process of its own: it starts pytest, and forks.
    command = [sys.executable, "-m", "checker.cli", "verify", "--json", *_jailed()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    report = json.loads(done.stdout)
    assert [f"{each['file']}:{each['line']}: {each['what']}" for each in report["findings"]] == []
    chapters = {path.parent for path in (ROOT / "exercises").glob("*/chapter.toml")}
    assert len(report["exercises"]) >= len(chapters) >= 3
    assert done.returncode == 0


def _jailed() -> list[str]:
    """Where there is a jail, all of it is checked in there too."""
    try:
        choose()
    except NoJail:
        return []
    return ["--jailed"]
