"""`unblocked autograder`: a zip that Gradescope takes for an autograder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from checker.cli import _desk


def autograder(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the zip goes.")],
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]...", help="Exercises or chapters.", autocompletion=_desk.ids),
    ] = None,
    hidden: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Checks of your own go into it, too.")
    ] = None,
) -> None:
    """Make a zip for Gradescope: the course as a wheel without answers, and two scripts."""
    from checker.classroom.gradebooks import GradebookError, gradescope_zip
    from checker.cli._changes import doing
    from checker.install import shipped
    from checker.install.handout import choose, wheel_of

    content = shipped()
    with doing(out):
        choice = choose(content, names or [])
        wheel = wheel_of(content, choice)
    try:
        made = gradescope_zip(out.resolve(), wheel, choice.exercises if names else (), hidden)
    except GradebookError as error:
        _desk.refuse(str(error).replace(". Next:", ".\nNext:"))
    typer.echo(f"The autograder is in {os.path.relpath(made)}. Its README.txt says what it does.")
    typer.echo("Next: upload it in Gradescope, under Configure Autograder.")
