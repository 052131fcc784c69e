"""`unblocked build`: the chapters' notebooks, from their sources."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli._course import course_folder

if TYPE_CHECKING:
    from checker.chapters import Progress, Source
    from checker.chapters.build import Built

MISSING = """\
Building chapters needs Jupytext and nbclient, which are not installed here.
Next: `make chapters` in a checkout of the course."""
NO_SOURCES = """\
There are no sources of chapters in {}: they are in a checkout of the course alone.
Next: run it there."""


def build(
    chapters: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CHAPTER]...", help="01, blocking or 01_blocking [default: all]."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 if one is out of date.")
    ] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="With --check: compare with the sources, run nothing.")
    ] = False,
) -> None:
    """Build chapters from chapters/source, by running them. For maintainers."""
    if quick and not check:
        raise typer.BadParameter("it goes with --check", param_hint="--quick")
    if find_spec("jupytext") is None or find_spec("nbclient") is None:
        _end(MISSING)
    from checker.chapters import ChapterError, find_sources, quick_differences, select

    course = course_folder(Path.cwd())
    sources = find_sources(course / "chapters")
    if not sources:
        _end(NO_SOURCES.format(course))
    try:
        chosen = select(sources, chapters or [])
        if quick:
            _report({source: quick_differences(source) for source in chosen})
            return
    except ChapterError as error:
        _end(str(error))
    built = _run(chosen, course)
    for one in built:
        if one.fault:
            typer.echo(one.fault, err=True)
    good = [one for one in built if not one.fault]
    if check:
        _compare(good)
    else:
        for one in good:
            _write(one)
    if len(good) < len(built):
        raise typer.Exit(1)


def _run(sources: list[Source], course: Path) -> list[Built]:
    import asyncio

    from checker.chapters import build_all
    from checker.cli.jupyter.folder import environment, write_settings

    with TemporaryDirectory(prefix="unblocked-") as temporary, _progress() as progress:
        # A Jupyter of its own, so that nothing of the author's Jupyter is in a chapter.
        write_settings(Path(temporary))
        jupyter = environment(Path(temporary), os.environ)
        return asyncio.run(build_all(sources, course=course, jupyter=jupyter, progress=progress))


def _compare(built: list[Built]) -> None:
    from checker.chapters import differences

    _report({one.source: differences(one.source, one.text) for one in built})


def _report(faults: dict[Source, list[str]]) -> None:
    """Say which chapters are out of date; end with 1 if one is."""
    for source, found in faults.items():
        for fault in found:
            typer.echo(f"chapters/{source.notebook.name} is out of date: {fault}")
    if any(faults.values()):
        _end("Next: make chapters")
    for source in faults:
        typer.echo(f"chapters/{source.notebook.name} is up to date.")


def _write(built: Built) -> None:
    """Write a notebook in one step; one that is the same already is left alone."""
    path, data = built.source.notebook, built.text.encode()
    shown = f"chapters/{path.name}"
    if path.is_file() and path.read_bytes() == data:
        typer.echo(f"{shown} is the same as before.")
        return
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(data)
    part.replace(path)
    typer.echo(f"{shown} is built.")


@contextmanager
def _progress() -> Iterator[Progress]:
    """Bars on a terminal, which go when they are full; elsewhere the chapters' names."""
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TaskID, TextColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), MofNCompleteColumn(), TextColumn("cells"))
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bars:

        class Shown:
            """The chapters that are being built, each with a bar."""

            def __init__(self) -> None:
                self.tasks: dict[str, TaskID] = {}

            def began(self, source: Source, cells: int) -> None:
                self.tasks[source.name] = bars.add_task(source.name, total=cells)
                if not console.is_terminal:
                    typer.echo(f"Running {source.name}: {cells} cells.", err=True)

            def cell(self, source: Source) -> None:
                bars.advance(self.tasks[source.name])

            def ended(self, source: Source) -> None:
                if source.name in self.tasks:
                    bars.remove_task(self.tasks[source.name])

        yield Shown()


def _end(why: str) -> None:
    typer.echo(why, err=True)
    raise typer.Exit(1)
