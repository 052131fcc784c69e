"""`unblocked solution`: the course's own answer."""

from __future__ import annotations

from typing import Annotated

import typer

from checker.cli import _desk


def solution(
    id: Annotated[str, typer.Argument(help="Which exercise.", autocompletion=_desk.ids)],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Also before you passed it.")] = False,
) -> None:
    """Show the course's own answer, once you passed, or with --yes."""
    from checker.learner.desk import NoSolution, NotYet

    at = _desk.desk()
    exercise = _desk.exercise(at, id)
    try:
        text = at.solution(exercise, yes)
    except NoSolution as error:
        _desk.refuse(f"{error}\nNext: `unblocked hint {exercise.id}`.", _desk.FAILED)
    except NotYet as error:
        advice = f"Next: `unblocked hint {exercise.id}`, or --yes to see the solution all the same."
        _desk.refuse(f"{error}\n{advice}", _desk.FAILED)
    from rich.syntax import Syntax

    from checker.cli._show import console

    to = console()
    if to.is_terminal:
        to.print(Syntax(text, "python", theme="ansi_dark", background_color="default"))
    else:
        typer.echo(text, nl=False)
