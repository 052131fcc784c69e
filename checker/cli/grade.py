"""`unblocked grade`: a class's submissions, to verdicts, gradebooks and pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from checker.cli import _desk, _grading, _options

if TYPE_CHECKING:
    from checker.catalog import Catalog
    from checker.classroom.grading.settings import Settings
    from checker.classroom.grading.store import Store

_FORMATS = "csv,jsonl"


def grade(
    submissions: _options.Submissions,
    out: _options.Out,
    only: _options.Only = None,
    title: _options.Title = "Unblocked",
    hidden: _options.Hidden = None,
    due: _options.Due = "",
    late: _options.Late = "flag",
    formats: _options.Formats = _FORMATS,
    canvas_template: _options.CanvasTemplate = None,
    moodle_worksheet: _options.MoodleWorksheet = None,
    gradescope: _options.Gradescope = False,
    seed: _options.Seed = None,
    workers: _options.Workers = 0,
    dask: _options.Dask = "",
    sandbox: _options.Sandbox = "",
    unsafe: _options.Unsafe = False,
    as_json: _options.Json = False,
) -> None:
    """For teachers: grade what a class handed in, safely, and write the gradebooks.

    Run it again at any time: it goes on where it was, and grades nothing twice. Ends with 0 if
    every work has a verdict, and with 4 if some could not be graded.
    """
    from checker.classroom.grading.batch import grade as grade_batch
    from checker.classroom.grading.store import Store
    from checker.classroom.intake import Policy

    settings = _settings(
        only or [],
        hidden,
        dask,
        title=title,
        seed=_seed(seed, out),
        sandbox=_sandbox(sandbox, unsafe, dask),
        late=late,
        due=due,
        formats=("gradescope",) if gradescope else tuple(filter(None, formats.split(","))),
        canvas_template=str(canvas_template or ""),
        moodle_worksheet=str(moodle_worksheet or ""),
    )
    with _told(dask), ExitStack() as stack:
        _refuse_formats(settings)
        # All that is refused is refused before hours are spent on it.
        Policy.parse(late, due or None)
        store = stack.enter_context(Store(out))
        progress = stack.enter_context(_grading.progress(shown=not as_json))
        grader = stack.enter_context(_grader(settings, workers, dask))
        done = grade_batch(submissions, store, settings, grader, progress)
        progress.writing()
        files = _write(store, out, gradescope=gradescope)
    _grading.say(done, progress.counts, files, out, store_of=out, as_json=as_json)
    raise typer.Exit(_desk.OUR_FAULT if progress.counts["checker_error"] else 0)


def _settings(only: list[str], hidden: Path | None, dask: str, **more: Any) -> Settings:
    from checker.catalog import UnknownExercise, load
    from checker.classroom.grading.settings import Settings, read_hidden
    from checker.course import CHECKS, NoCourse, find_course
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
    if dask and course and (root / CHECKS).is_dir():
        _desk.refuse(
            f"{root} has checks of its own, and the workers of a cluster have those of the course "
            "that is installed there.\nNext: grade it on this machine, without --dask."
        )
    texts = {}
    if hidden is not None:
        try:
            texts = read_hidden(hidden)
        except (OSError, UnicodeDecodeError) as error:
            _desk.refuse(f"{hidden} cannot be read: {error}\nNext: save the checks as UTF-8.")
        _look_at_hidden(hidden, texts, catalog)
    ids = tuple(exercise.id for exercise in chosen)
    return Settings(exercises=ids, course=course, hidden=texts, **more)


def _seed(wanted: int | None, out: Path) -> int:
    """That of the results that are there, or a new one: an answer that was memorised then fails."""
    import secrets

    from checker.classroom.grading.settings import Settings
    from checker.classroom.grading.store import NoResults, Store

    if wanted is not None:
        return wanted
    try:
        with Store(out, new=False) as store:
            known = store.meta("settings")
    except NoResults:
        known = ""
    return Settings.from_json(known).seed if known else secrets.randbelow(1 << 31)


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
    from checker.classroom.grading.crew import Crew
    from checker.engine.cores import cores

    if dask:
        from checker.classroom.grading.cluster import Cluster

        with Cluster(settings, dask) as cluster:
            yield cluster
    else:
        with Crew(settings, workers or len(cores())) as crew:
            yield crew


@contextmanager
def _told(dask: str) -> Iterator[None]:
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
        if dask:
            _desk.refuse(str(error), _desk.OUR_FAULT)
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
