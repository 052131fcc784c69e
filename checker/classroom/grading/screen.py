"""Tries a teacher's hidden checks on answers that the course knows, before anybody is graded.

A check that breaks, or that asks for more than the exercise does, would take points from a whole
class. So each hidden check has to pass on the solution and on the other right answers, and must
come to a result on the wrong ones. The stub, made another program by one dead line, shows which of
them are guards.

Invariant: verdicts on the course's own answers stand apart from those on works, and it either
returns what it learnt or raises with every reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from checker.catalog import Catalog, Exercise
from checker.classroom.grading.grader import Grader
from checker.classroom.grading.settings import Settings, hidden_file
from checker.classroom.grading.store import Store
from checker.classroom.grading.task import Task, key_of
from checker.engine.judge import RAISED_ITSELF
from checker.engine.verdict import (
    HIDDEN_PREFIX,
    CheckResult,
    Verdict,
    outcome_of,
    points_for,
)
from checker.gate.folders import UNUSABLE, Folders

Kind = Literal["right", "wrong", "stub"]
_DEAD_LINE = b"\n\n_not_the_stub_any_more = None\n"
_MOST_REASONS = 5
_LONGEST = 600


class HiddenRefused(ValueError):
    """Hidden checks that nobody should be graded with. The message says which, why, and the fix."""


class _Answer(NamedTuple):
    exercise: Exercise
    kind: Kind
    name: str  # how it is told to the teacher
    data: bytes


@dataclass
class Screened:
    """What is known of the hidden checks.

    guards    by exercise, the ids of those that the stub passes: they earn nothing
    untried   exercises with hidden checks of which no right answer was there to try them on
    """

    guards: dict[str, set[str]] = field(default_factory=dict)
    untried: list[str] = field(default_factory=list)

    def settled(self, verdict: Verdict) -> Verdict:
        """A verdict with its hidden guards, and points to match.

        Where nobody could try the hidden checks, one that raises an error of its own is no fault
        of the attempt's.
        """
        guards = self.guards.get(verdict.exercise, set())
        untried = verdict.exercise in self.untried
        if not guards and not untried:
            return verdict
        checks = [
            replace(
                check,
                guard=check.guard or check.id in guards,
                outcome="checker_error" if untried and _raised(check) else check.outcome,
            )
            for check in verdict.checks
        ]
        if checks == verdict.checks:
            return verdict
        broke = any(check.outcome == "checker_error" for check in checks)
        outcome = outcome_of(checks) if broke else verdict.outcome
        of = verdict.points_of
        return replace(
            verdict, checks=checks, outcome=outcome, points=points_for(outcome, checks, of)
        )


def screen(
    settings: Settings,
    catalog: Catalog,
    folders: Folders,
    store: Store,
    grader: Grader,
) -> Screened:
    """Try the hidden checks of the exercises that are going to be graded."""
    found = Screened()
    chosen = [catalog.find(id) for id in settings.exercises]
    hiding = [exercise for exercise in chosen if hidden_file(exercise) in settings.hidden]
    answers = [answer for exercise in hiding for answer in _answers(exercise, folders)]
    if not answers:
        return found
    tried = {"right": set[str](), "wrong": set[str](), "stub": set[str]()}
    reasons: dict[str, str] = {}
    for answer, verdict in _verdicts(answers, settings, folders, store, grader):
        tried[answer.kind].add(answer.exercise.id)
        for about, why in _faults(answer, verdict):
            reasons.setdefault(about, why)
        if answer.kind == "stub":
            passed = {check.id for check in _hidden(verdict) if check.outcome == "passed"}
            found.guards[answer.exercise.id] = passed
    if reasons:
        raise HiddenRefused(_refusal(reasons))
    found.untried = [each.id for each in hiding if each.id not in tried["right"]]
    return found


def _answers(exercise: Exercise, folders: Folders) -> Iterator[_Answer]:
    """What the course has of an exercise; an installation may have no more than the stub."""
    solution = folders.solution(exercise)
    if solution.is_file():
        yield _Answer(exercise, "right", "the course's solution", solution.read_bytes())
    kinds: tuple[tuple[Kind, str], ...] = (("right", "right answer"), ("wrong", "wrong answer"))
    for kind, word in kinds:
        for path in folders.right(exercise) if kind == "right" else folders.wrong(exercise):
            try:
                data = folders.whole(path)
            except UNUSABLE:  # The gate tells the author; a teacher does not have to know.
                continue
            yield _Answer(exercise, kind, f"the {word} {path.stem}", data)
    stub = folders.stub(exercise).read_bytes()
    yield _Answer(exercise, "stub", "the stub", stub + _DEAD_LINE)


def _verdicts(
    answers: list[_Answer],
    settings: Settings,
    folders: Folders,
    store: Store,
    grader: Grader,
) -> Iterator[tuple[_Answer, Verdict]]:
    """Their verdicts; those of an earlier round with the same checks are taken from the store."""
    waiting: dict[str, list[_Answer]] = {}
    for answer in answers:
        key = key_of(
            answer.exercise,
            answer.data,
            folders.stub(answer.exercise).read_bytes(),
            grader.ready.stamps[answer.exercise.id],
            grader.ready.versions,
            settings,
        )
        waiting.setdefault(key, []).append(answer)
    tasks = []
    for key, alike in waiting.items():
        known = store.tried(key)
        if known is not None and known.outcome != "checker_error":
            yield from ((answer, known) for answer in alike)
        else:
            tasks.append(Task(key, alike[0].exercise.id, alike[0].data))
    for task, verdict in grader.run(iter(tasks)):
        store.keep_tried(task.key, verdict)
        yield from ((answer, verdict) for answer in waiting[task.key])


def _faults(answer: _Answer, verdict: Verdict) -> Iterator[tuple[str, str]]:
    """What is wrong with hidden checks, by a key that tells one fault once."""
    file = hidden_file(answer.exercise)
    if verdict.outcome == "checker_error" and not verdict.checks:
        yield file, f"{file} cannot be used: {_why(verdict.printed or verdict.ended)}"
        return
    hidden = _hidden(verdict)
    if not hidden and verdict.checks:
        yield file, f"there is no check in {file}: a check is a function `test_…`"
    for check in hidden:
        name = check.id.removeprefix(HIDDEN_PREFIX)
        said = _short(check.got) or check.outcome
        if check.outcome == "checker_error":
            yield check.id, f"{file}, test_{name}, broke on {answer.name}: {said}"
        elif answer.kind == "right" and check.outcome != "passed":
            yield check.id, f"{file}, test_{name}, fails {answer.name}: {said}"


def _refusal(reasons: Mapping[str, str]) -> str:
    told = list(reasons.values())
    more = [f"and {len(told) - _MOST_REASONS} more"] if len(told) > _MOST_REASONS else []
    lines = "\n".join(f"  {line}" for line in [*told[:_MOST_REASONS], *more])
    return (
        f"Nobody was graded, since the hidden checks were tried first and do not hold:\n{lines}\n"
        "Next: correct them, so that every right answer of the course passes, then run the same "
        "command again."
    )


def _hidden(verdict: Verdict) -> list[CheckResult]:
    return [check for check in verdict.checks if check.id.startswith(HIDDEN_PREFIX)]


def _raised(check: CheckResult) -> bool:
    """Whether a hidden check ended with an error of its own and no assertion."""
    failed = check.id.startswith(HIDDEN_PREFIX) and check.outcome == "failed"
    return failed and check.next == RAISED_ITSELF


def _why(said: str) -> str:
    """What pytest says of a file that it cannot import: the line in it, and the error."""
    errors = [line[1:].strip() for line in said.splitlines() if line.startswith("E  ")]
    places = re.findall(r"test_\w+\.py:(\d+): in <module>", said)
    if not errors:
        return _short(said)
    return f"{f'line {places[-1]}: ' if places else ''}{_short(' '.join(errors))}"


def _short(text: str) -> str:
    """The end of a long text, where an error says what it is, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"…{line[-_LONGEST:]}"
