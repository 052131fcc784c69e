"""`unblocked grade` and `unblocked override`, as they meet a teacher."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker.classroom.grading.store import NAME
from tests.classroom.grading.rounds import BLOCKS, GOOD, GREET, Teacher, hand_in

SECRET = "xyzzy-secret"
HIDDEN = f'''
async def test_{SECRET.replace("-", "_")}(attempt, clock):
    """The title is {SECRET} too."""
    helper = attempt.bring_file("more")
    assert await helper.call("more", "{SECRET}") == 1, "{SECRET} was expected"
    await attempt.call("greet", "{SECRET}", 2)
    assert clock.now >= MOST, "{SECRET} is too fast"

async def test_fine(attempt):
    """It greets {SECRET}."""
    assert await attempt.call("greet", "{SECRET}", 1) == "Hello, {SECRET}!"

def test_guard(attempt):
    """The stub holds it, {SECRET}."""
'''
MATERIAL = f"async def more(word):\n    assert word, '{SECRET}'\n    return 1\n"
ONLY = ("--only", GREET)
# What a teacher keeps: the store, all verdicts, and the page and the list that name checks.
TEACHERS = {NAME, "results.jsonl", "teacher.html", "changes.csv"}


@pytest.fixture
def teacher(tmp_path: Path) -> Teacher:
    """Ada is right, Bob blocks."""
    made = Teacher(tmp_path)
    hand_in(made.handed_in, "ada", GOOD)
    hand_in(made.handed_in, "bob", BLOCKS)
    return made


def hide(teacher: Teacher, text: str = HIDDEN.replace("MOST", "2")) -> None:
    folder = teacher.folder / "hidden" / "00_start"
    (folder / "material").mkdir(parents=True, exist_ok=True)
    (folder / "test_first_check.py").write_text(text)
    (folder / "material" / "more.py").write_text(MATERIAL)


def test_from_submissions_to_grades_and_pages(teacher: Teacher) -> None:
    code, out, err = teacher.type("grade", "in", "--out", "out", *ONLY, "--workers", "1")
    assert (code, err) == (0, "")
    assert "2 works graded: 1 failed, 1 passed" in out
    assert "In out: grades.csv, results.jsonl, teacher.html, feedback/ (2 pages)" in out
    rows = teacher.rows()
    assert (rows["ada"][2:4], rows["bob"][2:4]) == (["5", "5"], ["3", "5"])
    assert {path.name for path in (teacher.out / "feedback").iterdir()} == {"ada.html", "bob.html"}
    assert sorted(path.name for path in teacher.out.iterdir()) == sorted(
        ["feedback", "grades.csv", "results.jsonl", NAME, "teacher.html"]
    )
    again = teacher.grade(*ONLY)
    assert (again["graded"], again["known"], again["outcomes"]) == (0, 2, {})


def test_exercises_that_nobody_handed_in_count_and_this_is_said(teacher: Teacher) -> None:
    more = [*ONLY, "--only", "blocking/dashboard"]
    code, out, err = teacher.type("grade", "in", "--out", "out", *more, "--workers", "1")
    assert (code, err) == (0, "")
    assert "Nobody handed in 1 exercise. Points are out of all; `--only` names those" in out
    assert teacher.rows()["ada"][2:4] == ["5", "15"]
    assert "dashboard" not in (teacher.out / "teacher.html").read_text("utf-8").split("<h2")[1]
    assert teacher.grade(*more)["nobodys"] == ["blocking/dashboard"]


def test_hidden_checks_count_and_are_in_no_file_that_a_student_gets(teacher: Teacher) -> None:
    hide(teacher)
    formats = "csv,canvas,nbgrader,gradescope,junit,classroom50,jsonl"
    told = teacher.grade(*ONLY, "--hidden", "hidden", "--format", formats)
    assert told["outcomes"] == {"failed": 1, "passed": 1}
    rows = teacher.rows()
    assert (rows["ada"][2], rows["bob"][2]) == ("5", "4")  # 4 of 5 checks that earn, of 5 points
    seen = 0
    for path in teacher.out.rglob("*"):
        if path.is_file() and path.name not in TEACHERS:
            text, seen = path.read_text("utf-8"), seen + 1
            for word in (SECRET, SECRET.replace("-", "_"), "xyzzy"):
                assert word not in text, path
    assert seen >= 9


def test_other_hidden_checks_grade_anew_and_tell_who_lost(teacher: Teacher) -> None:
    hide(teacher)
    teacher.grade(*ONLY, "--hidden", "hidden")
    strict = "\nasync def test_strict(attempt, heartbeat):\n    async with heartbeat() as beat:\n"
    strict += "        await attempt.call('greet', 'x', 3)\n    assert beat.longest == 0\n"
    hide(teacher, HIDDEN.replace("MOST", "2") + strict)
    told = teacher.grade(*ONLY, "--hidden", "hidden")
    assert (told["graded"], told["known"]) == (2, 0)
    (bob,) = told["changes"][-1:]
    assert (bob["student"], bob["before"], bob["after"]) == ("bob", 4, 3)
    assert (teacher.out / "changes.csv").read_text("utf-8").count("\n") >= 2


GRADESCOPE = ("--out", "out", "--gradescope", "--sandbox=outer", *ONLY)


@pytest.mark.parametrize("name", ["one file", "two folders", "nothing", "nothing to read"])
def test_gradescope_gets_its_one_file_whatever_is_handed_in(tmp_path: Path, name: str) -> None:
    teacher = Teacher(tmp_path)
    handed = teacher.handed_in / "submission"
    handed.mkdir(parents=True)
    if name == "nothing to read":
        (handed / "essay.docx").write_bytes(b"x")
    elif name != "nothing":
        (handed / "first_check.py").write_bytes(GOOD)
    if name == "two folders":
        for folder in ("week1", "week2"):
            (handed / folder).mkdir()
            (handed / folder / "first_check.py").write_bytes(GOOD)
    code, _, err = teacher.type("grade", "in/submission", *GRADESCOPE)
    assert (code, err) == (0, "")
    results = json.loads((teacher.out / "results.json").read_text("utf-8"))
    wanted = 0 if name.startswith("nothing") else 5
    assert (results["score"], results["max_score"]) == (wanted, 5)
    assert "container" in json.dumps(results)
    assert ("essay.docx" in results["output"]) is (name == "nothing to read")


POLICIES = {"flag": ("5", "3"), "zero": ("0", "3"), "10%/day": ("4", "3")}


def test_late_work_counts_as_the_policy_says_and_is_not_graded_anew(teacher: Teacher) -> None:
    (teacher.folder / "times.csv").write_text(
        "student,due,submitted\nada,,2026-03-02T14:00+00:00\nbob,,2026-03-01T11:00+00:00\n"
    )
    due = ("--due", "2026-03-01T12:00+00:00", "--extensions", "times.csv")
    for number, (late, wanted) in enumerate(POLICIES.items()):
        told = teacher.grade(*ONLY, *due, "--late", late)
        rows = teacher.rows()
        assert (rows["ada"][2], rows["bob"][2]) == wanted
        assert told["graded"] == (0 if number else 2)


WRONG: dict[str, tuple[list[str], str]] = {
    "no such folder": (["grade", "none", "--out", "out"], "none: it cannot be read"),
    "nothing in it": (["grade", "empty", "--out", "out"], "empty"),
    "no such format": (["grade", "in", "--out", "out", "--format", "xls"], "no format 'xls'"),
    "no such sandbox": (["grade", "in", "--out", "out", "--sandbox", "x"], "no sandbox 'x'"),
    "no such exercise": (["grade", "in", "--out", "out", "--only", "start/x"], "start/"),
    "no such policy": (["grade", "in", "--out", "out", "--late", "x"], "no policy for late"),
    "no such time": (["grade", "in", "--out", "out", "--due", "x"], "the due time 'x'"),
    "out is a file": (["grade", "in", "--out", "file"], "cannot be a folder for results"),
    "no hidden checks": (["grade", "in", "--out", "out", "--hidden", "empty"], "no checks in"),
    "hidden for nothing": (["grade", "in", "--out", "out", "--hidden", "odd"], "for no exercise"),
    "hidden no text": (["grade", "in", "--out", "out", "--hidden", "latin"], "UTF-8"),
    "no class list": (["grade", "in", "--out", "out", "--roster", "none.csv"], "No such file"),
    "an empty class list": (["grade", "in", "--out", "out", "--roster", "file"], "nobody in this"),
    "no extensions": (["grade", "in", "--out", "out", "--extensions", "none.csv"], "No such file"),
    "no export of Canvas": (
        ["grade", "in", "--out", "out", "--format", "canvas", "--canvas-template", "file"],
        "no export of a Canvas gradebook",
    ),
    "no numbers of Moodle's": (
        ["grade", "in", "--out", "out", "--format", "csv,moodle"],
        "Moodle finds a student by a number that is not known",
    ),
    "hidden is no Python": (
        ["grade", "in", "--out", "out", "--hidden", "syntax"],
        "line 2: invalid syntax.\nNext: correct it. Nobody was graded.",
    ),
    "no results": (
        ["override", "none", "ada", GREET, "1", "--reason", "x"],
        "There are no results",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_a_teacher_can_mend_is_said_at_once(teacher: Teacher, name: str) -> None:
    arguments, words = WRONG[name]
    (teacher.folder / "empty").mkdir()
    (teacher.folder / "file").touch()
    files = {"odd": b"", "latin": "# ü".encode("latin-1"), "syntax": b"\ndef test_x(:\n"}
    for folder, data in files.items():
        path = teacher.folder / folder / "00_start" / "test_first_check.py"
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
    if name == "hidden for nothing":
        path = teacher.folder / "odd" / "00_start" / "test_first_check.py"
        path.rename(path.with_name("test_other.py"))
    code, out, err = teacher.type(*arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert not (teacher.out / "grades.csv").exists()


def test_points_by_hand_are_taken_back_on_demand(teacher: Teacher) -> None:
    teacher.grade(*ONLY)
    teacher.type("override", "out", "bob", GREET, "1", "--reason", "he asked")
    done = teacher.type("override", "out", "bob", GREET, "--take-back")
    assert done == (
        0,
        f"bob, {GREET}: the checks count again. The pages and gradebooks are new.\n",
        "",
    )
    assert teacher.rows()["bob"][2] == "3"
    again = teacher.type("override", "out", "bob", GREET, "--take-back")
    assert again[0] == 2
    assert "no points by hand" in again[2]
    for arguments in (["1", "--take-back"], []):
        assert "Which points?" in teacher.type("override", "out", "bob", GREET, *arguments)[2]


def test_points_by_hand_stay_whatever_is_graded_later(teacher: Teacher) -> None:
    teacher.grade(*ONLY)
    done = teacher.type("override", "out", "bob", GREET, "4.5", "--reason", "he asked", "--by", "P")
    assert done == (0, f"bob, {GREET}: 4.5 points. The pages and gradebooks are new.\n", "")
    assert teacher.rows()["bob"][2] == "4.5"
    assert "he asked" in (teacher.out / "feedback" / "bob.html").read_text("utf-8")
    teacher.grade(*ONLY, "--seed", "5")
    assert teacher.rows()["bob"][2] == "4.5"


REFUSED = [
    (["bo", GREET, "1", "--reason", "x"], "Next: did you mean bob?"),
    (["bob", "start/first", "1", "--reason", "x"], f"Next: did you mean {GREET}?"),
    (["bob", GREET, "9", "--reason", "x"], "has 5 points"),
    (["bob", GREET, "nan", "--reason", "x"], "greater than or equal to 0"),
    (["bob", GREET, "1", "--reason", " "], "Why?"),
]


def test_points_that_cannot_be_given_are_refused(teacher: Teacher) -> None:
    teacher.grade(*ONLY)
    before = (teacher.out / "grades.csv").read_bytes()
    for arguments, words in REFUSED:
        code, out, err = teacher.type("override", "out", *arguments)
        assert (code, out) == (2, "")
        assert words in err
    assert (teacher.out / "grades.csv").read_bytes() == before
