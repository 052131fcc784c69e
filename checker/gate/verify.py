"""Everything that the gate shows of a course, made a report.

Invariant: no findings mean that each exercise named was seen to be whole: its stub unfinished, its
right answers accepted, its wrong answers rejected by the checks that they name.
"""

from __future__ import annotations

import ast
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from checker.catalog import Catalog, CatalogError, Exercise, load
from checker.engine.cores import cores
from checker.engine.engine import Engine, engine
from checker.engine.verdict import Verdict
from checker.gate.cache import Cache
from checker.gate.finding import Finding, from_catalog
from checker.gate.folders import Folders
from checker.gate.judged import Judge, Judged
from checker.gate.pool import spread
from checker.gate.promises import kept
from checker.gate.roads import differences as differences_of_roads
from checker.gate.runs import SEEDS, Run, by_attempt, runs_of
from checker.gate.shape import differences
from checker.gate.to_do import is_written, to_do
from checker.gate.written import read_checks
from checker.jail import Zygotes, choose

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
    cached: bool = False,
) -> Report:
    """Verify the exercises and chapters with these names, or all of the course at `root`.

    jailed   check each attempt in a jail too, and compare
    cached   take verdicts from earlier runs where nothing has changed
    """
    began = time.monotonic()
    folders = Folders(root)
    try:
        catalog = load(folders.exercises)
    except CatalogError as error:
        return Report(findings=[from_catalog(error, str(folders.root))])
    exercises = catalog.select(list(names)) if names else catalog.exercises
    report = Report()
    cache = Cache(folders) if cached else None
    checker = _Checker(folders, progress, workers or len(cores()), cache)
    judged = checker.on_this_side(run for each in exercises for run in runs_of(each, folders))
    for exercise in exercises:
        mine = [each for each in judged if each[0].exercise == exercise]
        found = to_do(exercise, folders)
        held = kept(exercise, catalog.promises(exercise), folders, mine)
        found += sorted({*_read(exercise, folders), *_judge(mine, folders), *held})
        report.exercises.append(_row(exercise, mine, folders, len(found)))
        report.findings += found
    if jailed:
        report.findings += _compare(judged, checker)
    report.findings += stray(catalog, exercises, folders, whole=not names)
    if cache and not names:
        cache.drop_unused()
    report.real_s = round(time.monotonic() - began, 3)
    return report


def _compare(judged: list[Judged], checker: _Checker) -> list[Finding]:
    """Each attempt under the usual seed, in a jail, too."""
    both = [each for each in judged if _on_both_roads(each[0])]
    runs, here = [run for run, _ in both], [verdict for _, verdict in both]
    jailed = [verdict for _, verdict in checker.in_a_jail(runs)]
    return sorted({*differences_of_roads(runs, here, jailed, checker.folders)})


def _on_both_roads(run: Run) -> bool:
    return run.seed == SEEDS[0] and run.kind != "again"


@dataclass
class _Checker:
    """Checks runs, attempt by attempt, on one road or the other."""

    folders: Folders
    progress: Progress
    workers: int
    cache: Cache | None = None

    def on_this_side(self, runs: Iterable[Run]) -> list[Judged]:
        """In forks."""
        return self._check(list(runs), None)

    def in_a_jail(self, runs: Iterable[Run]) -> list[Judged]:
        """Behind a wall."""
        jail = Zygotes(choose())
        try:
            return self._check(list(runs), jail)
        finally:
            jail.close()

    def _check(self, runs: list[Run], jail: Zygotes | None) -> list[Judged]:
        road = f"jail {jail.sandbox.value}" if jail else "fork"
        verdicts: dict[int, Verdict] = {}
        left, attempts = [], by_attempt(runs)
        self.progress(len(attempts))
        for numbers in attempts:
            known = self.cache and self.cache.read([runs[number] for number in numbers], road)
            if known:
                verdicts |= zip(numbers, known, strict=True)
                self.progress(0)
            else:
                left.append(numbers)
        found = self._fresh([[runs[number] for number in numbers] for numbers in left], jail)
        for numbers, made in zip(left, found, strict=True):
            verdicts |= zip(numbers, made, strict=True)
            if self.cache:
                self.cache.keep([runs[number] for number in numbers], road, made)
        return [(run, verdicts[number]) for number, run in enumerate(runs)]

    def _fresh(self, attempts: list[list[Run]], jail: Zygotes | None) -> list[list[Verdict]]:
        """The verdicts on attempts, each under its seeds."""
        if not attempts:
            return []
        exercises = {runs[0].exercise.id: runs[0].exercise for runs in attempts}

        def use(warm: Engine) -> list[str]:
            def answer(number: int) -> str:
                runs = attempts[number]
                verdicts = warm.check_seeds(runs[0].job(self.folders), [run.seed for run in runs])
                return json.dumps([verdict.to_json() for verdict in verdicts])

            warm.import_for(runs[0].data for runs in attempts)
            return spread(len(attempts), answer, lambda: self.progress(0), self.workers)

        texts = engine(exercises.values(), use, self.folders.checks, jail=jail)
        return [[Verdict.from_json(text) for text in json.loads(each)] for each in texts]


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


def stray(
    catalog: Catalog, exercises: list[Exercise], folders: Folders, whole: bool
) -> Iterator[Finding]:
    """Files that belong to none of these exercises; to none of the course if `whole`."""
    slugs = {exercise.chapter for exercise in exercises}
    chapters = [chapter for chapter in catalog.chapters if whole or chapter.slug in slugs]
    return folders.stray(chapters, whole)
