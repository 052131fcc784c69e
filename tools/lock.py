"""Writes the lock files: every version and every hash that set-up installs.

One resolution covers Python 3.11 to 3.15. `dev` holds everything; `course` and `build` are resolved
under it, so a version never differs between the files. Pins stay where pyproject.toml still allows
them; with --upgrade they move to the newest versions.

`sources.json` says which packages come as source only, that is, without a wheel, on which Python.
Set-up has to build those, so each one has to be known by name, in SOURCE_ONLY.

Invariant: no file names the place that packages come from. pip asks the one that it is set up for.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ROOT / "requirements"
DEV, COURSE, BUILD, SOURCES = "dev.txt", "course.txt", "build.txt", "sources.json"

PYTHONS = ("3.11", "3.12", "3.13", "3.14", "3.15")

# What may come as source only, with the reason why that is tolerable. Set-up builds it with what
# requirements/build.txt holds, and nothing else: a package that needs a compiler of C or Rust, or a
# build tool that is not in there, would end `make lab` on a learner's machine.
SOURCE_ONLY = {
    "forbiddenfruit": "blockbuster needs it; setuptools copies its one module, on every Python",
}

ALWAYS = (
    *("--universal", "--python-version", PYTHONS[0], "--quiet"),
    *("--no-emit-index-url", "--no-emit-find-links", "--custom-compile-command", "make lock"),
)

_X86 = "x86_64"
# Every C library back to the one of Debian 10, RHEL 8 and Ubuntu 20.04, and macOS back to 14.
PLATFORMS = {
    "Linux x86_64": (
        {"sys_platform": "linux", "platform_system": "Linux", "platform_machine": _X86},
        (
            *(f"manylinux_2_{minor}_{_X86}" for minor in range(28, 4, -1)),
            *(f"manylinux{year}_{_X86}" for year in ("2014", "2010", "1")),
            f"linux_{_X86}",
        ),
    ),
    "macOS arm64": (
        {"sys_platform": "darwin", "platform_system": "Darwin", "platform_machine": "arm64"},
        tuple(mac_platforms((14, 0), "arm64")),
    ),
}


def uv() -> str:
    """The uv of this environment, or the one on the PATH."""
    found = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if found is None:
        sys.exit("make lock needs uv, which is not here.\nNext: make test, which installs it.")
    return found


def command(output: Path, *wanted: str, under: str | None = None, upgrade: bool = False) -> None:
    """Resolve what is `wanted` into one file: a lock, or for .toml the list of files to choose."""
    constraint = ["--constraint", f"requirements/{under}"] if under else []
    freshness = ["--upgrade"] if upgrade else []
    kind = ["--format", "pylock.toml"] if output.suffix == ".toml" else ["--generate-hashes"]
    arguments = [uv(), "pip", "compile", *wanted, *constraint, *freshness, *ALWAYS, *kind]
    done = subprocess.run(
        [*arguments, "--output-file", str(output)], cwd=ROOT, env=environment(), check=False
    )
    if done.returncode:
        sys.exit(done.returncode)


def environment() -> dict[str, str]:
    """The caller's, less a virtual environment whose Python would decide what is resolved."""
    return {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}


def accepted(python: str, platforms: Collection[str]) -> set[Tag]:
    """The tags of the wheels that a Python can install."""
    version = tuple(map(int, python.split(".")))
    interpreter = "cp" + python.replace(".", "")
    ours = cpython_tags(version, abis=[interpreter], platforms=platforms)
    return {*ours, *compatible_tags(version, interpreter, platforms)}


def source_only(
    packages: Collection[Mapping[str, Any]], python: str, platform: str
) -> dict[str, str]:
    """The packages of a `pylock.toml` for which there is no wheel, with their versions."""
    markers, platforms = PLATFORMS[platform]
    there = {
        **markers,
        "os_name": "posix",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "python_version": python,
        "python_full_version": f"{python}.9",
    }
    tags = accepted(python, platforms)
    found = {}
    for package in packages:
        if "marker" in package and not Marker(package["marker"]).evaluate(there):
            continue
        wheels = package.get("wheels", ())  # From a folder of wheels they come without a URL.
        names = [(wheel.get("url") or wheel["path"]).rpartition("/")[2] for wheel in wheels]
        if not any(tags & parse_wheel_filename(name)[3] for name in names):
            found[str(canonicalize_name(package["name"]))] = str(package["version"])
    return found


def digest(lock: Path) -> str:
    """What ties `sources.json` to the lock that it was made for."""
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def sources(*wanted: str) -> dict[str, Any]:
    """What `sources.json` holds: for each platform and Python, what has no wheel there."""
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "pylock.unblocked.toml"
        command(listed, *wanted, under=DEV)
        packages = tomllib.loads(listed.read_text(encoding="utf-8"))["packages"]
    found = {
        platform: {python: source_only(packages, python, platform) for python in PYTHONS}
        for platform in PLATFORMS
    }
    return {"made for dev.txt": digest(LOCKS / DEV), **found}


def unnamed(written: Mapping[str, Any]) -> list[str]:
    """What comes as source only and is not in SOURCE_ONLY, one line each."""
    return [
        f"{name} has no wheel for Python {python} on {platform}"
        for platform in PLATFORMS
        for python, names in written[platform].items()
        for name in names
        if name not in SOURCE_ONLY
    ]


def main() -> None:
    """Write dev first, for the other two have to agree with it."""
    options = argparse.ArgumentParser(description="Refresh the lock files.")
    options.add_argument("--upgrade", action="store_true", help="move to the newest versions")
    upgrade: bool = options.parse_args().upgrade
    LOCKS.mkdir(exist_ok=True)
    course = ("pyproject.toml", "--extra", "course")
    everything = (*course, "--group", "build", "--group", "dev")
    command(LOCKS / DEV, *everything, upgrade=upgrade)
    command(LOCKS / COURSE, *course, under=DEV, upgrade=upgrade)
    command(LOCKS / BUILD, "--group", "build", under=DEV, upgrade=upgrade)
    written = sources(*everything)
    (LOCKS / SOURCES).write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    if faults := unnamed(written):
        lines = "\n".join(faults)
        sys.exit(
            f"{lines}\nSet-up would have to build that on a learner's machine.\nNext: try it in a "
            "fresh environment; then hold the version back in pyproject.toml, or name the package "
            "in SOURCE_ONLY in tools/lock.py, with the reason why it can be built anywhere."
        )


if __name__ == "__main__":
    main()
