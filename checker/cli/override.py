"""`unblocked override`: points that a teacher gives by hand, with a reason."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from checker.cli import _desk


def override(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="The folder with results.")],
    student: Annotated[str, typer.Argument(help="The student's key, as in grades.csv.")],
    exercise: Annotated[str, typer.Argument(metavar="ID", help="The exercise.")],
    points: Annotated[float, typer.Argument(min=0, help="The points that count from now on.")],
    reason: Annotated[str, typer.Option("--reason", help="Why. It stands in the feedback.")],
    by: Annotated[str, typer.Option("--by", help="Who decided; without it, your login.")] = "",
) -> None:
    """For teachers: give points by hand. The verdict stays as it is, and so does this."""
    from checker.classroom.graded import Override
    from checker.classroom.grading.papers import write_all
    from checker.classroom.grading.results import Results
    from checker.classroom.grading.store import NoResults, Store

    if not reason.strip():
        _desk.refuse("Why?\nNext: add --reason 'a sentence that the student will read'.")
    now = datetime.now(UTC)
    try:
        with Store(results, new=False) as store:
            known = Results(store)
            keys = [each.student for each in store.students()]
            if student not in keys:
                _desk.refuse(_nearest("student", student, keys))
            ids = [each.id for each in known.exercises]
            if exercise not in ids:
                _desk.refuse(_nearest("exercise", exercise, ids))
            most = known.catalog.find(exercise).points
            if points > most:
                _desk.refuse(f"{exercise} has {most} points.\nNext: give at most so many.")
            at = now.isoformat(timespec="microseconds")
            store.override(student, exercise, Override(points, reason, by or getpass.getuser(), at))
            write_all(Results(store), results, now.isoformat(timespec="minutes"))
    except NoResults as error:
        _desk.refuse(str(error))
    typer.echo(f"{student}, {exercise}: {points:g} points. The pages and gradebooks are new.")


def _nearest(what: str, name: str, names: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, names, 1, 0.4) or names[:1]
    return f"There is no {what} {name!r}." + (f"\nNext: did you mean {near[0]}?" if near else "")
