"""`unblocked doctor`: whether everything that a learner needs is there and works."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import sysconfig
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli import _desk
from checker.course import WHEEL

if TYPE_CHECKING:
    from checker.jail.doctor import Layer

_Found = tuple[bool, str, str]  # whether it is well, what it is, what to do


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print it for a program.")] = False,
) -> None:
    """Try each thing that the course needs, and the jail for the work of others."""
    from checker.jail.doctor import layers

    found = {title: _tried(look) for title, look in _LOOKS}
    jail = layers()
    _print_json(found, jail) if as_json else _print(found, jail)
    raise typer.Exit(0 if all(well for well, _, _ in found.values()) else _desk.FAILED)


def _tried(look: Callable[[], _Found]) -> _Found:
    try:
        return look()
    except Exception as error:
        return False, f"{type(error).__name__}: {error}", "report this"


def _print(found: dict[str, _Found], jail: list[Layer]) -> None:
    for title, (well, what, advice) in found.items():
        typer.echo(f"{'ok  ' if well else 'BAD '} {title}: {what}")
        if not well:
            typer.echo(f"     Next: {advice}")
    typer.echo("\nThe jail, which only who grades the work of others needs:")
    for layer in jail:
        mark = "ok  " if layer.ok else "GAP " if layer.needed else "none"
        typer.echo(f"{mark} {layer.name}: {layer.detail}")
        if not layer.ok:
            typer.echo(f"     Next: {layer.fix}")


def _print_json(found: dict[str, _Found], jail: list[Layer]) -> None:
    looks = [
        {"name": title, "ok": well, "detail": what, "next": "" if well else advice}
        for title, (well, what, advice) in found.items()
    ]
    typer.echo(json.dumps({"course": looks, "jail": [layer._asdict() for layer in jail]}, indent=2))


def _python() -> _Found:
    version = sys.version.split()[0]
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        advice = "install an ordinary build: the lab relies on the GIL"
        return False, f"{version}, free-threaded", advice
    return sys.version_info >= (3, 11), version, "install Python 3.11 or newer"


def _packages() -> _Found:
    needed = ("anyio", "fastapi", "httpx", "ipykernel", "jupyterlab", "pytest", "rich")
    missing = [name for name in needed if find_spec(name) is None]
    advice = f'pip install "{WHEEL}[course]", or `make lab` in a checkout'
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

    outcomes = engine([first], use, at.checks)
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
