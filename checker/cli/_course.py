"""The course folder: where a command works, whichever folder of it the learner stands in."""

from __future__ import annotations

import tomllib
from pathlib import Path

import typer


def course_folder(start: Path) -> Path:
    """The nearest folder at or above `start` that is a copy of the course."""
    for folder in (start, *start.parents):
        if _is_course(folder):
            return folder
    typer.echo(
        f"No course here: neither {start} nor a folder above it has the course's pyproject.toml.\n"
        f"Next: cd to your copy of the course, then run the same command again.",
        err=True,
    )
    raise typer.Exit(1)


def _is_course(folder: Path) -> bool:
    try:
        project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    table = project.get("project")
    return isinstance(table, dict) and table.get("name") == "unblocked"
