"""`unblocked lab`: the course in JupyterLab."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from checker.cli._course import course_folder

MISSING = """\
JupyterLab is not installed here.
Next: pip install "unblocked_course-VERSION-py3-none-any.whl[course]", the course's wheel, or
`make lab` in a checkout of the course."""


def lab(
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Listen here [default: the first free from 8888]."),
    ] = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Print the address, and open no browser.")
    ] = False,
) -> None:
    """Open the course in JupyterLab. Ctrl-C ends it."""
    if find_spec("jupyterlab") is None:
        typer.echo(MISSING, err=True)
        raise typer.Exit(1)
    from checker.cli.jupyter import serve

    serve(course_folder(Path.cwd()), port=port, browser=not no_browser)
