"""Whoever is in a class has a row and a page, and what is told of them is on the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from checker.classroom.graded import Override
from checker.classroom.grading.batch import Handed, Round, grade
from checker.classroom.grading.papers import Papers, write_all
from checker.classroom.grading.results import Results
from checker.classroom.grading.settings import Settings
from checker.classroom.grading.store import Store
from checker.classroom.intake import About
from checker.classroom.intake.extensions import Extensions
from checker.classroom.intake.policy import Policy
from checker.classroom.intake.roster import Roster
from checker.cli.grade import _look
from tests.classroom.grading.rounds import (
    GREET,
    QUOTE,
    SETTINGS,
    Grader,
    Listener,
    Teacher,
    hand_in,
    round_of,
)
from tests.classroom.intake.packed import zipped

MADE = "2026-11-21T09:00+00:00"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "out") as made:
        yield made


def told(folder: Path, store: Store, settings: Settings = SETTINGS, **about: object) -> Round:
    known = About(**about)  # type: ignore[arg-type]
    return grade(folder, store, settings, Grader(), Listener(), about=known)


def written(store: Store, tmp_path: Path) -> Papers:
    return write_all(Results(store), tmp_path / "out", MADE)


def roster(tmp_path: Path, text: str) -> Roster:
    (tmp_path / "class.csv").write_text(text)
    return Roster(tmp_path / "class.csv")


# The class list.

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Essay (1)\n"
    "    Points Possible,,,,,10\n"
    '"Lovelace, Ada",11,S1,ada,A,\n"Hopper, Grace",12,S2,grace,A,\n'
)
MOODLE = (
    "Identifier,Full name,ID number,Email address,Grade,Last modified (grade)\n"
    "Participant 11,Ada Lovelace,S1,ada@uni.test,,-\n"
    "Participant 12,Grace Hopper,S2,grace@uni.test,,-\n"
)
LISTS = {
    "logins": "ada\ngrace\n",
    "logins and names": "ada,Ada Lovelace\ngrace,Grace Hopper\n",
    "a table": "student;name\nada;Ada Lovelace\ngrace;Grace Hopper\n",
    "a table of Excel's": "sep=;\nlogin;full name\nada;Ada Lovelace\ngrace;Grace Hopper\n",
    "names in two columns": "First name,Surname\nAda,\nGrace,Hopper\n",
    "an export of Canvas": CANVAS,
    "a worksheet of Moodle's": MOODLE.replace("ada@uni.test", "ada"),
}


@pytest.mark.parametrize("name", LISTS)
def test_who_is_on_the_class_list_has_a_row(tmp_path: Path, store: Store, name: str) -> None:
    hand_in(tmp_path / "in", "ada", b"good")
    done = told(tmp_path / "in", store, roster=roster(tmp_path, LISTS[name]))
    assert (done.students, len(done.absent), done.unread) == (2, 1, [])
    written(store, tmp_path)
    rows = (tmp_path / "out" / "grades.csv").read_text().splitlines()
    (grace,) = (line for line in rows if line.startswith(done.absent[0]))
    assert "nothing was handed in" in grace
    assert len(list((tmp_path / "out" / "feedback").iterdir())) == 2
    assert len(rows) == 4


def test_the_class_list_tells_what_a_download_does_not(tmp_path: Path, store: Store) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "lovelaceada_11_100_first_check.py").write_bytes(b"good")
    done = told(folder, store, roster=roster(tmp_path, CANVAS))
    ada, grace = Results(store).batch(MADE).students
    assert (ada.key, ada.ids) == ("11", {"canvas_id": "11", "sis_id": "S1", "login": "ada"})
    assert (grace.key, grace.name) == ("12", "Hopper, Grace")
    assert done.absent == ["12"]


def test_points_by_hand_for_somebody_who_handed_in_nothing_stay(
    tmp_path: Path, store: Store
) -> None:
    hand_in(tmp_path / "in", "ada", b"good")
    everybody = roster(tmp_path, "ada\ngrace\n")
    told(tmp_path / "in", store, roster=everybody)
    store.override("grace", GREET, Override(4, "an oral exam", "prof", "1"))
    hand_in(tmp_path / "in", "grace", b"bad")
    told(tmp_path / "in", store, roster=everybody)
    grace = Results(store).batch(MADE).students[1]
    assert (grace.key, grace.points) == ("grace", 4)


def test_an_extension_may_be_for_somebody_who_has_handed_in_nothing_yet(
    tmp_path: Path, store: Store
) -> None:
    hand_in(tmp_path / "in", "ada", b"good")
    (tmp_path / "more.csv").write_text("grace,+2 days\n")
    more = Extensions(tmp_path / "more.csv", Policy.parse("flag", "2026-03-01T12:00+00:00"))
    everybody = roster(tmp_path, "ada\ngrace\n")
    done = told(tmp_path / "in", store, roster=everybody, extensions=more)
    assert done.absent == ["grace"]


def test_rows_of_canvas_that_are_nobody_are_nobody(tmp_path: Path) -> None:
    text = f'{CANVAS}"Student, Test",99,,x1,A,\n'
    assert [each.told for each in roster(tmp_path, text).people] == [
        "Lovelace, Ada",
        "Hopper, Grace",
    ]


# What could not be read.


def test_who_has_nothing_that_could_be_read_is_counted_and_told_why(
    tmp_path: Path, store: Store
) -> None:
    folder = tmp_path / "in"
    hand_in(folder, "ada", b"good")
    (folder / "bob.zip").write_bytes(b"PK damaged")
    (folder / "cy").mkdir()
    (folder / "cy" / "essay.docx").write_bytes(b"x")
    (folder / "dee.zip").write_bytes(zipped(("break_it.py", b"x = 1\n")))
    several = (GREET, "blocking/break_it", "event_loop/break_it")
    done = round_of(folder, store, Grader(), exercises=several)
    assert done.unread == ["bob", "cy", "dee"]
    assert done.unclear == ["dee.zip: break_it.py"]
    written(store, tmp_path)
    pages = tmp_path / "out" / "feedback"
    assert "essay.docx" in (pages / "cy.html").read_text("utf-8")
    assert "more than one exercise has this name" in (pages / "dee.html").read_text("utf-8")
    assert len((tmp_path / "out" / "grades.csv").read_text().splitlines()) == 6


def test_what_belongs_to_nobody_is_on_the_teachers_page(tmp_path: Path, store: Store) -> None:
    hand_in(tmp_path / "in", "ada", b"good")
    hand_in(tmp_path / "in", "bob", b"good")
    (tmp_path / "in" / "marks of last week.xlsx").write_bytes(b"")
    round_of(tmp_path / "in", store, Grader())
    written(store, tmp_path)
    assert "marks of last week.xlsx" in (tmp_path / "out" / "teacher.html").read_text("utf-8")


def test_who_handed_in_other_exercises_alone_is_told(tmp_path: Path, store: Store) -> None:
    hand_in(tmp_path / "in", "ada", b"good")
    hand_in(tmp_path / "in", "bob", b"good", QUOTE)
    done = round_of(tmp_path / "in", store, Grader(), exercises=(GREET,))
    assert (done.others, done.unread) == (["bob"], [])


# What an earlier round left.


def test_pages_of_who_is_gone_do_not_stay_and_come_back_with_their_files(
    tmp_path: Path, store: Store
) -> None:
    out = tmp_path / "out"
    hand_in(tmp_path / "in", "ada", b"good")
    path = hand_in(tmp_path / "in", "bob", b"good")
    round_of(tmp_path / "in", store, Grader())
    assert written(store, tmp_path).moved == []
    store.override("bob", GREET, Override(4, "x", "prof", "1"))
    path.unlink()
    for folder in (path.parent, path.parent.parent, path.parent.parent.parent):
        folder.rmdir()
    done = round_of(tmp_path / "in", store, Grader())
    assert done.gone == ["bob"]
    moved = written(store, tmp_path).moved
    assert [each.relative_to(out).as_posix() for each in moved] == ["feedback/bob.html"]
    assert (out / "replaced" / "feedback" / "bob.html").is_file()
    assert "bob" not in (out / "grades.csv").read_text()
    hand_in(tmp_path / "in", "bob", b"good")
    assert round_of(tmp_path / "in", store, Grader()).known == 1
    written(store, tmp_path)
    assert (out / "feedback" / "bob.html").is_file()
    assert "bob,bob,4," in (out / "grades.csv").read_text()


def test_gradebooks_of_another_policy_do_not_stay_beside_new_ones(
    tmp_path: Path, store: Store
) -> None:
    out = tmp_path / "out"
    hand_in(tmp_path / "in", "ada", b"good")
    round_of(tmp_path / "in", store, Grader(), formats=("csv", "nbgrader", "gradescope"))
    written(store, tmp_path)
    (out / "notes of mine.txt").write_text("mine")
    (out / "nbgrader.csv").write_text("with a remark by hand")
    round_of(tmp_path / "in", store, Grader(), formats=("csv",), late="zero")
    moved = {path.relative_to(out).as_posix() for path in written(store, tmp_path).moved}
    assert moved == {"nbgrader.csv", "gradescope/ada/results.json"}
    assert (out / "replaced" / "nbgrader.csv").read_text() == "with a remark by hand"
    assert (out / "notes of mine.txt").read_text() == "mine"
    for text in ("once more", "and again"):
        (out / "nbgrader.csv").write_text(text)
        written(store, tmp_path)
    kept = {path.read_text() for path in (out / "replaced").glob("nbgrader*.csv")}
    assert kept == {"with a remark by hand", "once more", "and again"}


# From the terminal.


def test_the_terminal_ends_with_who_needs_to_be_looked_at(tmp_path: Path) -> None:
    teacher = Teacher(tmp_path)
    good = b"async def greet(name, seconds):\n    return 1\n"
    hand_in(teacher.handed_in, "ada", good)
    (teacher.handed_in / "bob.zip").write_bytes(b"PK damaged")
    (tmp_path / "class.csv").write_text("ada\nbob\ncy\n")
    more = ("--roster", "class.csv", "--due", "2026-03-01T12:00")
    arguments = ("grade", "in", "--out", "out", "--only", GREET, "--workers", "1", *more)
    code, out, err = teacher.type(*arguments)
    assert (code, err) == (0, "")
    assert out.splitlines()[-4:] == [
        "1 student handed in nothing: cy",
        "When 1 student handed in is not recorded, so nothing is taken off: ada",
        "1 student has nothing that could be read: bob",
        "Next: their pages in feedback/ name each file that was refused, and why.",
    ]
    assert set(teacher.rows()) >= {"ada", "bob", "cy"}
    summary = teacher.grade(*arguments[4:6], *more)
    assert (summary["unread"], summary["absent"], summary["timeless"]) == (["bob"], ["cy"], ["ada"])


def late_class(teacher: Teacher, *late: bool) -> None:
    for number, each in enumerate(late):
        path = teacher.handed_in / "submitted" / f"s{number}" / "ps1"
        path.mkdir(parents=True)
        (path / "first_check.py").write_bytes(b"async def greet(name, seconds):\n    return 1\n")
        (path / "timestamp.txt").write_text(f"2026-03-0{2 if each else 1} 10:00:00 UTC")


def test_a_class_of_which_most_is_late_is_asked_about(tmp_path: Path) -> None:
    teacher = Teacher(tmp_path)
    late_class(teacher, True, True, False)
    grade = ("grade", "in/submitted", "--out", "out", "--only", GREET, "--workers", "1")
    due = ("--due", "2026-03-01T12:00+00:00", "--late", "10%/day")
    code, out, err = teacher.type(*grade, *due)
    assert (code, out) == (2, "")
    assert "2 of 3 students count as late, which is more than half of the class" in err
    assert "s0: 2026-03-02 10:00 UTC" in err
    assert "--yes" in err
    assert not list(teacher.out.glob("*.csv"))
    with Store(teacher.out, new=False) as store:
        assert store.students() == [], "a round that is refused leaves everything as it was"
    code, out, err = teacher.type(*grade, *due, "--yes")
    assert (code, err) == (0, "")


@pytest.mark.parametrize(
    ("late", "policy"), [([True, False], "zero"), ([True, True, True], "accept"), ([True], "zero")]
)
def test_nothing_is_asked_where_half_is_late_or_nothing_follows_or_one_handed_in(
    tmp_path: Path, late: list[bool], policy: str
) -> None:
    teacher = Teacher(tmp_path)
    late_class(teacher, *late)
    settings = Settings("W", (GREET,), due="2026-03-01T12:00+00:00", late=policy)
    seen: list[Handed] = []
    folder = teacher.handed_in / "submitted"
    with Store(tmp_path / "out") as store:
        grade(folder, store, settings, Grader(), Listener(), look=seen.append)
    (handed,) = seen
    assert (len(handed.late), len(handed.given)) == (late.count(True), len(late))
    _look(handed, settings=settings, progress=None, sure=False)  # type: ignore[arg-type]
