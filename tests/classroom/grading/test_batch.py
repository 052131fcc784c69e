"""Nothing is graded twice, and nothing is taken for something else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from checker.catalog import load
from checker.classroom.grading.batch import Handed, grade
from checker.classroom.grading.results import changes
from checker.classroom.grading.settings import Settings
from checker.classroom.grading.store import Store
from checker.classroom.grading.task import key_of
from checker.classroom.intake import IntakeError
from tests.classroom.grading.rounds import (
    GREET,
    QUOTE,
    ROOT,
    SETTINGS,
    Grader,
    Listener,
    hand_in,
    round_of,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two who handed in the same, and one who did not."""
    for student, text in (("ada", b"good"), ("bob", b"good"), ("cy", b"bad")):
        hand_in(tmp_path / "in", student, text)
    return tmp_path / "in"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "out") as made:
        yield made


def points(store: Store) -> dict[tuple[str, str], int | None]:
    found = {}
    for work in store.works():
        verdict = store.verdict(work.key)
        found[work.student, work.exercise] = verdict.points if verdict else None
    return found


def test_the_same_attempt_of_two_students_is_graded_once(folder: Path, store: Store) -> None:
    grader = Grader()
    done = round_of(folder, store, grader)
    assert (done.students, done.graded, done.known, done.findings) == (3, 2, 0, [])
    assert [task.data for task in grader.asked] == [b"good", b"bad"]
    assert points(store) == {("ada", GREET): 10, ("bob", GREET): 10, ("cy", GREET): 0}


def test_a_second_round_grades_nothing(folder: Path, store: Store) -> None:
    round_of(folder, store, Grader())
    before = store.content()
    grader = Grader()
    done = round_of(folder, store, grader)
    assert (done.graded, done.known, grader.asked) == (0, 2, [])
    assert store.content() == before


def test_only_what_is_new_is_graded(folder: Path, store: Store) -> None:
    round_of(folder, store, Grader())
    hand_in(folder, "cy", b"good, and other")
    hand_in(folder, "dee", b"good")
    grader = Grader()
    round_of(folder, store, grader)
    assert [task.data for task in grader.asked] == [b"good, and other"]
    assert points(store)["dee", GREET] == 10
    assert [change[:4] for change in changes(store)] == [("cy", GREET, 0, 10)]


def test_a_round_that_was_interrupted_goes_on_where_it_was(folder: Path, store: Store) -> None:
    grader = Grader()
    grader.stops_after = 1
    with pytest.raises(KeyboardInterrupt):
        round_of(folder, store, grader)
    assert store.meta("finished") == ""
    again = Grader()
    assert round_of(folder, store, again).known == 1
    assert [task.data for task in again.asked] == [b"bad"]
    assert store.meta("finished") == "yes"


def test_mended_checks_grade_anew_and_say_who_gained_and_lost(folder: Path, store: Store) -> None:
    round_of(folder, store, Grader("1"))
    assert changes(store) == []
    done = round_of(folder, store, Grader("2", passes=b"bad"))
    assert done.graded == 2
    assert [tuple(change) for change in changes(store)] == [
        ("ada", GREET, 10, 0, [], ["greeting"]),
        ("bob", GREET, 10, 0, [], ["greeting"]),
        ("cy", GREET, 0, 10, ["greeting"], []),
    ]
    round_of(folder, store, Grader("2"))
    assert changes(store) == []


def test_what_changed_is_told_too_where_the_round_was_interrupted(
    folder: Path, store: Store
) -> None:
    round_of(folder, store, Grader("1"))
    stopped = Grader("2", passes=b"bad")
    stopped.stops_after = 1
    with pytest.raises(KeyboardInterrupt):
        round_of(folder, store, stopped)
    round_of(folder, store, Grader("2", passes=b"bad"))
    assert [change.student for change in changes(store)] == ["ada", "bob", "cy"]


def test_what_an_earlier_round_left_is_not_graded_with_the_settings_of_this_one(
    folder: Path, store: Store, tmp_path: Path
) -> None:
    stopped = Grader()
    stopped.stops_after = 1
    with pytest.raises(KeyboardInterrupt):
        round_of(folder, store, stopped, seed=1)
    hand_in(tmp_path / "other", "eve", b"good, says eve")
    hand_in(tmp_path / "other", "fay", b"bad, says fay")
    grader = Grader()
    done = round_of(tmp_path / "other", store, grader, seed=2)
    assert [task.data for task in grader.asked] == [b"good, says eve", b"bad, says fay"]
    assert (done.graded, done.known) == (2, 0)
    assert points(store)["cy", GREET] is None


def test_what_was_our_fault_is_tried_again(folder: Path, store: Store) -> None:
    grader = Grader()
    round_of(folder, store, grader)
    for task in grader.asked:
        verdict = store.verdict(task.key)
        assert verdict is not None
        store.keep(task.key, replace(verdict, outcome="checker_error", points=0))
    assert round_of(folder, store, Grader()).graded == 2
    assert points(store)["ada", GREET] == 10


def test_only_what_was_asked_for_is_graded(folder: Path, store: Store) -> None:
    hand_in(folder, "ada", b"good quote", QUOTE)
    grader = Grader()
    round_of(folder, store, grader, exercises=(QUOTE,))
    assert [task.data for task in grader.asked] == [b"good quote"]
    assert set(points(store)) == {("ada", QUOTE)}
    assert {each.student for each in store.students()} == {"ada", "bob", "cy"}


def test_where_nothing_was_handed_in_it_says_so(store: Store, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(IntakeError):
        round_of(tmp_path / "empty", store, Grader())


EXERCISE = load(ROOT / "exercises").find(GREET)
USUAL: dict[str, Any] = {
    "exercise": EXERCISE,
    "data": b"x",
    "stub": b"s",
    "stamp": "1",
    "versions": {"python": "3", "pytest": "9"},
    "settings": SETTINGS,
}


@pytest.mark.parametrize(
    "other",
    [
        {"exercise": load(ROOT / "exercises").find(QUOTE)},
        {"exercise": replace(EXERCISE, points=99)},
        {"data": b"y"},
        {"stub": b"t"},
        {"stamp": "2"},
        {"versions": {"python": "4", "pytest": "9"}},
        *({"settings": replace(SETTINGS, **changed)} for changed in (
            {"seed": 1}, {"sandbox": "outer"}, {"real_s": 5.0}, {"memory_bytes": 5},
            {"printed_bytes": 5},
        )),
    ],
    ids=str,
)  # fmt: skip
def test_whatever_can_change_a_verdict_gives_another_key(other: dict[str, Any]) -> None:
    assert key_of(**(USUAL | other)) != key_of(**USUAL)


@pytest.mark.parametrize(
    "same",
    [
        {"versions": {"pytest": "9", "python": "3"}},
        *({"settings": replace(SETTINGS, **changed)} for changed in (
            {"title": "Other"}, {"late": "zero"}, {"due": "2026-01-01"}, {"formats": ("junit",)},
            {"exercises": (GREET,)},
        )),
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_change_a_verdict_grades_nothing_anew(same: dict[str, Any]) -> None:
    assert key_of(**(USUAL | same)) == key_of(**USUAL)


def test_a_round_that_is_refused_leaves_the_one_before_as_it_was(
    folder: Path, store: Store
) -> None:
    round_of(folder, store, Grader())
    before = store.content()
    hand_in(folder, "ada", b"bad, and late")
    hand_in(folder, "dee", b"good")

    def refuse(handed: Handed) -> None:
        assert [each.student for each in handed.students] == ["ada", "bob", "cy", "dee"]
        raise IntakeError("most of them are late")

    grader = Grader()
    with pytest.raises(IntakeError, match="most of them"):
        grade(folder, store, replace(SETTINGS, late="zero"), grader, Listener(), look=refuse)
    assert grader.asked == []
    assert store.content() == before


def test_settings_are_kept_whole() -> None:
    made = Settings("W", (GREET,), hidden={"a/b.py": "x"}, formats=("csv",), late="10%/day")
    assert Settings.from_json(made.to_json()) == made
