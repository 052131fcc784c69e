"""What most commands begin with: the learner's desk, and the exercises that are meant."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from checker.catalog import CatalogError, Exercise, UnknownExercise
from checker.cli._course import course_folder

if TYPE_CHECKING:
    from checker.learner.desk import Desk

# What a script can tell apart.
FAILED = 1
WRONG_USE = 2
NOT_ATTEMPTED = 3
OUR_FAULT = 4
NOT_GRADED = 5


def desk() -> Desk:
    """The desk of the course folder that the learner stands in."""
    from checker.learner.desk import Desk

    root = course_folder(Path.cwd())
    try:
        return Desk(root)
    except CatalogError as error:
        refuse(f"The course's own files are damaged: {error}", OUR_FAULT)


def exercise(at: Desk, name: str) -> Exercise:
    """The exercise of this id, or the end, with the nearest one that there is."""
    try:
        return at.catalog.find(name)
    except UnknownExercise as error:
        refuse(_sentence(str(error)))


def exercises(at: Desk, names: list[str]) -> list[Exercise]:
    """Those of these ids and chapters."""
    try:
        return at.catalog.select(names)
    except UnknownExercise as error:
        refuse(_sentence(str(error)))


def refuse(message: str, code: int = WRONG_USE) -> NoReturn:
    """Say what is wrong, and end."""
    typer.echo(message, err=True)
    raise typer.Exit(code)


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


def ids(incomplete: str) -> list[str]:
    """For the shell's completion."""
    from checker.catalog import load
    from checker.course import NoCourse, find_course

    try:
        catalog = load(find_course(Path.cwd()) / "exercises")
    except (NoCourse, CatalogError):
        return []
    return [each.id for each in catalog.exercises if each.id.startswith(incomplete)]
