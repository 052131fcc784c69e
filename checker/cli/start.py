"""`unblocked start`: the stub of an exercise, put where the learner works."""

from __future__ import annotations

from typing import Annotated

import typer

from checker.cli import _desk


def start(
    id: Annotated[str, typer.Argument(help="Which exercise.", autocompletion=_desk.ids)],
) -> None:
    """Begin an exercise: copies its stub to work/. Work that is there stays as it is."""
    at = _desk.desk()
    exercise = _desk.exercise(at, id)
    there = at.work(exercise).is_file()
    at.start(exercise)
    work = at.work(exercise).relative_to(at.root).as_posix()
    typer.echo(f"{work} is {'there already' if there else 'ready'}.")
    typer.echo(f"Next: write it, then `unblocked check {exercise.id}`.")
