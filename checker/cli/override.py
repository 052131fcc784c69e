"""`unblocked override`: points that a teacher gives by hand, with a reason, and takes back."""

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
    points: Annotated[
        float | None, typer.Argument(min=0, help="The points that count from now on.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why. It stands in the feedback.")] = "",
    take_back: Annotated[
        bool, typer.Option("--take-back", help="What the checks gave counts again.")
    ] = False,
    by: Annotated[str, typer.Option("--by", help="Who decided; without it, your login.")] = "",
) -> None:
    """For teachers: give points by hand. The verdict stays as it is, and so does this.

    `--take-back`, in place of points, ends it: then the verdict counts again.
    """
    from checker.classroom.graded import Override, counted
    from checker.classroom.grading.papers import write_all
    from checker.classroom.grading.results import Results
    from checker.classroom.grading.store import NoResults, Store

    if take_back == (points is not None):
        _desk.refuse("Which points?\nNext: give a number, or --take-back in place of it.")
    if not (reason.strip() or take_back):
        _desk.refuse("Why?\nNext: add --reason 'a sentence that the student will read'.")
    now = datetime.now(UTC)
    try:
        with Store(results, new=False) as store:
            known = Results(store)
            keys = [each.student for each in known.submissions()]
            if student not in keys:
                _desk.refuse(_nearest("student", student, keys))
            ids = [each.id for each in known.exercises]
            if exercise not in ids:
                _desk.refuse(_nearest("exercise", exercise, ids))
            most = known.catalog.find(exercise).points
            if points is not None and points > most:
                _desk.refuse(f"{exercise} has {counted(most)}.\nNext: give at most so many.")
            if take_back and (student, exercise) not in store.overrides():
                _desk.refuse(
                    f"{student} has no points by hand for {exercise}; nothing to take back."
                )
            at = now.isoformat(timespec="microseconds")
            given = Override(points or 0.0, reason, by or getpass.getuser(), at)
            store.override(student, exercise, given, withdrawn=take_back)
            papers = write_all(Results(store), results, now.isoformat(timespec="minutes"))
    except NoResults as error:
        _desk.refuse(str(error))
    what = "the checks count again" if points is None else counted(points)
    new = (
        "The pages are new; gradebooks wait for works that are not graded."
        if papers.withheld
        else ("The pages and gradebooks are new.")
    )
    typer.echo(f"{student}, {exercise}: {what}. {new}")
    for problem in papers.problems:
        typer.echo(problem, err=True)
    if papers.problems:
        raise typer.Exit(_desk.WRONG_USE)


def _nearest(what: str, name: str, names: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, names, 1, 0.4) or names[:1]
    return f"There is no {what} {name!r}." + (f"\nNext: did you mean {near[0]}?" if near else "")
