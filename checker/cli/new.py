"""`unblocked new`: the files of a new exercise, to be written by its author."""

from __future__ import annotations

import os
import shlex
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from checker.cli import _desk


class Kind(StrEnum):
    """What can be begun."""

    exercise = "exercise"


def new(
    kind: Annotated[Kind, typer.Argument(help="What to begin.")],
    id: Annotated[str, typer.Argument(metavar="CHAPTER/NAME", help="Such as 01_pools/limit.")],
    folder: Annotated[
        Path | None,
        typer.Option("--in", metavar="FOLDER", help="A folder of your own; it is made if needed."),
    ] = None,
    title: Annotated[str, typer.Option(help="Its title; without one, the name in words.")] = "",
    points: Annotated[int, typer.Option(min=1, help="What it is worth.")] = 10,
    minutes: Annotated[int, typer.Option(min=1, help="What it takes a learner.")] = 10,
) -> None:
    """For authors: begin an exercise, in the course or in a folder of your own.

    Writes the files that are not there yet, and changes no other. `unblocked verify` then says what
    is still to be written, in order.
    """
    from checker.gate.folders import Folders
    from checker.gate.skeleton import Refused, begin, id_of

    folders = Folders(_place(folder))
    try:
        written = begin(folders, id, title, points, minutes)
        name = id_of(folders, id)
    except Refused as error:
        _desk.refuse(str(error))
    if not written:
        _desk.refuse(f"{name} has all its files already.\nNext: unblocked verify {name}")
    shown = os.path.relpath(folders.root)
    for path in written:
        typer.echo(os.path.normpath(os.path.join(shown, folders.name(path))))
    enter = "" if shown == "." else f"cd {shlex.quote(shown)}, then: "
    typer.echo(f"Next: {enter}unblocked verify {name}\nIt says what is to be written, in order.")
    if (guide := _guide()).is_file():
        typer.echo(f"How it is done, with an example: {os.path.relpath(guide)}")


def _place(folder: Path | None) -> Path:
    """The course folder in which it is begun."""
    from checker.course import NoCourse, find_course, has_manifest

    if folder is not None:
        root = folder.resolve()
        if folder.exists() and not folder.is_dir():
            _desk.refuse(f"{folder} is a file.\nNext: name a folder, or one that is yet to be.")
    else:
        try:
            root = find_course(Path.cwd())
        except NoCourse:
            _desk.refuse(
                "No course here.\nNext: cd to your exercises, or begin a folder of your own: "
                "unblocked new exercise CHAPTER/NAME --in FOLDER"
            )
    if has_manifest(root):
        _desk.refuse(
            f"{root} is a copy of the course, which `unblocked update` brings up to date.\nNext: "
            "begin a folder of your own: unblocked new exercise CHAPTER/NAME --in FOLDER"
        )
    return root


def _guide() -> Path:
    """The page for authors, in a checkout and in an installation."""
    from checker.install import shipped

    return shipped().root / "docs" / "authoring.md"
