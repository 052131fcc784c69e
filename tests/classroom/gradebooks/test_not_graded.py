"""A failure of the checker costs nobody a point, in no format, and says so in each."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from checker.classroom.gradebooks import FORMATS, write
from tests.classroom import batches
from tests.classroom.gradebooks import importers

GRADEBOOKS = sorted(FORMATS)


def written(tmp_path: Path, name: str) -> str:
    write(batches.broken(allow_ungraded=True), tmp_path, [name])
    found = {path.name: path for path in tmp_path.rglob("*") if path.is_file()}
    found.pop("not-graded.csv")
    return "".join(path.read_text() for path in found.values())


@pytest.mark.parametrize("name", GRADEBOOKS)
def test_no_gradebook_is_written_unless_it_is_allowed(tmp_path: Path, name: str) -> None:
    done = write(batches.broken(), tmp_path, [name])
    assert done.withheld
    assert [path.name for path in done.files] == ["not-graded.csv"]
    assert (tmp_path / "not-graded.csv").read_text().splitlines()[1] == (
        "s1,Ada Lovelace,blocking/never_block,the checker failed: SECRET end"
    )


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"jsonl"}))
def test_what_the_checker_said_is_in_no_file_that_a_student_may_see(
    tmp_path: Path, name: str
) -> None:
    assert "SECRET" not in written(tmp_path, name)


def test_the_table_for_people_says_it_in_words(tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(written(tmp_path, "csv"))))
    ada, alan, grace, _ = rows
    assert ada["points"] == ada["blocking/never_block (of 10)"] == "not graded"
    assert ada["percent"] == ""
    assert "blocking/never_block: not graded, since the checker failed" in ada["notes"]
    assert alan["points"] == "7.5"
    assert (grace["points"], grace["blocking/never_block (of 10)"]) == ("5", "5")
    assert "the points from before stand" in grace["notes"]


def test_canvas_keeps_the_cell_and_names_who_is_missing(tmp_path: Path) -> None:
    sheet = tmp_path / "export.csv"
    sheet.write_text("Student,ID,Section,Week 2 (7)\nAda,101,A,12\nAlan,102,A,\nGrace,103,A,\n")
    out = tmp_path / "out"
    write(batches.broken(allow_ungraded=True), out, ["canvas"], canvas_template=sheet)
    assert "Ada,101,A,12" in (out / "canvas.csv").read_text()
    assert "s1,Ada Lovelace,,not graded: blocking/never_block" in (
        (out / "canvas-left-out.csv").read_text()
    )


def test_moodle_keeps_the_grade_and_the_feedback_says_why(tmp_path: Path) -> None:
    write(batches.broken(allow_ungraded=True), tmp_path, ["moodle"])
    found = importers.moodle((tmp_path / "moodle.csv").read_text(), 20.0)
    assert found["9001"][0] == ""
    assert found["9001"][1].startswith("Not graded yet, which is a fault of the checker")
    assert found["9002"][0] == "7.5"


def test_nbgrader_has_no_score(tmp_path: Path) -> None:
    ada, alan, _ = importers.nbgrader(written(tmp_path, "nbgrader"))
    assert (ada["score"], alan["score"]) == ("", "7.5")


def test_junit_has_an_error(tmp_path: Path) -> None:
    suites = importers.junit(written(tmp_path, "junit"))
    assert [suite.get("errors") for suite in suites] == ["2", "0", "0", "0", "0", "0"]
    error = suites[0].find("testcase[@name='graded']/error")
    assert error is not None
    assert error.get("message", "").startswith("not graded")
    points = suites[0].find("properties/property[@name='points']")
    assert points is not None
    assert points.get("value") == "not graded"


def test_gradescope_has_no_score_before_that_is_allowed(tmp_path: Path) -> None:
    write(batches.broken(), tmp_path, ["gradescope"], always=True)
    ada = importers.gradescope((tmp_path / "gradescope/s1/results.json").read_text())
    assert "score" not in ada
    assert "NOT GRADED: Never block" in ada["output"]
    alan = importers.gradescope((tmp_path / "gradescope/s2/results.json").read_text())
    assert alan["score"] == 7.5


def test_gradescope_has_what_could_be_graded_where_that_is_allowed(tmp_path: Path) -> None:
    write(batches.broken(allow_ungraded=True), tmp_path, ["gradescope"])
    ada = importers.gradescope((tmp_path / "gradescope/s1/results.json").read_text())
    assert ada["score"] == 10
    assert "score is not final" in ada["output"]
    assert "score" not in ada["tests"][0]
    assert "not graded" in ada["tests"][0]["output"]


def test_classroom_50_has_no_file_of_theirs(tmp_path: Path) -> None:
    write(batches.broken(allow_ungraded=True), tmp_path, ["classroom50"])
    assert sorted(path.parent.name for path in tmp_path.rglob("result.json")) == ["s2", "s3"]


def test_json_lines_tell_it_apart_from_no_points(tmp_path: Path) -> None:
    rows = [json.loads(line) for line in written(tmp_path, "jsonl").splitlines()]
    assert (rows[0]["graded"], rows[0]["points"]) == (False, None)
    assert (rows[4]["graded"], rows[4]["points"]) == (True, 5)
    assert rows[4]["fault"]["printed"] == "SECRET traceback"
