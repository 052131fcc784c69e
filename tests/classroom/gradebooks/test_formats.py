"""The other formats, each read back by its importer's rules; and all of them, of hostile texts."""

from __future__ import annotations

import csv
import io
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from checker.classroom.gradebooks import FORMATS, GradebookError, books, check, write
from checker.classroom.gradebooks.classroom50 import ids_from
from checker.classroom.graded import file_name
from tests.classroom import batches
from tests.classroom.gradebooks import importers

CELLS_OF_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d")


def read(out: Path, name: str) -> str:
    return (out / name).read_bytes().decode()


def test_the_table_for_people_tells_0_points_from_nothing_handed_in(tmp_path: Path) -> None:
    write(batches.usual(), tmp_path, ["csv"])
    rows = list(csv.DictReader(io.StringIO(read(tmp_path, "grades.csv"))))
    ada, alan, grace, stamp = rows
    assert ada["points"] == "13.5"
    assert ada["percent"] == "67.5"
    assert ada["late"] == "late"
    assert "1.5 points deducted" in ada["notes"]
    assert "7.5 points by prof: argued well" in alan["notes"]
    assert alan["blocking/dashboard (of 10)"] == ""
    assert grace["blocking/never_block (of 10)"] == ""
    assert "jail" in stamp["name"]


def test_the_table_for_excel_begins_with_its_mark(tmp_path: Path) -> None:
    write(batches.usual(), tmp_path, ["csv", "nbgrader"], excel=True)
    assert (tmp_path / "grades.csv").read_bytes().startswith(b"\xef\xbb\xbfstudent")
    assert not (tmp_path / "nbgrader.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_nbgrader_has_its_columns_and_a_comma_moves_nothing(tmp_path: Path) -> None:
    write(replace(batches.usual(), title="Week 2, part 1"), tmp_path, ["nbgrader"])
    ada, alan, grace = importers.nbgrader(read(tmp_path, "nbgrader.csv"))
    assert ada["assignment"] == "Week 2, part 1"
    assert (ada["first_name"], ada["last_name"]) == ("Ada", "Lovelace")
    assert (alan["first_name"], alan["last_name"]) == ("Alan", "Turing")
    assert (ada["raw_score"], ada["late_submission_penalty"], ada["score"]) == ("15", "1.5", "13.5")
    assert grace["timestamp"] == ""


def test_gradescope_counts_the_points_once(tmp_path: Path) -> None:
    write(batches.usual(), tmp_path, ["gradescope"])
    found = importers.gradescope(read(tmp_path, "gradescope/s1/results.json"))
    assert found["score"] == 13.5
    assert [test["number"] for test in found["tests"]] == ["1", "1.1", "1.2", "2", "2.1", "2.2"]
    assert found["tests"][2]["status"] == "failed"
    assert "mend pauses" in found["tests"][2]["output"]
    assert "1.5 points deducted" in found["tests"][0]["output"]
    assert "jail" in found["output"]


def test_junit_names_each_check_and_what_was_not_handed_in(tmp_path: Path) -> None:
    write(batches.usual(), tmp_path, ["junit"])
    suites = importers.junit(read(tmp_path, "junit.xml"))
    assert [suite.get("failures") for suite in suites] == ["1", "0", "1", "0", "0", "0"]
    failure = suites[0].find("testcase[@name='pauses']/failure")
    assert failure is not None
    assert failure.get("message") == "pauses got 2"
    assert suites[5].find("testcase/skipped") is not None


def test_classroom_50_has_whole_scores_that_add_up(tmp_path: Path) -> None:
    half = batches.work(batches.verdict(batches.check("a")), deducted=0.5)
    ids = ids_from({"SUBMISSION_TAG": "submit/3", "COMMIT_URL": "https://x.test/c", "PATH": "/bin"})
    one = batches.student("s1", "Ada", half, half, half, ids=ids)
    write(batches.batch(one), tmp_path, ["classroom50"])
    found = importers.classroom50(read(tmp_path, "classroom50/s1/result.json"))
    assert found["score"] == 13  # of 13.5
    assert [test["score"] for test in found["tests"]] == [4, 5, 4]
    assert found["submission"] == "submit/3"
    assert found["review"] == found["commit"] == "https://x.test/c"
    assert found["release"] == "unknown"


def test_json_lines_hold_all_of_it(tmp_path: Path) -> None:
    write(batches.usual(), tmp_path, ["jsonl"])
    rows = [json.loads(line) for line in read(tmp_path, "results.jsonl").splitlines()]
    assert len(rows) == 6
    assert rows[0]["verdict"]["checks"][1]["id"] == "pauses"
    assert rows[2]["override"]["points"] == 7.5
    assert rows[5]["verdict"] is None


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"jsonl"}))
def test_of_a_hidden_check_nothing_is_in_any_file_that_a_student_may_see(
    tmp_path: Path, name: str
) -> None:
    one = batches.student("s1", "Ada", batches.hidden(), ids={"moodle_id": "1"})
    written = write(batches.batch(one), tmp_path, [name]).files
    for path in written:
        assert "SECRET" not in path.read_text()
    text = written[0].read_text()
    assert name in ("csv", "canvas", "moodle", "nbgrader", "classroom50") or "hidden" in text


@pytest.mark.parametrize("evil", batches.HOSTILE, ids=lambda evil: ascii(evil)[:24])
def test_hostile_texts_break_no_file_and_get_into_no_cell(tmp_path: Path, evil: str) -> None:
    batch = batches.hostile(evil)
    first, second = batch.students
    moodle = [replace(first, ids=first.ids | {"moodle_id": "1"}), replace(second, ids={})]
    # What holds everything holds it in full: hundreds of megabytes here.
    formats = [name for name in FORMATS if name != "jsonl" or len(evil) < 10_000]
    written = write(replace(batch, students=moodle), tmp_path, formats, always=True).files
    assert len(written) == len(formats) + 3
    for path in written:
        assert path.resolve().is_relative_to(tmp_path.resolve())
        text = path.read_bytes().decode()  # It is UTF-8.
        assert "\x1b" not in text
        assert "\x00" not in text
        assert path.suffix in (".jsonl", ".json") or len(text) < 500_000
        if path.suffix == ".csv":
            for row in csv.reader(io.StringIO(text, newline=""), strict=True):
                for value in row:
                    number = value.lstrip("+-").replace(".", "", 1).isdecimal()
                    harmless = number or value == "-"
                    assert harmless or not value.strip().startswith(CELLS_OF_A_FORMULA), value[:40]
    importers.junit(read(tmp_path, "junit.xml"))
    for folder in (tmp_path / "gradescope").iterdir():
        importers.gradescope(read(folder, "results.json"))
    importers.moodle(read(tmp_path, "moodle.csv"), 1000.0)
    # What could not be graded has no file there, so those works are left out.
    graded = [replace(s, works=[w for w in s.works if not w.not_graded]) for s in moodle]
    for path in write(replace(batch, students=graded), tmp_path, ["classroom50"]).files:
        importers.classroom50(path.read_text("utf-8"))


def test_the_same_batch_gives_the_same_bytes(tmp_path: Path) -> None:
    texts = []
    for folder in ("a", "b"):
        written = write(batches.usual(), tmp_path / folder, FORMATS).files
        texts.append({p.relative_to(tmp_path / folder): p.read_bytes() for p in written})
    assert texts[0] == texts[1]


def test_a_format_that_cannot_be_written_is_told_and_keeps_no_other_from_being_written(
    tmp_path: Path,
) -> None:
    (tmp_path / "grades.csv").write_text("old")
    (tmp_path / "canvas.csv").write_text("old")
    gone = tmp_path / "gone.csv"
    with pytest.raises(GradebookError, match="gone"):
        check(["csv", "canvas"], "Week 2", canvas_template=gone)
    done = write(batches.usual(), tmp_path, ["csv", "canvas"], canvas_template=gone)
    assert "The format canvas could not be written" in done.problems[0]
    assert (tmp_path / "grades.csv").read_text().startswith("student,name")
    assert (tmp_path / "canvas.csv").read_text() == "old"
    with pytest.raises(GradebookError, match=r"no format 'xls'\. Next: choose of csv, canvas"):
        write(batches.usual(), tmp_path, ["xls"])


def test_a_disk_that_is_full_leaves_no_half_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "grades.csv").write_text("old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        books.put(tmp_path / "grades.csv", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["grades.csv"]
    assert (tmp_path / "grades.csv").read_text() == "old"


def test_file_names_are_safe_and_no_two_keys_share_one() -> None:
    keys = ["ada", "Ada", "ADA", "a/b", "a_b", "a\\b", "..", ".", "", "con", "con.txt", "lpt1", "ä"]
    keys += ["nul", "a" * 300, "a" * 301, "x.", "-rf", "\ud800", "a\x00b", "a\nb", "~"]
    names = [file_name(key) for key in keys]
    assert names[0] == "ada"
    assert len({name.lower() for name in names}) == len(keys)
    for name in names:
        assert len(name) < 80
        assert name.isascii()
        assert not set(name) & set('/\\:*?"<>| \n\x00')
        assert name[0] not in ".-"
        assert name.partition(".")[0] not in ("con", "nul", "lpt1")
