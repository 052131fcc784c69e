"""`unblocked progress`: points and predictions."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from checker.cli import _desk


def progress(
    as_json: Annotated[bool, typer.Option("--json", help="As one line of JSON.")] = False,
) -> None:
    """Say how far you are, chapter by chapter, and which predictions were surprises."""
    at = _desk.desk()
    standings = {each.exercise.id: each for each in at.standings()}
    rows = []
    for chapter in at.catalog.chapters:
        passed = [e for e in chapter.exercises if standings[e.id].state == "passed"]
        row: dict[str, object] = {"chapter": chapter.slug, "title": chapter.title}
        row |= {"passed": len(passed), "exercises": len(chapter.exercises)}
        row |= {"points": sum(e.points for e in passed)}
        rows.append(row | {"points_of": sum(e.points for e in chapter.exercises)})
    surprises = [p for p in at.history.predictions() if p.hit is False]
    if as_json:
        told = [{"name": p.name, "guess": p.guess, "actual": p.actual} for p in surprises]
        typer.echo(json.dumps({"chapters": rows, "surprises": told}))
        return
    for row in rows:
        done = f"{row['passed']}/{row['exercises']}"
        typer.echo(
            f"{row['chapter']:<18} {done:>6} exercises  "
            f"{row['points']:>4} of {row['points_of']} points"
        )
    for p in surprises[:5]:
        sure = " (you were sure)" if p.confidence == "sure" else ""
        typer.echo(f"surprise: {p.question} You said {p.guess}, it was {p.actual}{sure}.")
