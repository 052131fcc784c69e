"""Downloads of the tools that teachers use, told by their shape: whose is what, and since when."""

from __future__ import annotations

import io
import shutil
import zipfile
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from checker.classroom.intake import IntakeError, Policy, read
from tests.classroom.intake.packed import (
    ANSWER,
    ID,
    OTHER,
    PATH,
    ROOT,
    catalog,
    cell,
    every,
    info,
    kinds,
    notebook,
    only,
    tarred,
    zipped,
)


def unpack(packed: bytes, folder: Path) -> Path:
    """As a teacher unpacks a download."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(params=["packed", "unpacked"])
def at(request: pytest.FixtureRequest, tmp_path: Path):
    """Puts a zip where it is read, packed or unpacked."""

    def put(packed: bytes, name: str = "download") -> Path:
        if request.param == "unpacked":
            return unpack(packed, tmp_path / name)
        (tmp_path / f"{name}.zip").write_bytes(packed)
        return tmp_path / f"{name}.zip"

    return put


def test_a_folder_for_each_student(at) -> None:
    found = every(at(zipped((f"bob/{PATH}", OTHER), (f"ada/work/{PATH}", ANSWER))))
    assert list(found) == ["ada", "bob"]
    assert found["ada"].works[ID].data == ANSWER
    assert found["ada"].works[ID].where.endswith(f"ada/work/{PATH}")
    assert found["bob"].works[ID].data == OTHER
    assert kinds(found["ada"]) == kinds(found["bob"]) == []


def test_a_zip_for_each_student_and_one_folder_around_them(at) -> None:
    ada, bob = zipped((f"work/{PATH}", ANSWER)), zipped((f"bobs work/{PATH}", OTHER))
    found = every(at(zipped(("hw1/ada.zip", ada), ("hw1/bob.zip", bob))))
    assert list(found) == ["ada", "bob"]
    assert found["ada"].works[ID].where.endswith(f"hw1/ada.zip: work/{PATH}")


def test_tars_are_read_too(at) -> None:
    ada = tarred(("./work/" + PATH, ANSWER), gzipped=True)
    long = tarred((f"{'long/' * 20}{PATH}", OTHER))
    found = every(at(zipped(("ada.tar.gz", ada), ("bob.tar", long))))
    assert found["ada"].works[ID].data == ANSWER
    assert found["bob"].works[ID].data == OTHER
    assert found["ada"].works[ID].modified == datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_canvas_download(at) -> None:
    packed = zipped(
        ("lovelaceada_12345_678901_never_block-2.py", ANSWER),
        ("lovelaceada_12345_678900_never_block-1.py", OTHER),
        ("lovelaceada_12345_678700_serial_client.py", ANSWER),
        ("hopper_grace_LATE_222_678902_work.zip", zipped((f"work/{PATH}", OTHER))),
        ("LATE_anon_x7Yz9_678903_never_block.py", OTHER),
        ("turingalan_333_text.html", b"hello"),
    )
    found = every(at(packed))
    assert list(found) == ["12345", "222", "333", "anon_x7Yz9"]
    assert kinds(found["333"]) == ["unknown file", "no exercise"]
    ada, grace = found["12345"], found["222"]
    assert (ada.name, ada.ids, ada.late) == ("lovelaceada", {"canvas_id": "12345"}, False)
    assert ada.works[ID].data == ANSWER
    assert sorted(ada.works) == ["blocking/never_block", "blocking/serial_client"]
    assert kinds(ada) == ["twice"]
    assert "it was uploaded last" in ada.findings[0].words
    assert (grace.name, grace.late, kinds(grace)) == ("hopper_grace", True, ["late"])
    assert found["anon_x7Yz9"].late


def test_a_name_that_was_made_to_look_like_another_students_is_told(at) -> None:
    found = every(at(zipped(("bob_12345_1_x_999_678901_never_block.py", ANSWER))))
    assert "name" in kinds(found["12345"])
    top = "Bob_12345_assignsubmission_file_x_999_assignsubmission_file_"
    found = every(at(zipped((f"{top}/never_block.py", ANSWER)), "moodle"))
    assert list(found) == [top]
    assert (found[top].ids, kinds(found[top])) == ({}, ["name"])


@pytest.mark.parametrize("wrap", ["", "CS101-Homework 1-4711/"])
def test_a_moodle_download(at, wrap: str) -> None:
    packed = zipped(
        (f"{wrap}Ada Lovelace_1234567_assignsubmission_file_/never_block.py", ANSWER),
        (f"{wrap}Zoë O'Hara_1234568_assignsubmission_file/work.zip", zipped((PATH, OTHER))),
        (f"{wrap}Bo_b_1234569_assignsubmission_file_never_block.py", OTHER),
    )
    found = every(at(packed))
    assert {key: one.name for key, one in found.items()} == {
        "1234567": "Ada Lovelace",
        "1234568": "Zoë O'Hara",
        "1234569": "Bo_b",
    }
    assert [one.works[ID].data for one in found.values()] == [ANSWER, OTHER, OTHER]
    assert found["1234567"].ids == {"moodle_id": "1234567"}


METADATA = b"""---
submission_11:
  :submitters:
  - :name: Ada Lovelace
    :sid: '0042'
    :email: ada@example.org
  - :name: "Grace \\u0042. Hopper"
    :sid: 43
    :email: grace@example.org
  :created_at: 2026-03-02 10:00:00.123456789 Z
  :score: 5.0
  :results:
    :output: |-
      submission_12:
      :submitters:
      - :name: Mallory
  :history:
  - :id: 3
    :created_at: 2027-01-01 00:00:00 Z
submission_12:
  :submitters:
  - :name: 'Bob ''the'' O'
    :sid:
    :email: bob@example.org
  :created_at: !ruby/object:Time {}
submission_14:
  :submitters:
  - :name: Eve
    :sid: 99
"""


def test_a_gradescope_export(at) -> None:
    packed = zipped(
        ("assignment_7_export/submission_metadata.yml", METADATA),
        ("assignment_7_export/submission_11/never_block.py", ANSWER),
        ("assignment_7_export/submission_12/ch1.ipynb", notebook(cell(text=OTHER))),
        ("assignment_7_export/submission_13/never_block.py", OTHER),
    )
    due = Policy.parse("10%/day", "2026-03-01T23:59+00:00")
    found = every(at(packed), due)
    assert list(found) == ["0042", "43", "99", "bob@example.org", "submission_13"]
    assert kinds(found["99"]) == ["no exercise"]
    ada, grace = found["0042"], found["43"]
    assert ada.name == "Ada Lovelace"
    assert ada.ids == {"gradescope_id": "11", "sid": "0042", "email": "ada@example.org"}
    assert grace.name == "Grace B. Hopper"
    assert ada.works == grace.works
    assert ada.submitted == datetime(2026, 3, 2, 10, 0, 0, 123456, tzinfo=UTC)
    assert (ada.late, kinds(ada)) == (True, ["late"])
    assert "10 % off" in ada.findings[0].words
    assert found["bob@example.org"].name == "Bob 'the' O"
    assert found["bob@example.org"].works[ID].data == OTHER


@pytest.mark.parametrize("wrap", ["submitted/", "course/submitted/", ""])
def test_the_folder_of_nbgrader(at, wrap: str) -> None:
    packed = zipped(
        (f"{wrap}ada/ps1/timestamp.txt", b"2026-03-01 15:58:23.948203 America/New_York"),
        (f"{wrap}ada/ps1/ps1.ipynb", notebook("x = 1", cell())),
        (f"{wrap}bob/ps1/timestamp.txt", b"2026-03-01 15:58 UTC\n"),
        (f"{wrap}bob/ps1/{PATH}", OTHER),
        (f"{wrap}eve/ps1/timestamp.txt", b"../../etc/localtime"),
        (f"{wrap}eve/ps1/{PATH}", OTHER),
    )
    found = every(at(packed))
    assert list(found) == ["ada", "bob", "eve"]
    new_york = timezone(-timedelta(hours=5))
    assert found["ada"].submitted == datetime(2026, 3, 1, 15, 58, 23, 948203, tzinfo=new_york)
    assert found["bob"].submitted == datetime(2026, 3, 1, 15, 58, tzinfo=UTC)
    assert kinds(found["eve"]) == ["no time"]
    assert found["ada"].works[ID].where.endswith("ada/ps1/ps1.ipynb, cell 2")


def test_it_says_what_was_recognised(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(
        zipped(("lovelaceada_1_2_never_block.py", ANSWER), ("index.html", b""))
    )
    with read(tmp_path / "a.zip", catalog()) as reading:
        assert (reading.shape, reading.students) == ("a download of Canvas", 1)


def test_what_is_nobodys_is_told_apart(at) -> None:
    packed = zipped(
        (f"ada/{PATH}", ANSWER), (f"bob/{PATH}", ANSWER), ("grades.xlsx", b""), ("README.md", b"")
    )
    with read(at(packed), catalog()) as reading:
        assert [found.student for found in reading] == ["ada", "bob"]
        assert [finding.kind for finding in reading.findings] == ["unknown file"]


def test_two_students_whose_names_one_disk_takes_for_one(at) -> None:
    found = every(at(zipped((f"Bob/{PATH}", ANSWER), (f"bob/{PATH}", OTHER))))
    assert {key: one.works[ID].data for key, one in found.items()} == {"Bob": ANSWER, "bob": OTHER}
    assert set(kinds(found["bob"])) == {"twice"}
    assert "they are kept apart" in found["bob"].findings[0].words.casefold()


def test_names_that_write_on_the_screen_become_keys_that_do_not(tmp_path: Path) -> None:
    for name in ("\x1b[2Ja", "\u202ea", "\udcffa", " a", "a"):
        path = tmp_path / name / PATH
        path.parent.mkdir(parents=True)
        path.write_bytes(ANSWER)
    found = every(tmp_path)
    assert len(found) == 5
    assert all(key.isprintable() and one.name.isprintable() for key, one in found.items())


def test_the_whole_course_folder_of_a_student(tmp_path: Path) -> None:
    course = tmp_path / "ada"
    for name in ("exercises", "solutions", "chapters"):
        shutil.copytree(ROOT / name, course / name)
    work = course / "work" / PATH
    work.parent.mkdir(parents=True)
    work.write_bytes(ANSWER)
    (course / "checker").mkdir()
    (course / "checker" / "never_block.py").write_bytes(OTHER)
    found = only(course)
    assert found.student == "ada"
    assert found.works[ID].data == ANSWER
    assert found.works["blocking/dashboard"].where == "exercises/01_blocking/dashboard.py"
    assert kinds(found) == ["twice"]
    assert "the other lies in exercises/" in found.findings[0].words


def test_one_file_is_a_submission_too(tmp_path: Path) -> None:
    (tmp_path / "never_block.py").write_bytes(ANSWER)
    assert only(tmp_path / "never_block.py").works[ID].data == ANSWER
    (tmp_path / "ada.ipynb").write_bytes(notebook(cell()))
    found = only(tmp_path / "ada.ipynb")
    assert (found.student, found.works[ID].where) == ("ada", "ada.ipynb, cell 1")


@pytest.mark.parametrize("times", [1, 2])
def test_archives_may_be_in_two_others_but_not_in_more(tmp_path: Path, times: int) -> None:
    packed = zipped((PATH, ANSWER))
    for _ in range(times):
        packed = zipped(("inner.zip", packed))
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "a.zip").write_bytes(packed)
    (tmp_path / "bob").mkdir()
    (tmp_path / "bob" / "a.zip").write_bytes(zipped(("inner.zip", packed)))
    found = every(tmp_path)
    assert found["ada"].works[ID].data == ANSWER
    assert ("bomb" in kinds(found["bob"])) is (times == 2)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("never_blok.py", "01_blocking/never_block.py"),
        ("test_never_block.py", "01_blocking/never_block.py"),
        ("zzz.py", "none a similar one"),
        ("report.pdf", "only .py files"),
    ],
)
def test_a_file_of_another_name_is_told_with_the_nearest(
    name: str, told: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(ANSWER)
    (tmp_path / "never_block.py").write_bytes(ANSWER)
    (finding,) = only(tmp_path).findings
    assert (finding.kind, finding.where) == ("unknown file", name)
    assert told in finding.words


def test_what_editors_and_systems_leave_is_passed_over(tmp_path: Path) -> None:
    rest = [
        "README.md", ".DS_Store", "__MACOSX/._never_block.py", ".ipynb_checkpoints/a.ipynb",
        "__pycache__/x.pyc", ".unblocked/kept/1/never_block.py", ".venv/lib/never_block.py",
    ]  # fmt: skip
    (tmp_path / "ada.zip").write_bytes(zipped((PATH, ANSWER), *((name, OTHER) for name in rest)))
    found = only(tmp_path / "ada.zip")
    assert (found.works[ID].data, found.findings) == (ANSWER, [])


# Several versions.


def stamped(name: str, hour: int) -> object:
    return info(name, when=(2026, 3, 1, hour, 0, 0))


@pytest.mark.parametrize(("cell_hour", "file_hour"), [(9, 10), (10, 9), (10, 10)])
def test_of_a_cell_and_a_file_the_newest_counts(
    cell_hour: int, file_hour: int, tmp_path: Path
) -> None:
    packed = zipped(
        (stamped("work/a.ipynb", cell_hour), notebook(cell())),
        (stamped(f"work/{PATH}", file_hour), OTHER),
    )
    (tmp_path / "ada.zip").write_bytes(packed)
    found = only(tmp_path / "ada.zip")
    assert found.works[ID].data == (ANSWER if cell_hour >= file_hour else OTHER)
    (finding,) = found.findings
    assert finding.kind == "twice"
    why = "a cell counts before a file" if cell_hour == file_hour else "it is the newest"
    assert why in finding.words


def test_the_same_text_twice_is_no_finding(tmp_path: Path) -> None:
    packed = zipped(("work/a.ipynb", notebook(cell())), (f"work/{PATH}", ANSWER + b"\r\n\n"))
    (tmp_path / "ada.zip").write_bytes(packed)
    assert only(tmp_path / "ada.zip").findings == []


def test_a_stub_does_not_count_before_an_attempt(tmp_path: Path) -> None:
    stub = (ROOT / "exercises" / PATH).read_bytes()
    packed = zipped(
        (stamped("work/a.ipynb", 23), notebook(cell(text=stub + b"\n# later\n"))),
        (stamped(f"work/{PATH}", 9), ANSWER),
    )
    (tmp_path / "ada.zip").write_bytes(packed)
    found = only(tmp_path / "ada.zip", stubs={ID: stub})
    assert found.works[ID].data == ANSWER
    assert "the other is the stub" in found.findings[0].words
    assert only(tmp_path / "ada.zip").works[ID].data != ANSWER


@pytest.mark.parametrize("word", ["", "never", "-5%/day", "1e3%/day", "101%/day", "nan%/day"])
def test_a_policy_that_makes_no_sense_is_refused(word: str) -> None:
    with pytest.raises(IntakeError):
        Policy.parse(word)
    with pytest.raises(IntakeError, match="the due time"):
        Policy.parse("flag", "soon")
    with pytest.raises(IntakeError, match="no time zone"):
        Policy(datetime(2026, 3, 1))


# Paths that make no sense.


def test_a_path_that_makes_no_sense_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.docx").write_bytes(b"")
    (tmp_path / "half.zip").write_bytes(zipped((PATH, ANSWER))[:-40])
    for name in ("gone", "empty", "a.docx", "half.zip", "a\0b"):
        with pytest.raises(IntakeError, match="Next: "):
            read(tmp_path / name, catalog())
