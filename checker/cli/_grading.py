"""What `unblocked grade` shows: a bar while it works, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from checker.classroom.grading.batch import Round
    from checker.engine.verdict import Verdict


class Bar:
    """A bar with rate and time left, where there is a terminal; counts in any case."""

    def __init__(self, bar: Any, task: Any) -> None:
        self._bar, self._task = bar, task
        self.counts: Counter[str] = Counter()

    def found(self, shape: str, students: int) -> None:
        words = f"Reading {students} submissions ({shape})"
        self._bar.update(self._task, description=words, refresh=True)

    def grading(self, total: int, known: int) -> None:
        self._bar.reset(self._task, total=total, description="Grading", counts="")

    def graded(self, verdict: Verdict) -> None:
        self.counts[verdict.outcome] += 1
        counts = ", ".join(f"{n} {word.replace('_', ' ')}" for word, n in self.counts.items())
        self._bar.update(self._task, advance=1, counts=counts)

    def writing(self) -> None:
        self._bar.update(self._task, description="Writing", refresh=True)


@contextmanager
def progress(shown: bool) -> Iterator[Bar]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TaskProgressColumn(show_speed=True),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[counts]}"),
        console=console,
        transient=True,
        disable=not (shown and console.is_terminal),
    )
    with bar:
        yield Bar(bar, bar.add_task("Starting the workers", total=None, counts=""))


def say(
    done: Round,
    counts: Counter[str],
    files: list[Path],
    out: Path,
    *,
    store_of: Path,
    as_json: bool,
) -> None:
    import json

    from checker.classroom.grading.results import changes
    from checker.classroom.grading.store import Store
    from checker.cli._changes import counted

    with Store(store_of, new=False) as store:
        changed = changes(store)
    if as_json:
        summary = {
            "shape": done.shape,
            "students": done.students,
            "graded": done.graded,
            "known": done.known,
            "outcomes": dict(sorted(counts.items())),
            "nobodys": done.nobodys,
            "findings": [finding._asdict() for finding in done.findings],
            "changes": [change._asdict() for change in changed],
            "files": [str(path) for path in files if path.parent.name != "feedback"],
        }
        typer.echo(json.dumps(summary))
        return
    typer.echo(f"{done.shape}: {done.students} students")
    words = ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in sorted(counts.items()))
    before = f"; {done.known} were graded before" if done.known else ""
    typer.echo(f"{done.graded} works graded{f': {words}' if words else ''}{before}")
    for finding in done.findings:
        typer.echo(f"{finding.where}: {finding.words}")
    if done.nobodys and done.graded + done.known:
        typer.echo(
            f"Nobody handed in {counted(len(done.nobodys), 'exercise')}. Points are out of all; "
            "`--only` names those that you gave."
        )
    if changed:
        gained = sum(change.after > change.before for change in changed)
        lost = sum(change.after < change.before for change in changed)
        typer.echo(f"Since the last round: {gained} gained points, {lost} lost some: changes.csv")
    pages = sum(path.parent.name == "feedback" for path in files)
    names = [str(path.relative_to(out)) for path in files if path.parent == out]
    typer.echo(f"In {out}: {', '.join(names)}, feedback/ ({pages} pages)")
