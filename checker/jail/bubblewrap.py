"""bubblewrap, where the kernel has no Landlock: the zygote sees a root with what is readable alone.

Its own code is there too, and is no secret. It has to be a program that belongs to root: one that
an attempt could have put on the PATH holds nobody.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from checker.jail import readable

_OWN = ("jail", "course.py")


def program() -> str:
    """Where it is, or nothing."""
    found = shutil.which("bwrap", path="/usr/bin:/bin:/usr/local/bin")
    return found if found and os.stat(found).st_uid == 0 else ""


def around(command: list[str], import_from: list[str], with_host: bool) -> list[str]:
    """The command, in a root of its own that cannot be written to."""
    inside = [program(), "--unshare-ipc", "--unshare-net", "--unshare-uts", "--cap-drop", "ALL"]
    if os.geteuid() == 0:
        # What a zygote needs to give its children another user. They have none of it.
        for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_KILL"):
            inside += ["--cap-add", capability]
    if with_host:
        inside.append("--die-with-parent")
    for path in _shown(import_from):
        inside += ["--ro-bind", str(path.resolve()), str(path)]
    for device in ("/dev/null", "/dev/urandom"):
        inside += ["--dev-bind", device, device]
    return [*inside, "--remount-ro", "/", "--chdir", "/", "--", *command]


def _shown(import_from: list[str]) -> list[Path]:
    """What is readable, and what the zygote is made of. Parents come before what is in them."""
    paths = [*readable.readable(), *(readable.package() / name for name in _OWN)]
    paths += [Path(name) for name in import_from]
    executable = Path(sys.executable)
    paths += [executable, Path(sys._base_executable)]  # type: ignore[attr-defined]
    settings = executable.parent.parent / "pyvenv.cfg"
    if settings.exists():
        paths.append(settings)
    if not any(Path(name).exists() for name in ("/lib64", "/usr/lib64")):
        paths += sorted(Path("/lib").glob("ld-*"))
    return sorted({path for path in paths if path.exists() and not str(path).startswith("/dev/")})
