"""`unblocked grade`: a class's submissions, to verdicts, gradebooks and pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from checker.cli import _desk, _grading, _options

if TYPE_CHECKING:
    from checker.catalog import Catalog
    from checker.classroom.grading.batch import Handed
    from checker.classroom.grading.papers import Papers
    from checker.classroom.grading.settings import Settings
    from checker.classroom.grading.store import Store
    from checker.classroom.intake import About

_FORMATS = "csv,jsonl"


def grade(
    submissions: _options.Submissions,
    out: _options.Out,
    only: _options.Only = None,
    title: _options.Title = "Unblocked",
    hidden: _options.Hidden = None,
    due: _options.Due = "",
    late: _options.Late = "flag",
    extensions: _options.Extensions = None,
    roster: _options.Roster = None,
    yes: _options.Yes = False,
    formats: _options.Formats = _FORMATS,
    canvas_template: _options.CanvasTemplate = None,
    moodle_worksheet: _options.MoodleWorksheet = None,
    gradescope: _options.Gradescope = False,
    allow_ungraded: _options.AllowUngraded = False,
    seed: _options.Seed = None,
    workers: _options.Workers = 0,
    dask: _options.Dask = "",
    sandbox: _options.Sandbox = "",
    unsafe: _options.Unsafe = False,
    as_json: _options.Json = False,
) -> None:
    """For teachers: grade what a class handed in, safely, and write the gradebooks.

    Run it again at any time: it goes on where it was, and grades nothing twice. Ends with 0 if
    every work is graded, with 5 if the checker failed on some, and with 2 if a format could not be
    written. Points are never lost to a failure of the checker.
    """
    from checker.classroom.grading.batch import grade as grade_batch
    from checker.classroom.grading.store import Store

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
        allow_ungraded=allow_ungraded,
    )
    with _told(dask, hidden), ExitStack() as stack:
        # All that is refused is refused before hours are spent on it.
        _check_formats(settings)
        about = replace(_about(settings, roster, extensions), alone=gradescope)
        store = stack.enter_context(Store(out))
        progress = stack.enter_context(_grading.progress(shown=not as_json))
        grader = stack.enter_context(_grader(settings, workers, dask))
        look = partial(_look, settings=settings, progress=progress, sure=yes or gradescope)
        done = grade_batch(submissions, store, settings, grader, progress, about=about, look=look)
        progress.writing()
        papers = _write(store, out, gradescope=gradescope)
    _grading.say(done, progress.counts, papers, out, as_json=as_json)
    raise typer.Exit(_code(papers))


def _code(papers: Papers) -> int:
    if papers.not_graded or papers.standing:
        return _desk.NOT_GRADED
    return _desk.WRONG_USE if papers.problems else 0


def _about(settings: Settings, roster: Path | None, extensions: Path | None) -> About:
    """What the teacher's files say of the students."""
    from checker.classroom.intake import About, Policy
    from checker.classroom.intake.extensions import Extensions
    from checker.classroom.intake.recorded import times
    from checker.classroom.intake.roster import Roster

    policy = Policy.parse(settings.late, settings.due or None)
    worksheet = settings.moodle_worksheet
    return About(
        roster=Roster(roster) if roster is not None else None,
        extensions=Extensions(extensions, policy) if extensions is not None else None,
        recorded=times(Path(worksheet), policy) if worksheet else {},
    )


def _look(handed: Handed, *, settings: Settings, progress: _grading.Bar, sure: bool) -> None:
    """What can be seen before anything is graded: formats without ids, and a class that is late."""
    _check_formats(settings, [each.ids for each in handed.students])
    late, given = handed.late, handed.given
    if sure or settings.late == "accept" or len(given) < 2 or 2 * len(late) <= len(given):
        return
    what = f"{len(late)} of {len(given)} students count as late"
    due = f" The due time is {settings.due}." if settings.due else ""
    first = late[0]
    when = f"{first.submitted:%Y-%m-%d %H:%M %Z}" if first.submitted else "late, as marked there"
    told = f"{what}, which is more than half of the class.{due} {first.student}: {when}."
    if progress.ask(f"{told} Grade all the same?"):
        return
    _desk.refuse(
        f"{told}\nNext: look at --due and its time zone. If it is right, run the same command with "
        "--yes; --late accept takes nothing off."
    )


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
    for name in texts:
        try:
            compile(texts[name], str(folder / name), "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None)
            place = f", line {line}" if line else ""
            _desk.refuse(
                f"{folder / name}{place}: {getattr(error, 'msg', error)}.\n"
                "Next: correct it. Nobody was graded."
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


def _check_formats(settings: Settings, ids: list[dict[str, str]] | None = None) -> None:
    from checker.classroom.gradebooks import FORMATS, check

    for name in settings.formats:
        if name not in FORMATS:
            _desk.refuse(f"There is no format {name!r}.\nNext: choose of {', '.join(FORMATS)}.")
    check(
        settings.formats,
        settings.title,
        ids,
        canvas_template=Path(settings.canvas_template) if settings.canvas_template else None,
        moodle_worksheet=Path(settings.moodle_worksheet) if settings.moodle_worksheet else None,
    )


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
def _told(dask: str, hidden: Path | None) -> Iterator[None]:
    """What a teacher can correct is said in words."""
    from checker.classroom.gradebooks import GradebookError
    from checker.classroom.grading.crew import CrewFailed
    from checker.classroom.grading.screen import HiddenRefused
    from checker.classroom.grading.store import NoResults
    from checker.classroom.intake import IntakeError

    try:
        yield
    except (GradebookError, HiddenRefused, IntakeError, NoResults) as error:
        _desk.refuse(str(error))
    except CrewFailed as error:
        if dask:
            _desk.refuse(str(error), _desk.OUR_FAULT)
        if hidden is None:
            _desk.refuse(f"No worker could begin: {error}", _desk.OUR_FAULT)
        said = str(error).strip().splitlines()[-1:] or ["nothing was said"]
        _desk.refuse(
            f"No worker could begin with the hidden checks: {said[0]}\n"
            f"Next: look at what the files in {hidden} do when they are imported. A loop, an exit "
            "or a crash there ends the process that grades."
        )


def _write(store: Store, out: Path, *, gradescope: bool) -> Papers:
    from checker.classroom.gradebooks.books import put
    from checker.classroom.grading.papers import write_all
    from checker.classroom.grading.results import Results

    made = datetime.now(UTC).isoformat(timespec="minutes")
    papers = write_all(Results(store), out, made, always=gradescope)
    results = [path for path in papers.files if path.name == "results.json"]
    if gradescope and len(results) == 1:
        copy = put(out / "results.json", results[0].read_bytes())
        papers = papers._replace(files=[*papers.files, copy])
    return papers
