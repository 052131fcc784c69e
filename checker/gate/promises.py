"""What a chapter.toml says of an exercise's checks, compared with the task and with the runs.

Invariant: without a finding, every bullet of the task and every check are in the map from
requirements to checks, the words of a requirement stand in the task, each of the usual faults has a
wrong answer or a reason, and the guards are the checks that the stub passes.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from checker.catalog import PATTERNS, Exercise, Promises, names_check
from checker.engine.verdict import Verdict
from checker.gate.finding import Finding
from checker.gate.folders import Folders
from checker.gate.judged import Judged
from checker.gate.to_do import in_chapter

_BULLET = re.compile(r"^[-*] (?P<words>(?:.+\n?)(?:^[ ]+.+\n?)*)", re.MULTILINE)


def kept(
    exercise: Exercise, promises: Promises, folders: Folders, judged: Sequence[Judged]
) -> Iterator[Finding]:
    """What is wrong with the map, the patterns and the guards, once they are written."""
    if not judged or any(verdict.ended == "no checks" for _, verdict in judged):
        return
    stubs = [verdict for run, verdict in judged if run.kind == "bare stub"]
    yield from _guards(exercise, folders, stubs)
    if any(in_chapter(exercise, folders)):
        return
    solutions = [verdict for run, verdict in judged if run.kind == "solution"]
    yield from _words(exercise, promises, folders)
    yield from _patterns(exercise, promises, folders)
    yield from _checks(exercise, promises, folders, solutions)


def _words(exercise: Exercise, promises: Promises, folders: Folders) -> Iterator[Finding]:
    """Requirements that the task does not have, and bullets of it that are no requirement."""
    stub = folders.stub(exercise)
    try:
        tree = ast.parse(stub.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return  # That is a finding of its own.
    place = _Place(exercise, folders)
    task = _one_line("\n".join(_docstrings(tree)))
    for words in promises.requirements:
        if _one_line(words) not in task:
            what = f"the task does not say {_short(words)!r}"
            yield place.finding(words, what, "quote the task's own words: they may have changed")
    for bullet in _BULLET.finditer(ast.get_docstring(tree) or ""):
        said = _one_line(bullet["words"])
        if not any(_one_line(words) in said for words in promises.requirements):
            what = f"no requirement is quoted from {_short(said)!r}"
            yield place.finding("requirements", what, "name the check that fails if it is broken")


def _patterns(exercise: Exercise, promises: Promises, folders: Folders) -> Iterator[Finding]:
    """Faults that no wrong answer has, without a reason; and wrong answers that are not there."""
    place = _Place(exercise, folders)
    there = {path.stem for path in folders.wrong(exercise)}
    for key, means in PATTERNS.items():
        named = promises.patterns.get(key)
        if named is None:
            what = f"nothing is said of `{key}`: {means}"
            fix = "name a wrong answer that has this fault, or say why none can have it"
            yield place.finding("patterns", what, fix)
        for name in named if isinstance(named, tuple) else ():
            if name not in there:
                what = f"`{key}` names {name!r}, which is no wrong answer of this exercise"
                yield place.finding(key, what, "name the file, without its ending")


def _checks(
    exercise: Exercise, promises: Promises, folders: Folders, solutions: Sequence[Verdict]
) -> Iterator[Finding]:
    """Checks that are not there, and checks that hold nothing that the task says."""
    ids = [check.id for verdict in solutions[:1] for check in verdict.checks]
    if not ids:
        return
    place = _Place(exercise, folders)
    every = [name for names in promises.requirements.values() for name in names]
    for words, names in promises.requirements.items():
        for name in names:
            if not any(names_check(name, id) for id in ids):
                what = f"there is no check `{name}`"
                yield place.finding(words, what, f"name one of: {', '.join(ids)}")
    for id in ids:
        if not any(names_check(name, id) for name in every):
            what = f"`{id}` stands beside no requirement"
            fix = "say in the task what it tests and quote that, or drop the check"
            yield place.finding("requirements", what, fix)


def _guards(exercise: Exercise, folders: Folders, stubs: Sequence[Verdict]) -> Iterator[Finding]:
    """Guards that are none, and checks that the stub passes without being called guards."""
    passed = list(
        dict.fromkeys(
            check.id for each in stubs for check in each.checks if check.outcome == "passed"
        )
    )
    every = [check.id for verdict in stubs[:1] for check in verdict.checks]
    if not every or len(passed) == len(every):
        return  # A stub that passes all of them is a finding of its own.
    place = _Place(exercise, folders)
    named = {id for id in every for name in exercise.guards if names_check(name, id)}
    if named == set(passed) and all(
        any(names_check(name, id) for id in every) for name in exercise.guards
    ):
        return
    said = ", ".join(f'"{id}"' for id in passed)
    what = f"the stub passes {', '.join(passed) or 'no check'}, and the guards are " + (
        ", ".join(exercise.guards) or "none"
    )
    fix = f"write guards = [{said}], or let these checks fail on what is not written yet"
    yield place.finding("guards", what, fix)


class _Place:
    """The table of an exercise in its chapter.toml."""

    def __init__(self, exercise: Exercise, folders: Folders) -> None:
        self._exercise = exercise
        path = folders.exercises / exercise.chapter / "chapter.toml"
        self._name, self._lines = folders.name(path), path.read_text("utf-8").splitlines()

    def finding(self, key: str, what: str, fix: str) -> Finding:
        """A finding at the line of a key, else at the first line of the exercise's table."""
        table = f"[exercises.{self._exercise.name}"
        within, found = False, 0
        for number, line in enumerate(self._lines, 1):
            head = line.strip()
            if head.startswith("[") and head.endswith("]") and "=" not in head:
                within = head == f"{table}]" or head.startswith(f"{table}.")
                found = number if head == f"{table}]" else found
                if within and head == f"{table}.{key}]":
                    return Finding(self._name, number, what, fix, self._exercise.id)
            elif within and head.lstrip('"').startswith(key):
                return Finding(self._name, number, what, fix, self._exercise.id)
        return Finding(self._name, found, what, fix, self._exercise.id)


def _docstrings(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _short(text: str, most: int = 60) -> str:
    text = _one_line(text)
    return text if len(text) <= most else text[: most - 1] + "…"
