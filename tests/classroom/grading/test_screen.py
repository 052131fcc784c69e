"""Hidden checks are tried on the course's own answers, before they can cost anybody a point."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from checker.catalog import load
from checker.classroom.grading.crew import Ready
from checker.classroom.grading.screen import HiddenRefused, Screened, screen
from checker.classroom.grading.settings import Settings
from checker.classroom.grading.store import Store
from checker.classroom.grading.task import Task
from checker.engine.judge import RAISED_ITSELF
from checker.engine.verdict import CheckResult, Outcome, Verdict
from checker.gate.folders import Folders
from tests.classroom.grading.rounds import GREET, QUOTE, ROOT

HIDDEN = {"00_start/test_first_check.py": "text"}
SETTINGS = Settings("Week 1", (GREET, QUOTE), hidden=HIDDEN)
SOLUTION = (ROOT / "solutions/00_start/first_check.py").read_bytes()
Judge = Callable[[Task], list[CheckResult]]


def check(id: str, outcome: Outcome = "passed", **more: str) -> CheckResult:
    return CheckResult(id, id, outcome, **more)  # type: ignore[arg-type]


def visible(task: Task) -> list[CheckResult]:
    """Two visible checks, and a hidden one that the stub fails."""
    stub = b"NotImplementedError" in task.data
    outcome: Outcome = "failed" if stub else "passed"
    return [check("greeting"), check("wait"), check("hidden:more", outcome)]


class Grader:
    """Gives the verdicts that a test wants, and remembers what it was asked."""

    def __init__(self, judge: Judge = visible) -> None:
        self.ready = Ready({GREET: "1", QUOTE: "1"}, {"python": "3"})
        self.judge, self.asked = judge, list[Task]()

    def run(self, tasks: Iterator[Task]) -> Iterator[tuple[Task, Verdict]]:
        for task in tasks:
            self.asked.append(task)
            checks = self.judge(task)
            outcomes = {each.outcome for each in checks}
            outcome: Outcome = "passed"
            for each in ("failed", "checker_error"):
                outcome = each if each in outcomes or not checks else outcome
            yield task, Verdict(task.exercise, outcome, 0, 5, checks, printed="ImportError: gone")


def screened(tmp_path: Path, grader: Grader, root: Path = ROOT, **changed: object) -> Screened:
    settings = replace(SETTINGS, **changed)  # type: ignore[arg-type]
    with Store(tmp_path / "out") as store:
        return screen(settings, load(root / "exercises"), Folders(root), store, grader)


def test_the_solution_and_every_right_and_wrong_answer_are_tried(tmp_path: Path) -> None:
    grader = Grader()
    found = screened(tmp_path, grader)
    folders, exercise = Folders(ROOT), load(ROOT / "exercises").find(GREET)
    answers = [*folders.right(exercise), *folders.wrong(exercise)]
    wanted = {SOLUTION, *(folders.whole(path) for path in answers)}
    asked = {task.data for task in grader.asked}
    assert wanted < asked
    (stub,) = asked - wanted
    assert stub.startswith(folders.stub(exercise).read_bytes())
    assert stub != folders.stub(exercise).read_bytes()
    assert {task.exercise for task in grader.asked} == {GREET}, "the other has no hidden checks"
    assert found.untried == []


def test_without_hidden_checks_nothing_is_tried(tmp_path: Path) -> None:
    grader = Grader()
    screened(tmp_path, grader, hidden={})
    screened(tmp_path, grader, exercises=(QUOTE,))
    assert grader.asked == []


def test_what_was_tried_is_not_tried_again(tmp_path: Path) -> None:
    screened(tmp_path, Grader())
    again = Grader()
    screened(tmp_path, again)
    assert again.asked == []


def of_solution(result: CheckResult) -> Judge:
    return lambda task: [*visible(task)[:2], result] if task.data == SOLUTION else visible(task)


def nothing(task: Task) -> list[CheckResult]:
    return []


REFUSED: dict[str, tuple[Judge, str]] = {
    "it fails the solution": (
        of_solution(check("hidden:more", "failed", got="got 2", next="x")),
        "test_more, fails the course's solution: got 2",
    ),
    "it raises": (
        of_solution(check("hidden:more", "failed", got="KeyError: 'a'", next=RAISED_ITSELF)),
        "fails the course's solution: KeyError: 'a'",
    ),
    "it is not reached": (
        of_solution(check("hidden:more", "skipped", got="not reached")),
        "fails the course's solution: not reached",
    ),
    "it cannot be imported": (
        nothing,
        "00_start/test_first_check.py cannot be used: ImportError: gone",
    ),
    "it has no checks": (lambda task: visible(task)[:2], "there is no check in"),
    "it breaks on a wrong answer": (
        lambda task: [
            *visible(task)[:2],
            check("hidden:more", "checker_error" if b"time.sleep" in task.data else "passed"),
        ],
        "test_more, broke on the wrong answer blocks",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_hidden_check_that_does_not_hold_is_refused_with_the_reason(
    tmp_path: Path, name: str
) -> None:
    judge, words = REFUSED[name]
    with pytest.raises(HiddenRefused) as raised:
        screened(tmp_path, Grader(judge))
    assert words in str(raised.value)
    assert str(raised.value).startswith("Nobody was graded")
    assert "Next: " in str(raised.value)


def test_a_hidden_check_that_the_stub_passes_is_a_guard(tmp_path: Path) -> None:
    found = screened(tmp_path, Grader(lambda task: [*visible(task), check("hidden:imports")]))
    assert found.guards == {GREET: {"hidden:imports"}}
    checks = [check("greeting"), check("wait", "failed"), check("hidden:imports")]
    settled = found.settled(Verdict(GREET, "failed", 6, 10, checks))
    assert [each.guard for each in settled.checks] == [False, False, True]
    assert settled.points == 5, "one of the two checks that earn"
    broken = [*checks[:2], check("hidden:imports", "failed")]
    assert found.settled(Verdict(GREET, "failed", 3, 10, broken)).points == 0


def test_what_has_no_hidden_guards_stays_the_same(tmp_path: Path) -> None:
    found = screened(tmp_path, Grader())
    other = Verdict(QUOTE, "failed", 5, 10, [check("a"), check("b", "failed")])
    assert found.settled(other) is other


def test_where_there_is_no_right_answer_an_error_of_a_hidden_check_is_no_fault_of_a_work(
    tmp_path: Path,
) -> None:
    course = tmp_path / "installed"
    course.mkdir()
    (course / "exercises").symlink_to(ROOT / "exercises")
    found = screened(tmp_path, Grader(), course)
    assert found.untried == [GREET]
    raised = check("hidden:more", "failed", got="KeyError", next=RAISED_ITSELF)
    settled = found.settled(Verdict(GREET, "failed", 3, 5, [check("greeting"), raised]))
    assert settled.outcome == "checker_error"
    told = check("hidden:more", "failed", got="it got 2", next="look there")
    fair = Verdict(GREET, "failed", 2, 5, [check("greeting"), told])
    assert found.settled(fair).outcome == "failed"
