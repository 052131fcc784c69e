"""Environments of their own for nbgrader and otter-grader, made once, in build/classroom.

What they hold is locked, with hashes, in requirements/. An environment whose lock changed is made
anew. `CLASSROOM_ENVIRONMENTS=FOLDER` puts them, or finds them, elsewhere.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from benchmarks.children import ROOT

LOCKS = Path(__file__).with_name("requirements")
_STAMP = "locked.txt"


def folder() -> Path:
    """Where they are."""
    return Path(os.environ.get("CLASSROOM_ENVIRONMENTS", ROOT / "build" / "classroom"))


def python_of(name: str) -> Path:
    """The Python of an environment, which is made if it is not there."""
    place = folder() / name
    lock = (LOCKS / f"{name}.txt").read_text(encoding="utf-8")
    python, stamp = place / "bin" / "python", place / _STAMP
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == lock:
        return python
    print(f"making an environment for {name}, once", file=sys.stderr, flush=True)
    if place.exists():
        shutil.rmtree(place)
    venv.create(place, with_pip=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r"]
    done = subprocess.run([*command, str(LOCKS / f"{name}.txt")], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{name} could not be installed:\n{done.stderr[-2000:]}")
    stamp.write_text(lock, encoding="utf-8")
    return python


def variables(home: Path, python: Path) -> dict[str, str]:
    """What a contestant's process is given: nothing of this user's Jupyter or IPython."""
    ours = ("PYTHON", "JUPYTER", "IPYTHON", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    places = {
        name: str(home / name.lower())
        for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    }
    path = f"{python.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return kept | places | {"PATH": path, "PYTHONHASHSEED": "0", "JUPYTER_PLATFORM_DIRS": "1"}
