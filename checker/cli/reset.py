"""`unblocked reset`: an exercise from the beginning."""

from __future__ import annotations

from typing import Annotated

import typer

from checker.cli import _desk


def reset(
    id: Annotated[str, typer.Argument(help="Which exercise.", autocompletion=_desk.ids)],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Put the stub back in place of your work. Your work is kept, and can be brought back."""
    at = _desk.desk()
    exercise = _desk.exercise(at, id)
    work = at.work(exercise).relative_to(at.root).as_posix()
    if not yes and not typer.confirm(f"Put the stub back into {work}? What is there is kept"):
        typer.echo("Nothing was changed.")
        raise typer.Exit(_desk.FAILED)
    number = at.reset(exercise)
    typer.echo(f"{work} is the stub again.")
    if number:
        again = f"unblocked history {exercise.id} --restore {number}"
        typer.echo(f"Your work is kept: `{again}` brings it back.")
