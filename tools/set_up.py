"""Makes the virtual environment that `make lab` and `make test` run in, once.

It holds what the lock files name, with every hash compared, and the project itself, editable.

Invariant: the stamp inside the environment goes before anything in it changes and comes back last,
so one whose set-up was interrupted has no stamp and is made anew.
It refuses to fetch what the locks do not name, to use an environment that was moved, and to set up
a free-threaded Python, where the lab does not work.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEVELS = ("course", "dev")  # Each holds the one before it.

Run = Callable[[Sequence[str]], None]
Stamp = dict[str, str]


class SetUpError(Exception):
    """Set-up cannot go on; the text names the fix."""


def wanted(root: Path, venv: Path, level: str) -> Stamp:
    """The stamp of an environment in which nothing is left to do."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    metadata = json.dumps([project["build-system"], project["project"]], sort_keys=True)
    locks = b"".join(lock.read_bytes() for lock in _locks(root, level))
    return {
        "folder": str(venv.resolve()),
        "level": level,
        "locks": hashlib.sha256(locks).hexdigest(),
        "project": hashlib.sha256(metadata.encode()).hexdigest(),
        "python": ".".join(map(str, sys.version_info[:2])),
    }


def found(venv: Path) -> Stamp | None:
    """The stamp that is there, or None: no environment, or one that was never finished."""
    try:
        stamp = json.loads((venv / "ready.json").read_text(encoding="utf-8"))
        return {key: stamp[key] for key in ("folder", "level", "locks", "project", "python")}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def set_up(root: Path, venv: Path, level: str, run: Run) -> None:
    """Make the environment hold what `level` needs, with as little work as that takes."""
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        raise SetUpError(
            f"This Python ({sys.executable}) is a free-threaded build. The lab relies on the GIL, "
            "and does not work there.\n"
            "Next: name an ordinary build, such as PYTHON=python3.14, without a t at its end."
        )
    before = found(venv)
    if before is not None and before["level"] == LEVELS[-1]:
        level = LEVELS[-1]  # It has the larger set: that one is kept up to date.
    after = wanted(root, venv, level)
    if before == after:
        return
    (venv / "ready.json").unlink(missing_ok=True)
    if before is None or any(before[key] != after[key] for key in ("folder", "python")):
        _make(venv, run)
    for lock in _locks(root, level):
        print(f"Installing what requirements/{lock.name} names.", flush=True)
        _install(venv, ["--require-hashes", "--requirement", str(lock)], run)
    _install(venv, ["--no-deps", "--editable", str(root)], run)
    _point_to(root, venv)
    _write(venv / "ready.json", json.dumps(after, indent=1))


def _locks(root: Path, level: str) -> list[Path]:
    # What builds comes first: the second step then builds without fetching a tool of its own.
    return [root / "requirements" / f"{name}.txt" for name in ("build", level)]


def _make(venv: Path, run: Run) -> None:
    version = ".".join(map(str, sys.version_info[:2]))
    options = ["--clear"]
    if importlib.util.find_spec("ensurepip") is None:
        if shutil.which("uv") is None:
            raise SetUpError(
                f"This Python ({sys.executable}) cannot make a virtual environment with pip in it: "
                f"its module `ensurepip` is missing.\n"
                f"Next: apt install python{version}-venv (Debian, Ubuntu), "
                f"then run the same command again."
            )
        options.append("--without-pip")
    print(f"Setting up {venv.name} with Python {version}: once, for a minute or two.", flush=True)
    run([_base_python(version), "-I", "-m", "venv", *options, str(venv)])


def _base_python(version: str) -> str:
    # This may run in the very environment that is about to be cleared; its base is not.
    if sys.prefix == sys.base_prefix:
        return sys.executable
    return str(Path(sys.base_prefix) / "bin" / f"python{version}")


def _install(venv: Path, what: Sequence[str], run: Run) -> None:
    python = str(venv / "bin" / "python")
    shared = ["install", "--quiet", "--no-build-isolation"]
    pip = [python, "-I", "-m", "pip", "--disable-pip-version-check", "--no-input", *shared]
    # A pip.conf that asks for --user, as some machines have, must not reach in here.
    pip += ["--no-user", "--use-pep517"]
    uv = shutil.which("uv")
    if uv is not None:
        try:
            run([uv, "pip", *shared, "--python", python, *what])
        except subprocess.CalledProcessError:
            if not list(venv.glob("lib/python*/site-packages/pip")):
                raise
            print("uv could not; now with pip, which may be set up differently.", flush=True)
        else:
            return
    run([*pip, *what])


def _point_to(root: Path, venv: Path) -> None:
    # The build writes where the project is as an absolute path in UTF-8. Before Python 3.13 it is
    # read in the locale's encoding, so with LC_ALL=C no Python would start in a folder "Übung".
    for pointer in venv.glob("lib/python*/site-packages/_editable_impl_unblocked_course.pth"):
        pointer.write_text(os.path.relpath(root, pointer.parent) + "\n", encoding="utf-8")


def _write(path: Path, text: str) -> None:
    # In one step: a stamp is there whole, or not at all.
    part = path.with_suffix(".part")
    part.write_text(text + "\n", encoding="utf-8")
    part.replace(path)


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """One set-up at a time in one checkout: the second waits, and then finds nothing to do."""
    folder = os.open(root, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another set-up of this folder is under way; waiting for it.", flush=True)
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _command(arguments: Sequence[str]) -> None:
    subprocess.run(arguments, check=True)


def main() -> None:
    """Set up, and put every way to fail into words."""
    parser = argparse.ArgumentParser(description="Set up the virtual environment.")
    parser.add_argument("venv", type=Path)
    parser.add_argument("level", choices=LEVELS)
    options = parser.parse_args()
    try:
        with _alone(ROOT):
            set_up(ROOT, options.venv.absolute(), options.level, _command)
    except SetUpError as error:
        sys.exit(str(error))
    except subprocess.CalledProcessError as error:
        sys.exit(
            f"Set-up did not finish: {Path(error.cmd[0]).name} ended with {error.returncode}, "
            f"and said why above.\nNext: mend that (often it is the network), then run the same "
            f"command again. It starts over by itself."
        )
    except KeyboardInterrupt:
        sys.exit("\nSet-up was stopped. Run the same command again to start it over.")


if __name__ == "__main__":
    main()
