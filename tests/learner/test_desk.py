"""One learner in one course folder: nothing is lost, and nothing is replaced unseen."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import pytest

from checker.catalog import Exercise
from checker.engine.engine import Job
from checker.engine.verdict import CheckResult, Outcome, Verdict
from checker.learner.desk import Desk, NotYet
from tests.learner.conftest import SOLUTION, STUB


def verdict_on(job: Job, outcome: Outcome, failing: str = "") -> Verdict:
    checks = [CheckResult(failing, failing, "failed")] if failing else []
    text = job.data.decode()
    return Verdict(job.exercise.id, outcome, 0, 10, checks, attempt=str(hash(text)))


def check(desk: Desk, name: str, outcome: Outcome, failing: str = "") -> Verdict:
    job = desk.job(desk.catalog.find(name))
    return desk.keep(job, verdict_on(job, outcome, failing))


class Taken(NamedTuple):
    text: str
    refresh: bool
    note: str


def take(desk: Desk, exercise: Exercise, cell: str) -> Taken:
    """Run a cell: it meets the file, and the two get the same text."""
    met = desk.meet(exercise, cell)
    return Taken(met.text, met.refresh, desk.settle(exercise, met))


def test_to_start_copies_the_stub_once(desk: Desk) -> None:
    one = desk.catalog.find("one")
    assert desk.start(one) == STUB
    desk.work(one).write_text("mine\n")
    assert desk.start(one) == "mine\n"
    assert desk.stub(one).read_text() == STUB


def test_to_meet_writes_nothing_and_the_check_gets_what_will_be_saved(desk: Desk) -> None:
    one = desk.catalog.find("one")
    desk.start(one)
    met = desk.meet(one, "new cell")
    assert desk.work(one).read_text() == STUB
    before = desk.job_of_cell(one, met)
    assert before.data == b"new cell\n"
    desk.settle(one, met)
    assert desk.job(one) == before


def test_where_the_file_is_newer_the_check_gets_the_file(desk: Desk) -> None:
    one = desk.catalog.find("one")
    desk.start(one)
    desk.work(one).write_bytes(b"new \xff file\r\n")
    met = desk.meet(one, STUB)
    assert desk.job_of_cell(one, met) == desk.job(one)
    assert desk.job(one).data == b"new \xff file\r\n"


class TestACellMeetsItsFile:
    """Since they last agreed, the cell, the file, both or none have changed."""

    def test_neither_changed(self, desk: Desk) -> None:
        one = desk.catalog.find("one")
        desk.start(one)
        assert take(desk, one, STUB) == (STUB, False, "")

    def test_the_cell_changed(self, desk: Desk) -> None:
        one = desk.catalog.find("one")
        desk.start(one)
        assert take(desk, one, "new cell") == ("new cell\n", False, "")
        assert desk.work(one).read_text() == "new cell\n"

    def test_the_file_changed(self, desk: Desk) -> None:
        one = desk.catalog.find("one")
        desk.start(one)
        desk.work(one).write_text("new file\n")
        taken = take(desk, one, STUB)
        assert (taken.text, taken.refresh) == ("new file\n", True)
        assert taken.note == "work/00_start/one.py is newer than this cell: the file was checked."
        assert desk.work(one).read_text() == "new file\n"
        assert take(desk, one, "new file\n") == ("new file\n", False, "")

    def test_both_changed(self, desk: Desk) -> None:
        one = desk.catalog.find("one")
        desk.start(one)
        desk.work(one).write_text("new file\n")
        taken = take(desk, one, "new cell")
        assert (taken.text, taken.refresh) == ("new cell\n", False)
        assert "had both changed" in taken.note
        (kept,) = desk.history.all(one.id)
        assert (kept.source, kept.why) == ("new file\n", "file replaced by the cell")
        assert f"restore={kept.number}" in taken.note

    def test_both_changed_to_the_same(self, desk: Desk) -> None:
        one = desk.catalog.find("one")
        desk.start(one)
        desk.work(one).write_text("same\n")
        assert take(desk, one, "same") == ("same\n", False, "")
        assert desk.history.all(one.id) == []

    def test_the_file_is_gone(self, desk: Desk) -> None:
        one = desk.catalog.find("one")
        desk.start(one)
        desk.work(one).unlink()
        assert take(desk, one, STUB) == (STUB, False, "")
        assert desk.work(one).read_text() == STUB

    def test_they_never_met(self, desk: Desk) -> None:
        one = desk.catalog.find("one")
        desk.work(one).parent.mkdir(parents=True)
        desk.work(one).write_text("from elsewhere\n")
        taken = take(desk, one, "cell")
        assert taken.text == "cell\n"
        assert [kept.source for kept in desk.history.all(one.id)] == ["from elsewhere\n"]


def test_a_reset_keeps_what_was_there_and_it_can_be_brought_back(desk: Desk) -> None:
    one = desk.catalog.find("one")
    desk.start(one)
    assert desk.reset(one) == 0, "nothing was written yet"
    desk.work(one).write_text("mine\n")
    number = desk.reset(one)
    assert desk.work(one).read_text() == STUB
    desk.work(one).write_text("second\n")
    assert desk.restore(one, number).source == "mine\n"
    assert desk.work(one).read_text() == "mine\n"
    assert [kept.source for kept in desk.history.all(one.id)] == ["mine\n", "second\n"]


def test_to_restore_what_was_never_kept_is_refused(desk: Desk) -> None:
    one = desk.catalog.find("one")
    with pytest.raises(LookupError, match=r"nothing with number 7 is kept of start/one"):
        desk.restore(one, 7)


def test_every_check_keeps_the_attempt_that_it_saw(desk: Desk) -> None:
    one = desk.catalog.find("one")
    for text in ("first\n", "second\n"):
        take(desk, one, text)
        check(desk, "one", "failed")
    assert [(k.source, k.outcome, k.why) for k in desk.history.all(one.id)] == [
        ("first\n", "failed", "checked"),
        ("second\n", "failed", "checked"),
    ]


def test_a_stub_is_no_attempt_and_is_not_kept(desk: Desk) -> None:
    one = desk.catalog.find("one")
    desk.start(one)
    check(desk, "one", "not_attempted")
    assert desk.history.all(one.id) == []


def test_what_needs_a_failed_exercise_is_skipped(desk: Desk) -> None:
    for exercise in desk.catalog.exercises:
        take(desk, exercise, f"mine {exercise.id}")

    def only_the_first_fails(job: Job) -> Verdict:
        assert job.exercise.name == "one", "the others are not even run"
        return verdict_on(job, "failed")

    verdicts = list(desk.check_all(desk.catalog.exercises, only_the_first_fails))
    assert [verdict.outcome for verdict in verdicts] == ["failed", "skipped", "skipped"]
    assert verdicts[1].ended == "needs start/one, which failed"
    assert verdicts[2].ended == "needs start/two, which failed"


def test_hints_come_one_at_a_time(desk: Desk) -> None:
    one = desk.catalog.find("one")
    assert [len(desk.hint(one)) for _ in range(4)] == [1, 2, 3, 3]
    assert desk.hint(one) == ["a", "b", "c"]


def test_the_solution_is_shown_after_a_pass_or_a_yes(desk: Desk) -> None:
    one, two = desk.catalog.find("one"), desk.catalog.find("two")
    desk.hint(one)
    with pytest.raises(NotYet, match="start/one is not passed yet, and there are 2 more"):
        desk.solution(one)
    assert desk.solution(one, yes=True) == SOLUTION
    assert desk.solution(one) == SOLUTION, "it was seen, so it is no secret any more"
    take(desk, two, "mine")
    check(desk, "two", "passed")
    assert desk.solution(two) == SOLUTION


def test_a_copy_without_solutions_says_so(desk: Desk) -> None:
    one = desk.catalog.find("one")
    desk.reference(one).unlink()
    with pytest.raises(NotYet, match="not part of this copy"):
        desk.solution(one, yes=True)


def test_the_next_exercise_is_the_first_that_is_not_passed(desk: Desk) -> None:
    following = desk.next()
    assert following is not None
    assert following.id == "start/one"
    take(desk, following, "mine")
    check(desk, "one", "passed")
    check(desk, "one", "failed")
    assert [each.state for each in desk.standings()] == ["passed", "new", "new"]
    following = desk.next()
    assert following is not None
    assert following.id == "start/two"
    third = desk.next(passed=following)
    assert third is not None
    assert third.id not in ("start/one", "start/two")


def test_two_texts_that_fail_alike_are_noticed(desk: Desk) -> None:
    one = desk.catalog.find("one")
    take(desk, one, "first")
    assert not desk.same_again(one, check(desk, "one", "failed", "order"))
    take(desk, one, "second")
    second = check(desk, "one", "failed", "order")
    assert desk.same_again(one, second)
    assert not desk.same_again(one, replace(second, outcome="passed"))
    assert desk.same_again(one, replace(second, attempt="of a text that is not kept yet"))
    take(desk, one, "third")
    assert not desk.same_again(one, check(desk, "one", "failed", "time"))
