"""A machine made of a few stand-ins for `python`, to run the shell scripts of tools/ on."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Answers what find_python.sh asks a candidate: its own path, if its version is in the range.
STAND_IN = """#!/bin/sh
[ "$1" = --version ] && {{ echo "Python 3.{minor}.0"; exit; }}
low=${{4#3.}}
case $5 in 4.0) high=99 ;; *) high=${{5#3.}} ;; esac
[ {minor} -ge "$low" ] && [ {minor} -lt "$high" ] || exit 1
{free_threaded} && exit 3
echo "$0"
"""


class Machine:
    """A machine with nothing on it but what a test puts there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "bin").mkdir(parents=True)
        for tool in ("sh", "head"):
            (root / "bin" / tool).symlink_to(f"/bin/{tool}")

    def put(self, path: str, text: str) -> Path:
        """Put an executable there."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(0o755)
        return file

    def python(self, path: str, minor: int, *, free_threaded: bool = False) -> str:
        """Put a Python 3.`minor` there; returns its path."""
        kind = "true" if free_threaded else "false"
        return str(self.put(path, STAND_IN.format(minor=minor, free_threaded=kind)))

    def run(
        self, script: str, *arguments: str, shell: str = "sh", **settings: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a script of tools/ on this machine, in the checkout as make does."""
        environment = {"PATH": str(self.root / "bin"), "HOME": str(self.root), **settings}
        command = [str(self.root / "bin" / shell), f"tools/{script}", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
