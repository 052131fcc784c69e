"""Mutants that no check notices, and what their author says about them.

A mutant that passes all checks shows what nobody looks at, or is the same program in other words.
The latter is said, with the reason, in `exercises/NN_slug/survivors.toml`:

    [[survivor]]
    exercise = "never_block"
    mutation = "0.1 made 1.1"
    line = "DELAY_S = 0.1"
    because = "the constant is not used before the shop has closed"

Invariant: a word for a mutant that is noticed, or is not there any more, is itself a finding.
"""

from __future__ import annotations

import json
import time
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from checker.catalog import CatalogError, Exercise, load
from checker.engine.cores import cores
from checker.engine.engine import Engine, Job, engine
from checker.engine.fork import Limits
from checker.gate.finding import Finding, from_catalog
from checker.gate.folders import Folders
from checker.gate.mutants import Mutant, mutants_of
from checker.gate.pool import spread
from checker.gate.verify import VERSION, Progress

SHORT = Limits(real_s=2.0)  # Many a mutant spins; a check takes a fortieth of it.
_KEYS = ("exercise", "mutation", "line", "because")


@dataclass
class Count:
    """The mutants of one exercise, in numbers."""

    exercise: str
    mutants: int = 0
    survivors: int = 0
    explained: int = 0
    findings: int = 0


@dataclass
class Survey:
    """What was found."""

    exercises: list[Count] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    real_s: float = 0.0

    def to_json(self) -> str:
        """Everything, as JSON."""
        return json.dumps({"version": VERSION} | asdict(self), ensure_ascii=False, indent=1)


@dataclass
class Word:
    """What an author says about a survivor; `used` once one was met."""

    exercise: str
    mutation: str
    line: str
    because: str
    at: int
    used: bool = False

    def is_about(self, exercise: Exercise, mutant: Mutant) -> bool:
        """Whether it explains this mutant."""
        return (
            self.exercise in (exercise.name, exercise.id)
            and (self.mutation, self.line) == (mutant.what, mutant.text)
        )  # fmt: skip


Try = tuple[Exercise, Mutant]


def survey(root: Path, names: Sequence[str], progress: Progress, workers: int = 0) -> Survey:
    """Break the solutions of these exercises and chapters, or of all of the course at `root`."""
    began = time.monotonic()
    folders = Folders(root)
    try:
        catalog = load(folders.exercises)
    except CatalogError as error:
        return Survey(findings=[from_catalog(error, str(folders.root))])
    exercises = catalog.select(list(names)) if names else catalog.exercises
    tries = [each for exercise in exercises for each in _tries(exercise, folders)]
    outcomes = _check(exercises, tries, folders, progress, workers or len(cores()))
    made = Survey()
    words: dict[str, list[Word]] = {}
    for slug in dict.fromkeys(exercise.chapter for exercise in exercises):
        words[slug], faults = read_words(folders.survivors(slug), folders)
        made.findings += faults
    for exercise in exercises:
        mine = [
            (mutant, outcome)
            for (owner, mutant), outcome in zip(tries, outcomes, strict=True)
            if owner is exercise
        ]
        row, findings = _judge(exercise, mine, words[exercise.chapter], folders)
        made.exercises.append(row)
        made.findings += findings
    made.real_s = round(time.monotonic() - began, 3)
    return made


def _tries(exercise: Exercise, folders: Folders) -> list[Try]:
    """The solution as it is, and its mutants."""
    stub, solution = folders.stub(exercise), folders.solution(exercise)
    if not (stub.is_file() and solution.is_file()):
        return []
    source = solution.read_text("utf-8")
    whole = Mutant(0, "", "", source)
    return [(exercise, each) for each in (whole, *mutants_of(source, stub.read_text("utf-8")))]


def _check(
    exercises: list[Exercise],
    tries: list[Try],
    folders: Folders,
    progress: Progress,
    workers: int,
) -> list[str]:
    """The outcome of each."""

    def use(warm: Engine) -> list[str]:
        def answer(number: int) -> str:
            exercise, mutant = tries[number]
            name = str(folders.solution(exercise))
            # Without the stub: also a mutant that is the stub again has to fail.
            return warm.check(Job(exercise, name, mutant.source.encode()), SHORT).outcome

        progress(len(tries))
        return spread(len(tries), answer, lambda: progress(0), workers)

    return engine(exercises, use, folders.checks)


def _judge(
    exercise: Exercise, outcomes: list[tuple[Mutant, str]], words: list[Word], folders: Folders
) -> tuple[Count, list[Finding]]:
    name = folders.name(folders.solution(exercise))
    row, found = Count(exercise.id), list[Finding]()
    if not outcomes or outcomes[0][1] != "passed":
        fix = "mend that first: `unblocked verify` says more"
        what = "the solution does not pass, so its mutants show nothing"
        return replace(row, findings=1), [Finding(name, 0, what, fix, exercise.id)]
    outcomes = outcomes[1:]
    row.mutants = len(outcomes)
    for mutant, outcome in outcomes:
        what = f"{mutant.what}, in `{mutant.text}`"
        if outcome == "checker_error":
            fix = "mend the check; an attempt like this is the learner's fault, not ours"
            text = f"a check is at fault itself: {what}"
            found.append(Finding(name, mutant.line, text, fix, exercise.id))
        if outcome != "passed":
            continue
        row.survivors += 1
        explained = [word for word in words if word.is_about(exercise, mutant)]
        for word in explained:
            word.used = True
        if explained:
            row.explained += 1
            continue
        fix = "let a check notice, or say in survivors.toml why nobody could"
        text = f"no check notices: {what}"
        found.append(Finding(name, mutant.line, text, fix, exercise.id))
    found += _unused(exercise, outcomes, words, folders)
    row.findings = len(found)
    return row, found


def _unused(
    exercise: Exercise, outcomes: list[tuple[Mutant, str]], words: list[Word], folders: Folders
) -> Iterator[Finding]:
    """Words about mutants of this exercise that do not survive."""
    file = folders.name(folders.survivors(exercise.chapter))
    for word in words:
        if word.used or word.exercise not in (exercise.name, exercise.id):
            continue
        made = any(word.is_about(exercise, mutant) for mutant, _ in outcomes)
        why = "is noticed now" if made else "is not made any more"
        what = f"the mutant {word.mutation!r}, in `{word.line}`, {why}"
        yield Finding(file, word.at, what, "remove this entry", exercise.id)


def read_words(path: Path, folders: Folders) -> tuple[list[Word], list[Finding]]:
    """What is in a survivors.toml, and what is wrong with it."""
    if not path.is_file():
        return [], []
    name, text = folders.name(path), path.read_text("utf-8")
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return [], [Finding(name, 0, str(error), "mend the TOML there")]
    heads = [n for n, line in enumerate(text.splitlines(), 1) if line.strip() == "[[survivor]]"]
    entries = table.get("survivor")
    if set(table) != {"survivor"} or not isinstance(entries, list) or len(heads) != len(entries):
        what = "it has to consist of [[survivor]] tables, and of nothing else"
        return [], [Finding(name, 0, what, f"give each {', '.join(_KEYS)}")]
    words, faults = [], []
    known = {path.stem for path in sorted((folders.exercises / path.parent.name).glob("*.py"))}
    for at, entry in zip(heads, entries, strict=True):
        fault = _fault(entry, known)
        if fault:
            faults.append(Finding(name, at, *fault))
        else:
            words.append(Word(**entry, at=at))
    return words, faults


def _fault(entry: dict[str, Any], known: set[str]) -> tuple[str, str] | None:
    """What is wrong with one entry, and the fix."""
    if set(entry) != set(_KEYS) or not all(type(v) is str and v.strip() for v in entry.values()):
        return "the keys are not those of a survivor", f"give it {', '.join(_KEYS)}, all texts"
    if entry["exercise"].rpartition("/")[2] not in known:
        return f"there is no exercise {entry['exercise']!r} in this chapter", "name one that is"
    return None
