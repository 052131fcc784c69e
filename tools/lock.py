"""Writes the lock files: every version and every hash that set-up installs.

One resolution covers Python 3.11, 3.12 and 3.13. `dev` holds everything; `course` and `build` are
resolved under it, so a version never differs between the files. Pins stay where pyproject.toml
still allows them; with --upgrade they move to the newest versions.

Invariant: no file names the place that packages come from. pip asks the one that it is set up for.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ROOT / "requirements"
DEV, COURSE, BUILD = "dev.txt", "course.txt", "build.txt"

ALWAYS = (
    *("--universal", "--python-version", "3.11", "--generate-hashes", "--quiet"),
    *("--no-emit-index-url", "--no-emit-find-links", "--custom-compile-command", "make lock"),
)


def uv() -> str:
    """The uv of this environment, or the one on the PATH."""
    found = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if found is None:
        sys.exit("make lock needs uv, which is not here.\nNext: make test, which installs it.")
    return found


def command(lock: str, *wanted: str, under: str | None = None, upgrade: bool = False) -> list[str]:
    """The command that resolves what is `wanted` into one lock file."""
    constraint = ["--constraint", f"requirements/{under}"] if under else []
    freshness = ["--upgrade"] if upgrade else []
    output = ["--output-file", f"requirements/{lock}"]
    return ["pip", "compile", *wanted, *constraint, *freshness, *ALWAYS, *output]


def main() -> None:
    """Write dev first, for the other two have to agree with it."""
    options = argparse.ArgumentParser(description="Refresh the lock files.")
    options.add_argument("--upgrade", action="store_true", help="move to the newest versions")
    upgrade: bool = options.parse_args().upgrade
    LOCKS.mkdir(exist_ok=True)
    course = ("pyproject.toml", "--extra", "course")
    for arguments in (
        command(DEV, *course, "--group", "build", "--group", "dev", upgrade=upgrade),
        command(COURSE, *course, under=DEV, upgrade=upgrade),
        command(BUILD, "--group", "build", under=DEV, upgrade=upgrade),
    ):
        done = subprocess.run([uv(), *arguments], cwd=ROOT, env=environment(), check=False)
        if done.returncode:
            sys.exit(done.returncode)


def environment() -> dict[str, str]:
    """The caller's, less a virtual environment whose Python would decide what is resolved."""
    return {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}


if __name__ == "__main__":
    main()
