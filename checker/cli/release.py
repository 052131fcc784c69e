"""`unblocked release`: a hand-out for a class, without solutions."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli import _desk

if TYPE_CHECKING:
    from checker.install import Changes
    from checker.install.handout import Choice

OWN = """\
`release` hands out the course, and {} is a folder of your own exercises.
Next: give your class its folders exercises/ and checker/checks/, and keep solutions/ and tests/. \
In a folder with these two, `unblocked start` and `unblocked check` work."""


def release(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the hand-out goes.")],
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]...", help="Exercises or chapters.", autocompletion=_desk.ids),
    ] = None,
    chapters: Annotated[
        str,
        typer.Option(metavar="01_blocking,…", help="The same, with commas [default: all]."),
    ] = "",
    as_zip: Annotated[
        bool, typer.Option("--zip", help="Also DIR.zip, to put where a class finds it.")
    ] = False,
) -> None:
    """Make a hand-out for a class: chapters, stubs and hints; no solutions, no checks."""
    from checker.cli._changes import doing
    from checker.course import is_own
    from checker.install import shipped
    from checker.install.handout import choose, release, write_zip

    if (own := is_own(Path.cwd())) is not None:
        _desk.refuse(OWN.format(own))
    wanted = [*(names or []), *(name.strip() for name in chapters.split(",") if name.strip())]
    content, folder = shipped(), out.resolve()
    file = folder.with_name(f"{folder.name}.zip")
    with doing(out):
        choice = choose(content, wanted)
        if as_zip:
            write_zip(content, choice, file)
        _tell(choice, release(content, choice, folder), os.path.relpath(folder))
    if as_zip:
        typer.echo(f"The same as a zip: {os.path.relpath(file)}")
    typer.echo("Its README.md says how to begin. `unblocked grade` takes back what is handed in.")


def _tell(choice: Choice, changes: Changes, shown: str) -> None:
    from checker.cli._changes import counted

    typer.echo(
        f"The hand-out, version {changes.after}, is in {shown}: "
        f"{counted(len(choice.chapters), 'chapter')}, "
        f"{counted(len(choice.exercises), 'exercise')}, no solutions."
    )
    for exercise, needs in choice.needs_left_out.items():
        typer.echo(f"{exercise} builds on {', '.join(needs)}, not handed out.")
    for name, place in changes.edited.items():
        where = "and is as it was" if place == name else f"and is kept in {place}"
        typer.echo(f"{name} was edited there, {where}.")
