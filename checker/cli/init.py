"""`unblocked init`: a course folder of one's own."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Annotated

import typer


def init(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the course goes.")],
) -> None:
    """Make a course folder: chapters, exercises and solutions."""
    from checker.cli._changes import counted, doing
    from checker.install import make, shipped

    with doing(folder):
        changes = make(shipped(), folder.resolve())
    chapters = sum(name.endswith(".ipynb") for name in changes.written)
    exercises = sum(n.startswith("exercises/") and n.endswith(".py") for n in changes.written)
    shown = os.path.relpath(folder)
    enter = "" if shown == "." else f"cd {shlex.quote(shown)}, then: "
    typer.echo(
        f"The course, version {changes.after}, is in {shown}: "
        f"{counted(chapters, 'chapter')}, {counted(exercises, 'exercise')}.\n"
        f"Next: {enter}unblocked lab"
    )
