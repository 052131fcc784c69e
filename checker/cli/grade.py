"""`unblocked grade`: a class's submissions, to verdicts, gradebooks and pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from checker.cli import _desk

if TYPE_CHECKING:
    from checker.catalog import Catalog
    from checker.classroom.grading.batch import Round
    from checker.classroom.grading.settings import Settings
    from checker.classroom.grading.store import Store
    from checker.engine.verdict import Verdict

_FORMATS = "csv,jsonl"


def grade(
    submissions: Annotated[
        Path, typer.Argument(metavar="SUBMISSIONS", help="What you downloaded: a folder or a zip.")
    ],
    out: Annotated[Path, typer.Option("--out", help="The folder for the results.")],
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="ID", help="An exercise or a chapter; may be repeated."),
    ] = None,
    title: Annotated[str, typer.Option(help="The name of the assignment.")] = "Unblocked",
    hidden: Annotated[
        Path | None,
        typer.Option(help="A folder with checks of your own: NN_slug/test_<exercise>.py"),
    ] = None,
    due: Annotated[str, typer.Option(help="When it was due: 2026-03-01T23:59")] = "",
    late: Annotated[
        str, typer.Option(help="What being late costs: accept, flag, zero, or 10%/day")
    ] = "flag",
    formats: Annotated[
        str,
        typer.Option(
            "--format",
            help="csv, canvas, moodle, nbgrader, gradescope, junit, classroom50, jsonl",
        ),
    ] = _FORMATS,
    canvas_template: Annotated[
        Path | None, typer.Option(help="An export of Canvas's gradebook, to fill in.")
    ] = None,
    moodle_worksheet: Annotated[
        Path | None, typer.Option(help="A grading worksheet of Moodle's, to fill in.")
    ] = None,
    gradescope: Annotated[
        bool,
        typer.Option(
            "--gradescope", help="Within Gradescope: one submission, and OUT/results.json."
        ),
    ] = False,
    seed: Annotated[int, typer.Option(help="What inputs are drawn from.")] = 0,
    workers: Annotated[
        int, typer.Option(min=0, help="Processes that grade; 0 is one for each core.")
    ] = 0,
    dask: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Grade on this Dask cluster, not here.")
    ] = "",
    sandbox: Annotated[
        str, typer.Option(help="jail, bwrap, or outer: the container around this is the sandbox.")
    ] = "",
    unsafe: Annotated[
        bool,
        typer.Option(
            "--unsafe-no-sandbox", help="No sandbox: attempts can do what you can do here."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="A summary as JSON.")] = False,
) -> None:
    """For teachers: grade what a class handed in, safely, and write the gradebooks.

    Run it again at any time: it goes on where it was, and grades nothing twice. Ends with 0 if
    every work has a verdict, and with 4 if some could not be graded.
    """
    from checker.classroom.grading.batch import grade as grade_batch
    from checker.classroom.grading.store import Store

    settings = _settings(
        only or [],
        hidden,
        title=title,
        seed=seed,
        sandbox=_sandbox(sandbox, unsafe, dask),
        late=late,
        due=due,
        formats=("gradescope",) if gradescope else tuple(filter(None, formats.split(","))),
        canvas_template=str(canvas_template or ""),
        moodle_worksheet=str(moodle_worksheet or ""),
    )
    with _told(), ExitStack() as stack:
        _refuse_formats(settings)
        store = stack.enter_context(Store(out))
        progress = stack.enter_context(_progress(shown=not as_json))
        grader = stack.enter_context(_grader(settings, workers, dask))
        done = grade_batch(submissions, store, settings, grader, progress)
        progress.writing()
        files = _write(store, out, gradescope=gradescope)
    _say(done, progress.counts, files, out, store_of=out, as_json=as_json)
    raise typer.Exit(_desk.OUR_FAULT if progress.counts["checker_error"] else 0)


def _settings(only: list[str], hidden: Path | None, **more: Any) -> Settings:
    from checker.catalog import UnknownExercise, load
    from checker.classroom.grading.settings import Settings, read_hidden
    from checker.course import NoCourse, find_course
    from checker.install.content import shipped

    try:
        root = find_course(Path.cwd())
    except NoCourse:
        root = shipped().root
    catalog = load(root / "exercises")
    try:
        chosen = catalog.select(only) if only else catalog.exercises
    except UnknownExercise as error:
        _desk.refuse(str(error))
    course = "" if root == shipped().root else str(root)
    texts = {}
    if hidden is not None:
        texts = read_hidden(hidden)
        _look_at_hidden(hidden, texts, catalog)
    ids = tuple(exercise.id for exercise in chosen)
    return Settings(exercises=ids, course=course, hidden=texts, **more)


def _look_at_hidden(folder: Path, texts: dict[str, str], catalog: Catalog) -> None:
    known = {f"{each.chapter}/test_{each.name}.py": each for each in catalog.exercises}
    checks = [name for name in texts if Path(name).name.startswith("test_")]
    for name in checks:
        if name not in known:
            _desk.refuse(
                f"{folder / name} is for no exercise.\nNext: name it NN_slug/test_<exercise>.py, "
                f"such as {next(iter(known))}."
            )
    if not checks:
        _desk.refuse(
            f"There are no checks in {folder}.\nNext: put them in NN_slug/test_<exercise>.py, "
            f"such as {next(iter(known))}."
        )


def _sandbox(word: str, unsafe: bool, dask: str) -> str:
    from checker.jail import NoJail, Sandbox, choose

    try:
        wanted = Sandbox.NONE if unsafe else Sandbox(word) if word else None
    except ValueError:
        _desk.refuse(f"There is no sandbox {word!r}.\nNext: jail, bwrap or outer.")
    if dask and wanted is None:
        return Sandbox.JAIL.value  # Each worker tries its own, and refuses if it does not hold.
    try:
        return choose(wanted).value
    except NoJail as error:
        _desk.refuse(str(error), _desk.OUR_FAULT)


def _refuse_formats(settings: Settings) -> None:
    from checker.classroom.gradebooks import FORMATS

    for name in settings.formats:
        if name not in FORMATS:
            _desk.refuse(f"There is no format {name!r}.\nNext: choose of {', '.join(FORMATS)}.")


@contextmanager
def _grader(settings: Settings, workers: int, dask: str) -> Iterator[Any]:
    from checker.classroom.grading.crew import Crew, cores

    if dask:
        from checker.classroom.grading.cluster import Cluster

        with Cluster(settings, dask) as cluster:
            yield cluster
    else:
        with Crew(settings, workers or cores()) as crew:
            yield crew


@contextmanager
def _told() -> Iterator[None]:
    """What a teacher can mend is said in words."""
    from checker.classroom.gradebooks import GradebookError
    from checker.classroom.grading.crew import CrewFailed
    from checker.classroom.grading.store import NoResults
    from checker.classroom.intake import IntakeError

    try:
        yield
    except (GradebookError, IntakeError, NoResults) as error:
        _desk.refuse(str(error))
    except CrewFailed as error:
        _desk.refuse(f"No worker could begin: {error}", _desk.OUR_FAULT)


def _write(store: Store, out: Path, *, gradescope: bool) -> list[Path]:
    from checker.classroom.gradebooks.books import put
    from checker.classroom.grading.papers import write_all
    from checker.classroom.grading.results import Results

    files = write_all(Results(store), out, datetime.now(UTC).isoformat(timespec="minutes"))
    if gradescope:
        results = [path for path in files if path.name == "results.json"]
        if len(results) == 1:
            files.append(put(out / "results.json", results[0].read_bytes()))
    return files


class _Progress:
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
def _progress(shown: bool) -> Iterator[_Progress]:
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
        yield _Progress(bar, bar.add_task("Starting the workers", total=None, counts=""))


def _say(
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

    with Store(store_of, new=False) as store:
        changed = changes(store)
    if as_json:
        summary = {
            "shape": done.shape,
            "students": done.students,
            "graded": done.graded,
            "known": done.known,
            "outcomes": dict(sorted(counts.items())),
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
    if changed:
        gained = sum(change.after > change.before for change in changed)
        lost = sum(change.after < change.before for change in changed)
        typer.echo(f"Since the last round: {gained} gained points, {lost} lost some: changes.csv")
    pages = sum(path.parent.name == "feedback" for path in files)
    names = [str(path.relative_to(out)) for path in files if path.parent == out]
    typer.echo(f"In {out}: {', '.join(names)}, feedback/ ({pages} pages)")
