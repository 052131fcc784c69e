"""`unblocked hint`: one more hint."""

from __future__ import annotations

from typing import Annotated

import typer

from checker.cli import _desk


def hint(
    id: Annotated[str, typer.Argument(help="Which exercise.", autocompletion=_desk.ids)],
) -> None:
    """Show the hints so far, and one more. There are three: orient, point, nearly tell."""
    at = _desk.desk()
    exercise = _desk.exercise(at, id)
    shown = at.hint(exercise)
    for number, text in enumerate(shown, 1):
        typer.echo(f"{number}. {text}")
    left = len(exercise.hints) - len(shown)
    typer.echo(f"{left} more." if left else "That was the last one.")
