"""`unblocked verify`: the author's gate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli import _desk
from checker.cli._course import course_folder

if TYPE_CHECKING:
    from rich.table import Table

    from checker.gate.survivors import Survey
    from checker.gate.verify import Progress, Report


def verify(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]...", help="Exercises or chapters; without one, all."),
    ] = None,
    mutate: Annotated[
        bool,
        typer.Option("--mutate", help="Break the solutions mechanically, and see what notices."),
    ] = False,
    jailed: Annotated[
        bool,
        typer.Option("--jailed", help="Check each attempt in a jail too, and compare."),
    ] = False,
    no_cache: Annotated[
        bool,
        typer.Option("--no-cache", help="Check everything anew, also what has not changed."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON.")] = False,
    workers: Annotated[
        int, typer.Option(min=0, help="Processes that check; 0 is one for each core.")
    ] = 0,
) -> None:
    """For authors: show that exercises and checks are what they claim to be.

    Verdicts are kept in .unblocked/, and used again where nothing has changed that they come from.
    Where CI is set, as it is on machines that build, everything is checked anew.
    Ends with 0 if nothing was found, and with 1 otherwise.
    """
    from checker.catalog import UnknownExercise
    from checker.gate.cache import allowed
    from checker.gate.survivors import survey
    from checker.gate.verify import verify as verify_course
    from checker.jail import NoJail

    root = course_folder(Path.cwd())
    try:
        with _bar(shown=not as_json) as progress:
            report: Report | Survey
            if mutate:
                report = survey(root, names or [], progress, workers)
            else:
                cached = not no_cache and allowed()
                report = verify_course(
                    root, names or [], progress, workers, jailed=jailed, cached=cached
                )
    except UnknownExercise as error:
        _desk.refuse(str(error))
    except NoJail as error:
        _desk.refuse(str(error), _desk.OUR_FAULT)
    if as_json:
        typer.echo(report.to_json())
    else:
        _show(report)
    raise typer.Exit(_desk.FAILED if report.findings else 0)


@contextmanager
def _bar(shown: bool) -> Iterator[Progress]:
    """A bar that moves as attempts are done, where there is a terminal."""
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TimeElapsedColumn

    console = Console(stderr=True)
    # A bar that moves by itself has a thread, and a process with threads must not fork.
    bar = Progress(
        SpinnerColumn(),
        *Progress.get_default_columns()[:2],
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        auto_refresh=False,
        disable=not (shown and console.is_terminal),
    )
    with bar:
        task = bar.add_task("Collecting the checks", total=None)
        bar.refresh()

        def progress(total: int) -> None:
            if total:
                bar.update(task, total=total, description="Checking", refresh=True)
            else:
                bar.update(task, advance=1, refresh=True)

        yield progress


def _show(report: Report | Survey) -> None:
    from rich.console import Console

    from checker.gate.verify import Report

    console = Console()
    for finding in report.findings:
        typer.echo(finding)  # As it is: rich would make an emoji of a line number such as `:100:`.
    if report.exercises:
        if report.findings:
            console.print()
        console.print(_of_report(report) if isinstance(report, Report) else _of_survey(report))
    console.print(_summary(report), highlight=False)


def _summary(report: Report | Survey) -> str:
    exercises = _count(len(report.exercises), "exercise")
    count = len(report.findings)
    found = "nothing found" if count == 0 else _count(count, "finding")
    return f"{exercises}, {found}, {report.real_s:.1f} s"


def _of_report(report: Report) -> Table:
    table = _table("exercise", "checks", "wrong", "right", "checked", "slowest", "")
    for row in report.exercises:
        table.add_row(
            row.exercise,
            *(str(number) for number in (row.checks, row.wrong, row.right, row.runs)),
            f"{row.slowest_s * 1000:.0f} ms",
            _mark(row.findings),
        )
    return table


def _of_survey(report: Survey) -> Table:
    table = _table("exercise", "mutants", "noticed", "explained", "survivors", "")
    for row in report.exercises:
        table.add_row(
            row.exercise,
            str(row.mutants),
            str(row.mutants - row.survivors),
            str(row.explained),
            str(row.survivors - row.explained),
            _mark(row.findings),
        )
    return table


def _table(*heads: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, head in enumerate(heads):
        table.add_column(head, justify="left" if number in (0, len(heads) - 1) else "right")
    return table


def _mark(findings: int) -> str:
    return "[green]ok[/]" if findings == 0 else f"[red]{findings} found[/]"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
