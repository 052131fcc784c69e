"""A fault of ours costs nobody a point: from broken hidden checks to every file that is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from checker.classroom.grading.papers import write_all
from checker.classroom.grading.results import Results, changes
from checker.classroom.grading.settings import Settings
from checker.classroom.grading.store import NoResults, Store
from tests.classroom.grading.rounds import GREET, QUOTE, Grader, Teacher, hand_in, round_of

MADE = "2026-11-21T09:00+00:00"
SECRET = "xyzzy"
FINE = f'\n\nasync def test_{SECRET}(attempt):\n    """{SECRET}"""\n'
RIGHT = b"import asyncio\n\n\nasync def greet(name, seconds):\n    await asyncio.sleep(seconds)\n"
ADA = RIGHT + b'    return f"Hello, {name}!"\n'
BOB = RIGHT + b'    return f"Hello, {name}?"\n'


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "out") as made:
        yield made


def works(store: Store) -> dict[tuple[str, str], tuple[float, bool, bool]]:
    """Points, whether it is not graded, and whether earlier points stand."""
    return {
        (student.key, work.exercise): (work.points, work.not_graded, work.stands)
        for student in Results(store).batch(MADE).students
        for work in student.works
        if work.given
    }


def test_a_work_on_which_the_checker_fails_is_not_graded(tmp_path: Path, store: Store) -> None:
    hand_in(tmp_path / "in", "ada", b"good, but breaks")
    hand_in(tmp_path / "in", "bob", b"good")
    round_of(tmp_path / "in", store, Grader())
    assert works(store) == {("ada", GREET): (0, True, False), ("bob", GREET): (10, False, False)}


def test_former_points_stand_whatever_fails_and_however_often(tmp_path: Path, store: Store) -> None:
    hand_in(tmp_path / "in", "ada", b"good")
    hand_in(tmp_path / "in", "ada", b"bad", QUOTE)
    round_of(tmp_path / "in", store, Grader("1"))
    failing = Grader("2")
    failing.breaks = b""
    stands = {("ada", GREET): (10, False, True), ("ada", QUOTE): (0, False, True)}
    for _ in range(3):
        round_of(tmp_path / "in", store, failing)
        assert works(store) == stands
        assert changes(store) == []
    hand_in(tmp_path / "in", "ada", b"worse, and handed in later")
    round_of(tmp_path / "in", store, failing)
    assert works(store) == stands
    round_of(tmp_path / "in", store, Grader("2"))
    assert works(store)["ada", GREET] == (0, False, False)


def test_what_a_teacher_gave_by_hand_is_a_grade(tmp_path: Path, store: Store) -> None:
    from checker.classroom.graded import Override

    hand_in(tmp_path / "in", "ada", b"breaks")
    round_of(tmp_path / "in", store, Grader())
    assert write_all(Results(store), tmp_path / "out", MADE).withheld
    store.override("ada", GREET, Override(7, "looked at it", "prof", "1"))
    papers = write_all(Results(store), tmp_path / "out", MADE)
    assert (papers.withheld, papers.not_graded) == (False, [])
    assert ",7," in (tmp_path / "out" / "grades.csv").read_text()


def test_former_points_were_not_late(tmp_path: Path, store: Store) -> None:
    """The deduction of the later work is none of the earlier one's."""
    submitted = tmp_path / "submitted"
    for name in ("ada", "bob"):
        path = submitted / name / "ps1" / "first_check.py"
        path.parent.mkdir(parents=True)
        path.write_bytes(b"good")
        (path.parent / "timestamp.txt").write_text("2026-03-01 11:00:00 UTC")
    policy = {"due": "2026-03-01T12:00+00:00", "late": "zero"}
    round_of(submitted, store, Grader("1"), **policy)
    (submitted / "ada/ps1/first_check.py").write_bytes(b"good, and breaks")
    (submitted / "ada/ps1/timestamp.txt").write_text("2026-03-09 11:00:00 UTC")
    round_of(submitted, store, Grader("1"), **policy)
    assert works(store)["ada", GREET] == (10, False, True)


def test_a_work_that_a_round_did_not_come_to_is_not_graded_and_keeps_its_points(
    tmp_path: Path, store: Store
) -> None:
    hand_in(tmp_path / "in", "ada", b"good")
    round_of(tmp_path / "in", store, Grader())
    hand_in(tmp_path / "in", "ada", b"good, and more of it")
    hand_in(tmp_path / "in", "bob", b"good, says bob")
    stopped = Grader()
    stopped.stops_after = 0
    with pytest.raises(KeyboardInterrupt):
        round_of(tmp_path / "in", store, stopped)
    assert works(store) == {("ada", GREET): (10, False, True), ("bob", GREET): (0, True, False)}
    papers = write_all(Results(store), tmp_path / "out", MADE)
    assert papers.withheld
    assert "it was not graded yet" in (tmp_path / "out" / "not-graded.csv").read_text()


def test_a_folder_in_which_nothing_was_graded_says_so(store: Store) -> None:
    with pytest.raises(NoResults, match="Nothing was graded in"):
        Results(store)


# From the terminal.


def hide(teacher: Teacher, text: str) -> None:
    path = teacher.folder / "hidden" / "00_start" / "test_first_check.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


CALL = '    text = await attempt.call("greet", "Ada", 1)\n'
BROKEN = {
    "it cannot be imported": (
        f"import gone_{SECRET}\n{FINE}{CALL}",
        "cannot be used: line 1: Module",
    ),
    "it ends the process": (f"import os\nos._exit(3)\n{FINE}{CALL}", "No worker could begin"),
    "it raises": (f"{FINE}{CALL}    assert {{}}[text]\n", "KeyError: 'Hello, Ada!'"),
    "it calls itself": (f"{FINE}{CALL}    deep = lambda: deep()\n    deep()\n", "Recursion"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_hidden_check_is_refused_before_anybody_is_graded(
    tmp_path: Path, name: str
) -> None:
    teacher = Teacher(tmp_path)
    hand_in(teacher.handed_in, "ada", ADA)
    text, words = BROKEN[name]
    hide(teacher, text)
    arguments = ("grade", "in", "--out", "out", "--only", GREET, "--hidden", "hidden")
    code, _, err = teacher.type(*arguments, "--workers", "1")
    assert code == 2
    assert words in err
    assert "Next: " in err
    assert not list(teacher.out.glob("*.csv"))
    assert not (teacher.out / "feedback").exists()
    with Store(teacher.out, new=False) as store:
        assert store.students() == []


FORGETS = "    if text == 'Hello, Ada?':\n        attempt.call('greet', 'x', 1)\n"
BREAKS_ON_BOB = f"{FINE}{CALL}{FORGETS}"
FORMATS = "csv,canvas,nbgrader,gradescope,junit,classroom50,jsonl"
TEACHERS = {"results.sqlite3", "results.jsonl", "teacher.html", "not-graded.csv"}


def test_a_check_that_breaks_on_one_work_costs_no_point_and_tells_no_student_anything(
    tmp_path: Path,
) -> None:
    teacher = Teacher(tmp_path)
    hand_in(teacher.handed_in, "ada", ADA)
    hand_in(teacher.handed_in, "bob", BOB)
    hide(teacher, BREAKS_ON_BOB)
    grade = ("grade", "in", "--out", "out", "--only", GREET, "--hidden", "hidden")
    code, out, err = teacher.type(*grade, "--workers", "1", "--format", FORMATS)
    assert (code, err) == (5, "")
    assert f"Not graded, since the checker failed: bob: {GREET}" in out
    assert "No gradebook was written" in out
    assert sorted(path.name for path in teacher.out.iterdir()) == sorted(
        {"feedback", *TEACHERS - {"results.jsonl"}}
    )
    page = (teacher.out / "feedback" / "bob.html").read_text("utf-8")
    assert "Not graded yet, and no fault of yours" in page
    assert "0 of" not in page
    allowed = teacher.grade(*grade[4:], "--format", FORMATS, "--allow-ungraded", code=5)
    assert allowed["not_graded"] == [["bob", GREET]]
    assert teacher.rows()["bob"][2] == "not graded"
    seen = 0
    for path in teacher.out.rglob("*"):
        if path.is_file() and path.name not in TEACHERS:
            told, seen = path.read_text("utf-8"), seen + 1
            for word in (SECRET, str(tmp_path), "CheckFault", "hidden/", "test_first_check"):
                assert word not in told, path
    assert seen >= 8
    assert SECRET in (teacher.out / "teacher.html").read_text("utf-8")


def test_settings_know_whether_gradebooks_may_lack_works() -> None:
    made = Settings("W", (GREET,), allow_ungraded=True)
    assert Settings.from_json(made.to_json()) == made
