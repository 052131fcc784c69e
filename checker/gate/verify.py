"""Everything that the gate shows of a course, made a report.

Invariant: no findings mean that each exercise named was seen to be whole: its stub unfinished, its
right answers accepted, its wrong answers rejected by the checks that they name.
"""

from __future__ import annotations

import ast
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from checker.catalog import Catalog, CatalogError, Exercise, load
from checker.engine.engine import Engine, engine
from checker.engine.verdict import Verdict
from checker.gate.finding import Finding, from_catalog
from checker.gate.folders import Folders
from checker.gate.judged import Judge, Judged
from checker.gate.pool import spread
from checker.gate.roads import JailPerProcess
from checker.gate.roads import differences as differences_of_roads
from checker.gate.runs import SEEDS, Run, by_attempt, runs_of
from checker.gate.shape import differences
from checker.gate.to_do import is_written, to_do
from checker.gate.written import read_checks

VERSION = 1

# Called with the number of attempts in all, once, and then with 0 as each is done.
Progress = Callable[[int], None]


@dataclass
class Row:
    """One exercise, in numbers. `slowest_s` is of its right answers, in real time."""

    exercise: str
    checks: int = 0
    wrong: int = 0
    right: int = 0
    runs: int = 0
    slowest_s: float = 0.0
    findings: int = 0


@dataclass
class Report:
    """What was found."""

    exercises: list[Row] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    real_s: float = 0.0

    def to_json(self) -> str:
        """Everything, as JSON."""
        return json.dumps({"version": VERSION} | asdict(self), ensure_ascii=False, indent=1)


def verify(
    root: Path,
    names: Sequence[str],
    progress: Progress,
    workers: int = 0,
    *,
    jailed: bool = False,
) -> Report:
    """Verify the exercises and chapters with these names, or all of the course at `root`.

    jailed   check each attempt in a jail too, and compare
    """
    began = time.monotonic()
    folders = Folders(root)
    try:
        catalog = load(folders.exercises)
    except CatalogError as error:
        return Report(findings=[from_catalog(error, str(folders.root))])
    exercises = catalog.select(list(names)) if names else catalog.exercises
    report = Report()
    workers = workers or cores()
    judged = _check(exercises, folders, progress, workers)
    for exercise in exercises:
        found = to_do(exercise, folders)
        found += sorted({*_read(exercise, folders), *_judge(judged[exercise.id], folders)})
        report.exercises.append(_row(exercise, judged[exercise.id], folders, len(found)))
        report.findings += found
    if jailed:
        report.findings += _compare(judged, folders, progress, workers)
    report.findings += _stray(catalog, exercises, folders, whole=not names)
    report.real_s = round(time.monotonic() - began, 3)
    return report


def cores() -> int:
    """How many of the machine's cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _check(
    exercises: list[Exercise], folders: Folders, progress: Progress, workers: int
) -> dict[str, list[Judged]]:
    """All runs, by exercise."""
    runs = [run for exercise in exercises for run in runs_of(exercise, folders)]
    texts = engine(exercises, _all(runs, folders, progress, workers), folders.checks)
    judged: dict[str, list[Judged]] = {exercise.id: [] for exercise in exercises}
    for run, text in zip(runs, texts, strict=True):
        judged[run.exercise.id].append((run, Verdict.from_json(text)))
    return judged


def _compare(
    judged: dict[str, list[Judged]], folders: Folders, progress: Progress, workers: int
) -> list[Finding]:
    """Each attempt under the usual seed, in a jail."""
    both = [
        (run, verdict)
        for found in judged.values()
        for run, verdict in found
        if run.seed == SEEDS[0] and run.kind != "again"
    ]
    runs, here = [run for run, _ in both], [verdict for _, verdict in both]
    exercises = list({run.exercise.id: run.exercise for run in runs}.values())
    jail = JailPerProcess()
    try:
        texts = engine(exercises, _all(runs, folders, progress, workers), folders.checks, jail=jail)
    finally:
        jail.close()
    return sorted({*differences_of_roads(runs, here, [*map(Verdict.from_json, texts)], folders)})


def _all(
    runs: list[Run], folders: Folders, progress: Progress, workers: int
) -> Callable[[Engine], list[str]]:
    """What checks all runs with an engine, each to the text of its verdict."""

    attempts = by_attempt(runs)

    def use(warm: Engine) -> list[str]:
        def answer(number: int) -> str:
            mine = [runs[each] for each in attempts[number]]
            verdicts = warm.check_seeds(mine[0].job(folders), [run.seed for run in mine])
            return json.dumps([verdict.to_json() for verdict in verdicts])

        progress(len(attempts))
        warm.import_for(run.data for run in runs)
        texts: dict[int, str] = {}
        answers = spread(len(attempts), answer, lambda: progress(0), workers)
        for numbers, found in zip(attempts, answers, strict=True):
            texts.update(zip(numbers, json.loads(found), strict=True))
        return [texts[number] for number in range(len(runs))]

    return use


def _read(exercise: Exercise, folders: Folders) -> Iterator[Finding]:
    """What can be seen without running anything."""
    yield from folders.missing(exercise)
    yield from folders.unusable(exercise)
    check_file = folders.check_file(exercise)
    yield from read_checks(check_file, folders.name(check_file), exercise.id).findings
    paths = folders.stub(exercise), folders.solution(exercise)
    trees = []
    for path in paths:
        if path.is_file() and is_written(path.read_bytes()):
            try:
                trees.append(ast.parse(path.read_bytes()))
            except (SyntaxError, ValueError) as error:
                line, what = getattr(error, "lineno", 0) or 0, f"this is not Python: {error}"
                yield Finding(folders.name(path), line, what, "mend it", exercise.id)
    if len(trees) == len(paths):
        for each in differences(*trees):
            file = folders.name(paths[0] if each.in_stub else paths[1])
            yield Finding(file, each.line, each.what, each.fix, exercise.id)


def _judge(judged: list[Judged], folders: Folders) -> Iterator[Finding]:
    """What the runs showed."""
    if not judged:
        return
    exercise = judged[0][0].exercise
    check_file = folders.check_file(exercise)
    if check_file.is_file():
        written = read_checks(check_file, folders.name(check_file), exercise.id)
        yield from Judge(folders, written).findings(judged)


def _row(exercise: Exercise, judged: list[Judged], folders: Folders, findings: int) -> Row:
    right = [verdict for run, verdict in judged if run.kind in ("solution", "again", "right")]
    return Row(
        exercise=exercise.id,
        checks=max((len(verdict.checks) for verdict in right), default=0),
        wrong=len(folders.wrong(exercise)),
        right=len(folders.right(exercise)),
        runs=len(judged),
        slowest_s=max((verdict.real_s for verdict in right), default=0.0),
        findings=findings,
    )


def _stray(
    catalog: Catalog, exercises: list[Exercise], folders: Folders, whole: bool
) -> Iterator[Finding]:
    slugs = {exercise.chapter for exercise in exercises}
    chapters = [chapter for chapter in catalog.chapters if whole or chapter.slug in slugs]
    return folders.stray(chapters, whole)
