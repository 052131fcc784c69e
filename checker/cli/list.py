"""`unblocked list`: the exercises, and how far the learner is."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from checker.cli import _desk

_MARKS = {"passed": "[green]✔[/]", "failed": "[red]✘[/]", "begun": "…", "new": " "}


def list(
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON for each.")] = False,
) -> None:
    """List the exercises, chapter by chapter."""
    at = _desk.desk()
    if as_json:
        for each in at.standings():
            exercise = each.exercise
            row = {"id": exercise.id, "title": exercise.title, "points": exercise.points}
            row |= {"minutes": exercise.minutes, "needs": exercise.needs}
            typer.echo(json.dumps(row | {"state": each.state, "checks": each.checks}))
        return
    from rich.table import Table

    from checker.cli._show import console

    standings = {each.exercise.id: each for each in at.standings()}
    for chapter in at.catalog.chapters:
        table = Table(title=f"{chapter.slug[:2]} {chapter.title}", title_justify="left", box=None)
        for header in ("", "id", "title"):
            table.add_column(header)
        table.add_column("minutes", justify="right")
        table.add_column("points", justify="right")
        for exercise in chapter.exercises:
            mark = _MARKS[standings[exercise.id].state]
            numbers = (str(exercise.minutes), str(exercise.points))
            table.add_row(mark, exercise.id, exercise.title, *numbers)
        console().print(table)
