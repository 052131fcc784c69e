"""Starts a warden under one user or another, and talks to it."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
WARDEN = Path(__file__).with_name("warden.py")
ORDINARY_UID = 54_321

# Who the host is, and what holds its children.
AS_WE_ARE = "as we are"
OPEN = "as root, with Python open to all"
ORDINARY = "as an ordinary user"
WRAPPED = "in bubblewrap"


class Warden:
    """A host, in a process of its own."""

    def __init__(self, kind: str) -> None:
        sandbox = "bwrap" if kind == WRAPPED else "jail"
        command = [sys.executable, str(WARDEN), sandbox]
        if kind in (OPEN, ORDINARY):
            command = as_somebody(command, ordinary=kind == ORDINARY)
        self.kind = kind
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd="/",
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        self.about = self._line()

    def attack(self, do: str, patience_s: float = 20.0, **args: Any) -> dict[str, Any]:
        """Let a child do it, and hear what was seen."""
        assert self._process.stdin is not None
        order = {"do": do, "patience_s": patience_s, "args": args}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._line()

    def close(self) -> None:
        """End it. What it started goes with it."""
        self._process.communicate()
        assert self._process.returncode == 0

    def _line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"the warden ended with {self._process.wait()}"
        found: dict[str, Any] = json.loads(line)
        return found


def as_somebody(command: list[str], ordinary: bool) -> list[str]:
    """The command, where nobody is kept from Python's files, and as another user if so wanted.

    An environment below a home that is closed to others is shown in a place of its own, in a
    mount namespace that ends with the command.
    """
    if os.geteuid() != 0:
        pytest.skip("only root can be another user")
    lines = ["set -e"]
    for closed, needed in _closed().items():
        kept = [f"kept{number}=$(mktemp -d)" for number in range(len(needed))]
        quoted = [shlex.quote(str(path)) for path in needed]
        lines += kept
        lines += [f'mount --bind {path} "$kept{n}"' for n, path in enumerate(quoted)]
        lines.append(f"mount -t tmpfs -o mode=755 none {shlex.quote(str(closed))}")
        for n, path in enumerate(quoted):
            lines += [f"mkdir -p {path}", f'mount --move "$kept{n}" {path}', f'rmdir "$kept{n}"']
    who = ["setpriv", f"--reuid={ORDINARY_UID}", f"--regid={ORDINARY_UID}", "--clear-groups"]
    lines.append(f"exec {shlex.join([*(who if ordinary else []), *command])}")
    for name in ("unshare", "mount", "setpriv"):
        if shutil.which(name) is None:
            pytest.skip(f"there is no {name} here")
    wrapped = ["unshare", "--mount", "--propagation=private"]
    if subprocess.run([*wrapped, "true"], capture_output=True).returncode:
        pytest.skip("this root may not make a mount namespace")
    return [*wrapped, "sh", "-c", "\n".join(lines)]


def _closed() -> dict[Path, list[Path]]:
    """Folders that are closed to others, and what is needed below each."""
    found: dict[Path, list[Path]] = {}
    for needed in dict.fromkeys(Path(name) for name in (sys.base_prefix, sys.prefix, ROOT)):
        for folder in reversed(needed.parents):
            if not folder.stat().st_mode & 0o001:
                found.setdefault(folder, []).append(needed)
                break
    return found
