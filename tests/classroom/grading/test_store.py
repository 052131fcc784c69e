"""What was found stays found: through kills, rounds, and whatever a teacher decides."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from checker.classroom.graded import Override
from checker.classroom.grading.store import _SCHEMA, NAME, NoResults, Store
from checker.classroom.grading.task import Task
from checker.classroom.intake import Finding, Submission, Work
from tests.classroom.grading.rounds import GREET, QUOTE, verdict

ADA = Submission(
    "ada",
    "Ada Lovelace",
    {"login": "ada"},
    {GREET: Work(GREET, b"good", "ada/a.py", None), QUOTE: Work(QUOTE, b"x", "ada/b.py", None)},
    [Finding("late", "ada", "two days")],
    late=True,
)
KEYS = {GREET: "k1", QUOTE: "k2"}
FOUND = verdict(Task("k1", GREET, b"good"), passed=True)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path) as made:
        made.take_in(ADA, KEYS)
        yield made


def test_what_was_kept_is_there_when_it_is_opened_again(store: Store, tmp_path: Path) -> None:
    store.keep("k1", FOUND)
    store.close()
    with Store(tmp_path, new=False) as again:
        assert again.verdict("k1") == FOUND
        assert again.verdict("k2") is None
        (student,) = again.students()
        assert replace(student, works=ADA.works) == ADA
        assert [(work.exercise, work.place) for work in again.works("ada")] == [
            (QUOTE, "ada/b.py"),
            (GREET, "ada/a.py"),
        ]
        assert {again.data(work.digest) for work in again.works()} == {b"good", b"x"}


def test_what_is_missing_is_each_key_once_and_what_was_our_fault(store: Store) -> None:
    store.take_in(replace(ADA, student="bob"), KEYS)
    assert [work.key for work in store.missing()] == ["k2", "k1"]
    store.keep("k1", FOUND)
    store.keep("k2", replace(FOUND, outcome="checker_error"))
    assert [work.key for work in store.missing()] == ["k2"]


def test_a_later_submission_takes_the_place_of_an_earlier_one(store: Store) -> None:
    store.keep("k1", FOUND)
    work = {GREET: Work(GREET, b"better", "ada/c.py", None)}
    store.take_in(replace(ADA, works=work, findings=[], late=False), {GREET: "k3"})
    assert [(each.exercise, each.key) for each in store.works()] == [(GREET, "k3")]
    assert store.earlier() == {("ada", GREET): "k1"}
    assert store.students()[0].findings == []


def test_of_what_was_never_graded_there_is_no_earlier_verdict(store: Store) -> None:
    store.take_in(ADA, {GREET: "k8", QUOTE: "k9"})
    assert store.earlier() == {}


def test_no_verdict_replaces_what_a_teacher_decided(store: Store) -> None:
    store.override("ada", GREET, Override(3, "asked nicely", "prof", "2026-01-01"))
    store.override("ada", GREET, Override(4, "asked again", "prof", "2026-01-02"))
    store.keep("k1", FOUND)
    store.take_in(ADA, {GREET: "k4", QUOTE: "k5"})
    store.forget_earlier()
    assert store.overrides() == {("ada", GREET): Override(4, "asked again", "prof", "2026-01-02")}
    assert len(store.content()["overrides"]) == 2


def test_the_content_is_the_same_whatever_the_order_and_the_time_it_took(tmp_path: Path) -> None:
    contents = []
    for number, keys in enumerate((["k1", "k2"], ["k2", "k1"])):
        with Store(tmp_path / str(number)) as store:
            store.take_in(ADA, KEYS)
            for key in keys:
                store.keep(key, replace(FOUND, real_s=float(number)))
            contents.append(store.content())
    assert contents[0] == contents[1]
    with Store(tmp_path / "0") as store:
        store.keep("k1", replace(FOUND, points=9))
        assert store.content() != contents[0]


def test_a_change_that_fails_changes_nothing(store: Store) -> None:
    before = store.content()
    with pytest.raises(KeyError):
        store.take_in(replace(ADA, name="Somebody Else"), {GREET: "k7"})
    assert store.content() == before
    store.keep("k1", FOUND)  # It goes on.


def test_who_wants_to_write_meanwhile_is_told_to_wait(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("checker.classroom.grading.store._WAIT_S", 0.01)
    with store.together(), Store(tmp_path, new=False) as other:
        store.set_meta("a", "b")
        with pytest.raises(NoResults, match="Next: wait until the other"):
            other.override("ada", GREET, Override(3, "x", "prof", "1"))
        with pytest.raises(NoResults, match="is being written"):
            other.set_meta("a", "c")
    assert store.meta("a") == "b"


def test_what_is_changed_together_is_kept_together_or_not_at_all(store: Store) -> None:
    before = store.content()

    def change() -> None:
        with store.together():
            store.set_meta("a", "b")
            store.keep("k1", FOUND)
            store.settle()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change()
    assert store.content() == before


def test_others_may_read_what_is_there_while_one_writes(store: Store, tmp_path: Path) -> None:
    with Store(tmp_path, new=False) as reader:
        store.keep("k1", FOUND)
        assert reader.verdict("k1") == FOUND


def test_a_folder_without_results_says_what_makes_them(tmp_path: Path) -> None:
    with pytest.raises(NoResults, match=r"Next: `unblocked grade` makes them"):
        Store(tmp_path / "none", new=False)
    assert not (tmp_path / "none").exists()


def test_results_of_another_version_are_left_alone(store: Store, tmp_path: Path) -> None:
    store.close()
    with sqlite3.connect(tmp_path / NAME) as db:
        db.execute("PRAGMA user_version=99")
    db.close()
    before = (tmp_path / NAME).read_bytes()
    with pytest.raises(NoResults, match="has version 99, and this program reads 2"):
        Store(tmp_path)
    assert (tmp_path / NAME).read_bytes() == before


def test_results_of_the_first_version_are_taken_over_with_all_that_they_hold(
    tmp_path: Path,
) -> None:
    with sqlite3.connect(tmp_path / NAME) as db:
        db.executescript(f"{_SCHEMA} PRAGMA user_version=1;")
        student = ("ada", "Ada", "{}", "[]", "2026-03-01T12:00:00+00:00", 1)
        db.execute("INSERT INTO students VALUES (?, ?, ?, ?, ?, ?)", student)
        db.execute("INSERT INTO overrides VALUES ('ada', ?, 3, 'asked', 'prof', 'x')", (GREET,))
        for exercise, key in ((GREET, "k1"), (QUOTE, "k2")):
            db.execute("INSERT INTO works VALUES ('ada', ?, 'd', 'a.py', ?)", (exercise, key))
        failed = replace(FOUND, outcome="checker_error")
        for key, found in (("k1", FOUND), ("k2", failed), ("k0", FOUND)):
            row = (key, found.outcome, found.points, zlib.compress(found.to_json().encode()))
            db.execute("INSERT INTO verdicts VALUES (?, ?, ?, ?)", row)
        db.execute("INSERT INTO earlier VALUES ('ada', ?, 'k0')", (QUOTE,))
    db.close()
    with Store(tmp_path) as store:
        assert store.overrides() == {("ada", GREET): Override(3, "asked", "prof", "x")}
        assert store.students()[0].due is None
        stands = store.standing()
        assert {exercise: each.key for (_, exercise), each in stands.items()} == {
            GREET: "k1",
            QUOTE: "k0",
        }
        assert stands["ada", GREET].late


def test_the_last_verdict_that_is_no_fault_of_ours_stands(store: Store) -> None:
    store.keep("k1", FOUND)
    store.settle()
    store.take_in(ADA, {GREET: "k3", QUOTE: "k4"})
    store.keep("k3", replace(FOUND, outcome="checker_error"))
    for _ in range(3):  # Rounds come and go.
        store.settle()
        store.forget_earlier()
    assert store.standing()["ada", GREET].key == "k1"
    store.keep("k3", FOUND)
    store.settle()
    assert store.standing()["ada", GREET].key == "k3"


def test_points_by_hand_can_be_taken_back_and_given_again(store: Store) -> None:
    for at, withdrawn in (("1", False), ("2", True)):
        store.override("ada", GREET, Override(3, "x", "prof", at), withdrawn=withdrawn)
    assert store.overrides() == {}
    store.override("ada", GREET, Override(4, "y", "prof", "3"))
    assert store.overrides()["ada", GREET].points == 4
    assert len(store.content()["overrides"]) == 3


def test_a_file_that_holds_no_results_is_told_of_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"my shopping list, which is long enough to be a header" * 99)
    with pytest.raises(NoResults, match="cannot be read as results"):
        Store(tmp_path)
    assert (tmp_path / NAME).read_bytes().startswith(b"my shopping list")
