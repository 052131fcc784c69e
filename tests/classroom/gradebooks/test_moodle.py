"""The grading worksheet of Moodle, with and without a downloaded one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from checker.classroom.gradebooks import GradebookError, check, write
from checker.classroom.graded import Batch
from tests.classroom import batches
from tests.classroom.gradebooks import importers

HEAD = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
)
SHEET = HEAD + (
    'Participant 9001,Ada Lovelace,ada@uni.test,Submitted,,20.00,Yes,"Friday, 1:00",-,\n'
    "Participant 9002,Alan Turing,,Submitted,3.00,20.00,Yes,-,Monday,old\n"
    "Participant 9003,Grace Hopper,,No submission,1.00,20.00,Yes,-,-,kept\n"
)


def moodle_check(tmp_path: Path, sheet: str) -> None:
    (tmp_path / "sheet.csv").write_text(sheet)
    check(["moodle"], "Week 2", moodle_worksheet=tmp_path / "sheet.csv")


def fill(tmp_path: Path, sheet: str, batch: Batch | None = None) -> str:
    (tmp_path / "sheet.csv").write_text(sheet)
    out = tmp_path / "out"
    write(batch or batches.usual(), out, ["moodle"], moodle_worksheet=tmp_path / "sheet.csv")
    return (out / "moodle.csv").read_text()


def test_a_worksheet_is_filled_in_and_keeps_what_it_has(tmp_path: Path) -> None:
    filled = fill(tmp_path, SHEET)
    found = importers.moodle(filled, 20.0)
    assert found["9001"][0] == "13.5"
    assert "blocking/never_block: 3.5 of 10, 1 of 2 checks passed, 1.5 deducted" in found["9001"][1]
    assert found["9002"][0] == "7.5"
    assert "given by hand" in found["9002"][1]
    assert found["9003"] == ("1.00", "kept")
    assert ",Monday," in filled
    assert '"Friday, 1:00"' in filled


def test_without_a_worksheet_it_has_those_whose_number_is_known(tmp_path: Path) -> None:
    write(batches.usual(), tmp_path, ["moodle"])
    found = importers.moodle((tmp_path / "moodle.csv").read_text(), 20.0)
    assert {number: grade for number, (grade, _) in found.items()} == {
        "9001": "13.5",
        "9002": "7.5",
    }
    assert "s3" in (tmp_path / "moodle-left-out.csv").read_text()


def test_where_no_number_is_known_a_worksheet_is_asked_for(tmp_path: Path) -> None:
    usual = batches.usual()
    unknown = replace(usual, students=[replace(each, ids={}) for each in usual.students])
    with pytest.raises(GradebookError, match="Next: in Moodle, turn on"):
        check(["moodle"], "Week 2", [student.ids for student in unknown.students])
    done = write(unknown, tmp_path, ["moodle", "csv"])
    assert [path.name for path in done.files] == ["grades.csv"]
    assert "Next: in Moodle, turn on" in done.problems[0]


@pytest.mark.parametrize("missing", ["Identifier", "Grade", "Last modified (grade)"])
def test_a_worksheet_that_moodle_would_refuse_is_refused_with_the_fix(
    tmp_path: Path, missing: str
) -> None:
    head = ",".join("Other" if name == missing else name for name in HEAD.strip().split(","))
    with pytest.raises(GradebookError) as raised:
        moodle_check(tmp_path, SHEET.replace(HEAD, f"{head}\n"))
    assert f"`{missing}` is missing. Next: in Moodle" in str(raised.value)


def test_another_maximum_is_filled_in_proportion_and_the_feedback_says_both(
    tmp_path: Path,
) -> None:
    found = importers.moodle(fill(tmp_path, SHEET.replace("20.00", "100.00")), 100.0)
    assert found["9001"][0] == "67.5"
    assert found["9001"][1].startswith("13.5 of 20 points, which is 67.5 of 100 here.")
    assert found["9003"] == ("1.00", "kept")


@pytest.mark.parametrize("scale", ["Poor, fair, good", "0", "-5", "nan", "inf"])
def test_a_maximum_that_is_no_number_is_refused(tmp_path: Path, scale: str) -> None:
    with pytest.raises(GradebookError, match=r"no number above 0\. Next: choose the grade type"):
        moodle_check(tmp_path, SHEET.replace("20.00", f'"{scale}"'))


def test_a_grade_that_may_not_be_changed_is_not_changed(tmp_path: Path) -> None:
    filled = fill(tmp_path, SHEET.replace("3.00,20.00,Yes", "3.00,20.00,No"))
    assert importers.moodle(filled, 20.0)["9002"] == ("3.00", "old")


def test_who_has_no_number_is_found_by_email_or_name(tmp_path: Path) -> None:
    usual = batches.usual()
    ada, alan, _ = usual.students
    known = [replace(ada, ids={"email": "ADA@uni.test"}, name="?"), replace(alan, ids={})]
    found = importers.moodle(fill(tmp_path, SHEET, replace(usual, students=known)), 20.0)
    assert [found[number][0] for number in ("9001", "9002")] == ["13.5", "7.5"]
