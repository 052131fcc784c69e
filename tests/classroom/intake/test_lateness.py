"""Lateness: only what a download or a teacher recorded counts; what is unknown costs nothing."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from checker.classroom.intake import About, IntakeError, Policy, Submission, read
from checker.classroom.intake.extensions import Extensions
from checker.classroom.intake.recorded import moment, times
from tests.classroom.intake.packed import (
    ANSWER,
    ID,
    OTHER,
    PATH,
    catalog,
    info,
    kinds,
    tarred,
    zipped,
)

DUE = "2026-03-01T12:00+00:00"
LATE = Policy.parse("10%/day", DUE)
EARLY = datetime(2020, 1, 1, tzinfo=UTC).timestamp()
YEARS_LATE = (2030, 1, 1, 0, 0, 0)


def handed(path: Path, policy: Policy = LATE, **about: object) -> dict[str, Submission]:
    found = read(path, catalog(), policy, about=About(**about))  # type: ignore[arg-type]
    return {each.student: each for each in found}


def extensions(folder: Path, text: str, policy: Policy = LATE) -> Extensions:
    (folder / "extensions.csv").write_text(text)
    return Extensions(folder / "extensions.csv", policy)


@pytest.mark.parametrize("kind", ["folder", "zip", "tar", "zip of zips"])
def test_times_of_files_and_within_archives_count_for_nothing(tmp_path: Path, kind: str) -> None:
    late, path = zipped((info(PATH, when=YEARS_LATE), ANSWER)), tmp_path / "in"
    path.mkdir()
    if kind == "folder":
        for name in ("ada", "bob"):
            file = path / name / PATH
            file.parent.mkdir(parents=True)
            file.write_bytes(ANSWER)
            os.utime(file, (2e9, 2e9))
    elif kind == "zip of zips":
        path = tmp_path / "in.zip"
        path.write_bytes(zipped(("ada.zip", late), ("bob.zip", late)))
    else:
        data = late if kind == "zip" else tarred((PATH, ANSWER))
        for name in ("ada", "bob"):
            (path / f"{name}.{kind}").write_bytes(data)
    found = handed(path)
    assert sorted(found) == ["ada", "bob"]
    for each in found.values():
        assert (each.late, each.submitted) == (False, None)
        assert kinds(each) == ["no time"]
        assert "it counts as on time" in each.findings[0].words
    # Without a due time nobody has to hear of it.
    assert kinds(handed(path, Policy())["ada"]) == []


@pytest.mark.parametrize(
    ("word", "percent", "found_kinds"),
    [("accept", 0, []), ("flag", 0, ["late"]), ("zero", 100, ["late"]), ("10%/day", 20, ["late"])],
)
def test_a_recorded_time_costs_what_the_policy_says(
    word: str, percent: float, found_kinds: list[str], tmp_path: Path
) -> None:
    stamp = b"2026-03-02 12:00:01 UTC"
    for name in ("ada", "bob"):
        (tmp_path / f"submitted/{name}/ps1").mkdir(parents=True)
        (tmp_path / f"submitted/{name}/ps1/timestamp.txt").write_bytes(stamp)
        (tmp_path / f"submitted/{name}/ps1/never_block.py").write_bytes(ANSWER)
    policy = Policy.parse(word, DUE)
    found = handed(tmp_path / "submitted", policy)["ada"]
    assert (found.late, kinds(found)) == (True, found_kinds)
    assert policy.percent_off(found.late, found.submitted) == percent
    in_time = handed(tmp_path / "submitted", Policy.parse(word, "2026-03-02T12:00:01+00:00"))["ada"]
    assert (in_time.late, in_time.findings) == (False, [])


# One file within a student's folder changes nothing for anybody.


def ordinary(folder: Path) -> Path:
    """Three students, each handed in another way."""
    for name in ("ada", "bob"):
        path = folder / name / "ps1" / "never_block.py"
        path.parent.mkdir(parents=True)
        path.write_bytes(ANSWER)
    (folder / "cy.zip").write_bytes(zipped((PATH, OTHER)))
    return folder


INTRUDERS = {
    "a stamp": "ada/ps1/timestamp.txt",
    "a stamp in two places": "ada/other/timestamp.txt",
    "a list of Gradescope's": "ada/submission_metadata.yml",
    "a list at the top": "submission_metadata.yml",
    "a name of Moodle's": "Eve_12_assignsubmission_file_/never_block.py",
    "a file named as Canvas names it": "eve_LATE_12_34_never_block.py",
    "a folder called submitted": "submitted/eve/ps1/timestamp.txt",
    "a folder of Gradescope's": "submission_12/never_block.py",
    "a folder called work": "work/01_blocking/never_block.py",
    "a folder called like a chapter": "01_blocking/never_block.py",
    "a course in a folder": "exercises/01_blocking/chapter.toml",
}


@pytest.mark.parametrize("name", INTRUDERS)
def test_one_students_file_does_not_change_how_a_class_is_read(tmp_path: Path, name: str) -> None:
    usual = handed(ordinary(tmp_path / "usual"))
    with_it = ordinary(tmp_path / "in")
    file = with_it / INTRUDERS[name]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(ANSWER if file.suffix == ".py" else b"2020-01-01 00:00:00 UTC\n")
    found = handed(with_it)
    for student in ("ada", "bob", "cy"):
        assert found[student].works[ID].data == usual[student].works[ID].data
        assert (found[student].submitted, found[student].late) == (None, False)
    assert len(found) <= 4


def test_nothing_at_the_top_is_dropped(tmp_path: Path) -> None:
    folder = ordinary(tmp_path / "in")
    (folder / "dee.py").write_bytes(ANSWER)
    (folder / "eve.rar").write_bytes(b"Rar!")
    (folder / "never_block.py").write_bytes(ANSWER)
    (folder / "marks.xlsx").write_bytes(b"")
    with read(folder, catalog(), LATE) as reading:
        students = [each.student for each in reading]
        told = {finding.where for finding in reading.findings}
    assert students == ["ada", "bob", "cy", "dee", "eve"]
    assert told == {"never_block.py", "marks.xlsx"}


def test_what_a_teacher_put_beside_a_download_is_read_too(tmp_path: Path) -> None:
    for name in ("Ada_11_assignsubmission_file_", "Bob_12_assignsubmission_file_"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "never_block.py").write_bytes(ANSWER)
    (tmp_path / "by mail.zip").write_bytes(zipped((PATH, OTHER)))
    found = handed(tmp_path)
    assert sorted(found) == ["11", "12", "by mail"]
    assert found["11"].ids == {"moodle_id": "11"}
    assert found["by mail"].works[ID].data == OTHER
    assert "its name is none that Moodle gives" in found["by mail"].findings[0].words


def test_the_whole_course_of_nbgrader_may_be_given(tmp_path: Path) -> None:
    for name in ("ada", "bob"):
        (tmp_path / f"submitted/{name}/ps1").mkdir(parents=True)
        (tmp_path / f"submitted/{name}/ps1/timestamp.txt").write_text("2026-03-01 11:00 UTC")
        (tmp_path / f"submitted/{name}/ps1/never_block.py").write_bytes(ANSWER)
    (tmp_path / "source/ps1").mkdir(parents=True)
    (tmp_path / "source/ps1/never_block.py").write_bytes(OTHER)
    with read(tmp_path, catalog(), LATE) as reading:
        found = {each.student: each for each in reading}
        assert [finding.where for finding in reading.findings] == ["source"]
    assert sorted(found) == ["ada", "bob"]
    assert found["ada"].submitted == datetime(2026, 3, 1, 11, tzinfo=UTC)


# Canvas and Moodle.


def test_canvas_says_who_is_late_and_its_files_times_say_nothing(tmp_path: Path) -> None:
    packed = zipped(
        (info("adalovelace_11_100_never_block.py", when=YEARS_LATE), ANSWER),
        (info("bob_LATE_12_101_never_block.py"), ANSWER),
    )
    (tmp_path / "in.zip").write_bytes(packed)
    found = handed(tmp_path / "in.zip")
    assert (found["11"].late, kinds(found["11"])) == (False, [])
    assert (found["12"].late, kinds(found["12"])) == (True, ["late"])
    assert LATE.percent_off(True, found["12"].submitted) == 10


MOODLE = (
    "Identifier,Full name,Status,Grade,Last modified (submission),Last modified (grade)\n"
    'Participant 11,Ada,Submitted,,"Monday, 2 March 2026, 12:30 PM",-\n'
    'Participant 12,Bob,Submitted,,"Sunday, 1 March 2026, 11:59 AM",-\n'
    "Participant 13,Cy,No submission,,-,-\n"
    "Participant 14,Dee,Submitted,,whenever,-\n"
)


def test_moodles_worksheet_has_the_times(tmp_path: Path) -> None:
    (tmp_path / "sheet.csv").write_text(MOODLE)
    for number in (11, 12, 13, 14):
        folder = tmp_path / "in" / f"S_{number}_assignsubmission_file_"
        folder.mkdir(parents=True)
        (folder / "never_block.py").write_bytes(ANSWER)
        os.utime(folder / "never_block.py", (EARLY, EARLY))
    found = handed(tmp_path / "in", recorded=times(tmp_path / "sheet.csv", LATE))
    assert found["11"].submitted == datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
    assert [found[key].late for key in ("11", "12", "13", "14")] == [True, False, False, False]
    assert kinds(found["13"]) == ["no time"]
    assert "'whenever' cannot be read" in found["14"].findings[0].words


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Sunday, 1 March 2026, 12:05 AM", "2026-03-01T00:05"),
        ("Sunday, 1 March 2026, 12:05 PM", "2026-03-01T12:05"),
        ("Sonntag, 1. M\u00e4rz 2026, 23:59", "2026-03-01T23:59"),
        ("dimanche 1 mars 2026, 23:59", "2026-03-01T23:59"),
        ("domingo, 1 de marzo de 2026, 23:59", "2026-03-01T23:59"),
        ("2026-03-01 23:59", "2026-03-01T23:59"),
        ("Sunday, 31 February 2026, 12:05 PM", None),
        ("1 Smarch 2026, 12:05", None),
        ("x" * 100_000, None),
    ],
)
def test_times_as_moodle_writes_them(text: str, wanted: str | None) -> None:
    found = moment(text, LATE)
    expected = None if wanted is None else datetime.fromisoformat(wanted).replace(tzinfo=UTC)
    assert found == expected


# Extensions.


def nbgrader(folder: Path, **handed_in: str) -> Path:
    for name, when in handed_in.items():
        (folder / f"submitted/{name}/ps1").mkdir(parents=True)
        (folder / f"submitted/{name}/ps1/timestamp.txt").write_text(f"{when} UTC")
        (folder / f"submitted/{name}/ps1/never_block.py").write_bytes(ANSWER)
    return folder / "submitted"


@pytest.mark.parametrize(
    ("row", "late"),
    [
        ("ada,2026-03-03T12:00", False),
        ("ada,2026-03-03T12:00:00+00:00", False),
        ("ada,2026-03-03", False),
        ("ada,2026-03-02", True),
        ("ada,+2 days", False),
        ("ada,2d", False),
        ("ada,47 hours", True),
        ("ada,1 day 24 h", False),
        ("ada,1 week", False),
        ("ada,+1.5 days", True),
    ],
)
@pytest.mark.parametrize("head", ["", "student,due\n", "Student;New date\n"])
def test_an_extension_is_a_date_or_more_time(
    tmp_path: Path, head: str, row: str, late: bool
) -> None:
    path = nbgrader(tmp_path, ada="2026-03-03 11:59:59", bob="2026-03-03 11:59:59")
    text = head + (row.replace(",", ";") if ";" in head else row)
    found = handed(path, extensions=extensions(tmp_path, f"{text}\n"))
    assert (found["ada"].late, found["bob"].late) == (late, True)
    ada = found["ada"]
    assert ada.due is not None
    if late:
        assert "with the extension" in ada.findings[0].words
        assert LATE.until(ada.due).percent_off(True, ada.submitted) == 10
    assert LATE.percent_off(True, found["bob"].submitted) == 20


@pytest.mark.parametrize(
    "text",
    [
        "Student name,Extra days\nada,2\n",
        "login,hours\nada,48\n",
        "name,New due date\nAda,2026-03-03 12:00\n",
        "First name,Last name,Deadline\nAda,,2026-03-03\n",
        "sep=;\nstudent;extra time;remark\nada;2 days;was ill\n",
    ],
)
def test_a_table_of_extensions_may_have_other_heads(tmp_path: Path, text: str) -> None:
    path = nbgrader(tmp_path, ada="2026-03-03 11:59:59", bob="2026-03-03 11:59:59")
    found = handed(path, extensions=extensions(tmp_path, text))
    assert (found["ada"].late, found["bob"].late) == (False, True)


def test_a_teacher_may_state_when_something_was_handed_in(tmp_path: Path) -> None:
    folder = ordinary(tmp_path / "in")
    text = "student,due,submitted\nada,,2026-03-02T13:00\nbob,,2026-03-01T11:00\n"
    found = handed(folder, extensions=extensions(tmp_path, text))
    assert (found["ada"].late, found["bob"].late) == (True, False)
    assert found["ada"].submitted == datetime(2026, 3, 2, 13, tzinfo=UTC)
    assert kinds(found["cy"]) == ["no time"]


def test_whom_canvas_calls_late_counts_as_on_time_with_an_extension(tmp_path: Path) -> None:
    packed = zipped(
        ("ada_LATE_11_100_never_block.py", ANSWER), ("bob_LATE_12_101_never_block.py", ANSWER)
    )
    (tmp_path / "in.zip").write_bytes(packed)
    found = handed(tmp_path / "in.zip", extensions=extensions(tmp_path, "ada,+2 days\n"))
    assert (found["11"].late, kinds(found["11"])) == (False, ["no time"])
    assert found["12"].late


WRONG = {
    "nobody of this name": ("adda,+2 days\n", "no student 'adda' in the submissions; did you mean"),
    "no date": ("ada,soon\n", "line 1, ada: 'soon' is neither a date nor a span of time"),
    "an American date": ("ada,03/05/2026\n", "write 2026-03-08T12:00"),
    "a day that is none": ("ada,2026-02-31\n", "neither a date nor"),
    "nothing": ("student,due\nada,\n", "line 2, ada: there is no new date"),
    "before the due time": ("ada,2026-02-01\n", "before the due time"),
    "twice": ("ada,+1 d\nbob,+1 d\nADA,+2 d\n", "line 3, ADA: line 1 names them too"),
    "by two names": ("ada,+1 d\nfrau ada,+2 d\n", "no student 'frau ada'"),
    "nobody": ("student,due\n", "there is nobody in it"),
    "for ever": ("ada,99999999999999999999 weeks\n", "more than ten years"),
    "a bad stated time": ("ada,+1 d,noon\n", "'noon' is no time"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_bad_extension_is_refused_with_its_line_and_the_fix(tmp_path: Path, name: str) -> None:
    text, words = WRONG[name]
    path = nbgrader(tmp_path, ada="2026-03-03 11:59:59", bob="2026-03-03 11:59:59")
    with pytest.raises(IntakeError) as raised:
        handed(path, extensions=extensions(tmp_path, text))
    assert words in str(raised.value)
    assert "Next: " in str(raised.value)


def test_an_extension_by_login_email_or_name(tmp_path: Path) -> None:
    packed = zipped(("lovelaceada_LATE_11_100_never_block.py", ANSWER))
    (tmp_path / "in.zip").write_bytes(packed)
    for who in ("11", "lovelaceada", "LovelaceAda"):
        found = handed(tmp_path / "in.zip", extensions=extensions(tmp_path, f"{who},+2 days\n"))
        assert not found["11"].late


def test_summer_time_does_not_move_an_extension(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        policy = Policy.parse("flag", "2026-03-28T12:00")
        path = nbgrader(tmp_path, ada="2026-03-30 09:59:00", bob="2026-03-30 10:01:00")
        text = "ada,2026-03-30T12:00\nbob,2026-03-30T12:00\n"
        found = handed(path, policy, extensions=extensions(tmp_path, text, policy))
        assert (found["ada"].late, found["bob"].late) == (False, True)
    finally:
        monkeypatch.undo()
        time.tzset()
