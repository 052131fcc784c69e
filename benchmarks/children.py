"""Runs a contestant in a fresh process, so that contestants share no heap and no caches.

A child prints one line of JSON, and that is its result. Refuses a child that fails: its error is
shown, since a figure that it did not finish for would be worth nothing.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def python(*arguments: str) -> str:
    """Run this Python with these arguments, from the root of the project; what it printed."""
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=_environment())
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr}")
    return done.stdout


def cpu_s(*arguments: str) -> float:
    """Seconds of CPU time that such a process takes from its start to its end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    python(*arguments)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def module(name: str, *arguments: str) -> dict[str, Any]:
    """Run a module that prints JSON."""
    printed: dict[str, Any] = json.loads(python("-m", name, *arguments))
    return printed


def peak_rss_mb() -> float:
    """The most memory that the calling process ever had, in megabytes of a million bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts in kibibytes, macOS in bytes.
    return peak * (1 if sys.platform == "darwin" else 1024) / 1e6


def _environment() -> dict[str, str]:
    """Ours, without settings that change what Python costs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**kept, "PYTHONHASHSEED": "0"}
