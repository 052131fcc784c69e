"""`unblocked history`: everything that was checked or replaced, to look at or bring back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from checker.cli import _desk


def history(
    id: Annotated[str, typer.Argument(help="Which exercise.", autocompletion=_desk.ids)],
    restore: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="Bring this one back into work/.")
    ] = None,
    show: Annotated[int | None, typer.Option(metavar="NUMBER", help="Print this one.")] = None,
) -> None:
    """List the texts that are kept of an exercise, show one, or bring one back."""
    at = _desk.desk()
    exercise = _desk.exercise(at, id)
    if restore is not None:
        try:
            kept = at.restore(exercise, restore)
        except LookupError as error:
            _desk.refuse(str(error))
        work = at.work(exercise).relative_to(at.root).as_posix()
        typer.echo(f"{work} is number {kept.number} again. What was there is kept as well.")
        return
    all_kept = at.history.all(exercise.id)
    if show is not None:
        found = [kept for kept in all_kept if kept.number == show]
        if not found:
            _desk.refuse(f"Nothing with number {show} is kept of {exercise.id}.")
        typer.echo(found[0].source, nl=False)
        return
    for kept in all_kept:
        when = datetime.fromtimestamp(kept.at).strftime("%Y-%m-%d %H:%M:%S")
        typer.echo(f"{kept.number:>5}  {when}  {kept.outcome or kept.why}")
    if not all_kept:
        typer.echo(f"Nothing is kept of {exercise.id} yet: every check keeps what it saw.")
