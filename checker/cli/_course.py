"""The course folder, for commands: found, or said to be missing."""

from __future__ import annotations

from pathlib import Path

import typer

from checker.course import NoCourse, find_course


def course_folder(start: Path) -> Path:
    """The nearest folder at or above `start` that is a course folder."""
    try:
        return find_course(start)
    except NoCourse as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
