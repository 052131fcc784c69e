"""`unblocked watch`: checks an exercise each time its file is saved."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli import _desk

if TYPE_CHECKING:
    from checker.catalog import Exercise
    from checker.engine.engine import Engine
    from checker.learner.desk import Desk


def watch(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]...", help="Only these.", autocompletion=_desk.ids),
    ] = None,
) -> None:
    """Check each exercise as soon as its file in work/ is saved. Ctrl-C ends it."""
    at = _desk.desk()
    chosen = _desk.exercises(at, names) if names else at.catalog.exercises
    (at.root / "work").mkdir(exist_ok=True)
    from checker.engine.engine import engine

    typer.echo("Waiting for a file in work/ to be saved. Ctrl-C ends it.")
    if engine(chosen, lambda engine: _until_checks_change(at, chosen, engine), at.checks):
        # A check was edited: begin again, so that what is collected is what is on disk.
        os.execv(sys.executable, [sys.executable, "-m", "checker.cli", "watch", *(names or [])])


def _until_checks_change(at: Desk, chosen: list[Exercise], engine: Engine) -> bool:
    from watchfiles import watch as changes

    from checker.cli._show import console, show

    by_path = {str(at.work(exercise).resolve()): exercise for exercise in chosen}
    to = console()
    get_ready(engine)
    for changed in changes(at.root / "work", at.checks, raise_interrupt=False):
        paths = {str(Path(path).resolve()) for _, path in changed}
        if any(engine.changed(exercise) for exercise in chosen):
            return True
        for path in sorted(paths & by_path.keys()):
            exercise = by_path[path]
            if not at.work(exercise).is_file():
                continue
            job = at.job(exercise)
            show(at.keep(job, engine.check(job)), f"work/{exercise.path}", to)
        get_ready(engine)
    return False


def get_ready(engine: Engine) -> None:
    """Do what the next check would have to wait for, while nothing is saved."""
    while engine.get_ready():
        pass
