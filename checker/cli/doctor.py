"""`unblocked doctor`: whether everything that a learner needs is there and works."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import typer

from checker.cli import _desk

_Found = tuple[bool, str, str]  # whether it is well, what it is, what to do


def doctor() -> None:
    """Try each thing that the course needs, and say what to do about what does not work."""
    bad = 0
    for title, look in _LOOKS:
        try:
            well, what, advice = look()
        except Exception as error:
            well, what, advice = False, f"{type(error).__name__}: {error}", "report this"
        bad += not well
        typer.echo(f"{'ok  ' if well else 'BAD '} {title}: {what}")
        if not well:
            typer.echo(f"     Next: {advice}")
    raise typer.Exit(_desk.FAILED if bad else 0)


def _python() -> _Found:
    version = sys.version.split()[0]
    return sys.version_info >= (3, 11), version, "install Python 3.11 or newer"


def _packages() -> _Found:
    needed = ("anyio", "fastapi", "httpx", "ipykernel", "jupyterlab", "pytest", "rich")
    missing = [name for name in needed if find_spec(name) is None]
    advice = 'pip install "unblocked[course]", or `make lab` in a checkout'
    return not missing, f"missing {', '.join(missing)}" if missing else "all there", advice


def _course() -> _Found:
    at = _desk.desk()
    count = len(at.catalog.exercises)
    return True, f"{at.root}, {count} exercises", ""


def _writable() -> _Found:
    at = _desk.desk()
    for folder in (at.root / "work", at.root / ".unblocked"):
        folder.mkdir(exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    return True, "work/ and .unblocked/ can be written", ""


def _history() -> _Found:
    at = _desk.desk()
    count = sum(len(each) for each in at.history.outcomes().values())
    return True, f"SQLite {sqlite3.sqlite_version}, {count} checks kept", ""


def _checks() -> _Found:
    """The first solution passes, and the first stub does not."""
    from checker.engine.engine import Engine, Job, engine

    at = _desk.desk()
    first = at.catalog.exercises[0]
    stub, reference = at.stub(first), at.reference(first)

    def use(engine: Engine) -> list[str]:
        files: list[Path] = [stub, *([reference] if reference.is_file() else [])]
        jobs = [Job(first, str(file), file.read_bytes(), stub.read_bytes()) for file in files]
        return [engine.check(job).outcome for job in jobs]

    outcomes = engine([first], use)
    well = outcomes in (["not_attempted", "passed"], ["not_attempted"])
    return well, f"{first.id}: {', '.join(outcomes)}", "report this, with what is above"


_LOOKS: tuple[tuple[str, Callable[[], _Found]], ...] = (
    ("Python", _python),
    ("packages", _packages),
    ("course", _course),
    ("folders", _writable),
    ("history", _history),
    ("checks", _checks),
)
