"""The gradebook of Canvas, with and without an export to fill in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from checker.classroom.gradebooks import GradebookError, check, write
from checker.classroom.graded import Batch
from tests.classroom import batches
from tests.classroom.gradebooks import importers

HEAD = "Student,ID,SIS User ID,SIS Login ID,Section,Essay (55),Week 2 (77),Current Score\n"
POSSIBLE = "    Points Possible,,,,,10,20,(read only)\n"
EXPORT = HEAD + POSSIBLE + (
    '"Lovelace, Ada",101,S-1,ada,"A, B",9,,88\n'
    '"Turing, Alan",,S-2,alan,A,8,3,80\n'
    '"Hopper, Grace",103,,,A,7,EX,70\n'
    '"Student, Test",999,,x,A,,,\n'
)  # fmt: skip


def canvas_check(tmp_path: Path, export: str) -> None:
    (tmp_path / "export.csv").write_text(export)
    check(["canvas"], "Week 2", canvas_template=tmp_path / "export.csv")


def fill(tmp_path: Path, export: str, batch: Batch | None = None) -> str:
    (tmp_path / "export.csv").write_bytes(b"\xef\xbb\xbf" + export.encode())
    out = tmp_path / "out"
    write(batch or batches.usual(), out, ["canvas"], canvas_template=tmp_path / "export.csv")
    return (out / "canvas.csv").read_text()


def test_without_an_export_it_has_what_is_known(tmp_path: Path) -> None:
    write(batches.usual(), tmp_path, ["canvas"])
    text = (tmp_path / "canvas.csv").read_text()
    grades, possible = importers.canvas(text, "Week 2", {})
    assert grades == {"101": "13.5", "102": "7.5", "Grace Hopper": ""}
    assert possible == "20"


def test_an_export_keeps_all_it_has_and_one_column_is_filled(tmp_path: Path) -> None:
    filled = fill(tmp_path, EXPORT)
    grades, _ = importers.canvas(filled, "Week 2", {"alan": "102"})
    # Of Grace nothing came: what the export says about her stays.
    assert grades == {"101": "13.5", "102": "7.5", "103": "EX", "999": ""}
    before = [line.split(",") for line in EXPORT.splitlines()]
    after = [line.split(",") for line in filled.removeprefix("\ufeff").splitlines()]
    changed = {
        (n, m) for n, row in enumerate(before) for m, v in enumerate(row) if after[n][m] != v
    }
    # Ada's section has a comma, so her column is one further.
    assert changed == {(2, 8), (3, 7)}


def test_an_assignment_that_the_export_does_not_have_comes_behind_the_others(
    tmp_path: Path,
) -> None:
    export = EXPORT.replace("Week 2 (77)", "Week 1 (77)")
    filled = fill(tmp_path, export)
    head = filled.splitlines()[0]
    assert head.endswith("Essay (55),Week 1 (77),Week 2,Current Score")
    grades, possible = importers.canvas(filled, "Week 2", {"alan": "102"})
    assert grades["101"] == "13.5"
    assert possible == "20"


def test_the_separator_and_the_mark_of_another_language_stay(tmp_path: Path) -> None:
    export = EXPORT.replace(",", ";").replace('"Lovelace; Ada"', '"Lovelace, Ada"')
    filled = fill(tmp_path, export.replace('"A; B"', '"A; B, C"'))
    assert filled.startswith("\ufeffStudent;ID;")
    assert '"A; B, C"' in filled
    grades, possible = importers.canvas(filled, "Week 2", {"alan": "102"})
    assert (grades["101"], grades["102"], possible) == ("13.5", "7.5", "20")


@pytest.mark.parametrize("excused", ["EX", "ex "])
def test_who_is_excused_stays_excused_and_this_is_told(tmp_path: Path, excused: str) -> None:
    filled = fill(tmp_path, EXPORT.replace(",8,3,80", f",8,{excused},80"))
    assert importers.canvas(filled.replace(excused, "EX"), "Week 2", {"alan": "102"})[0] == {
        "101": "13.5",
        "102": "EX",
        "103": "EX",
        "999": "",
    }
    left = (tmp_path / "out" / "canvas-left-out.csv").read_text()
    assert 's2,"Turing, Alan",7.5,excused in the export' in left


def test_two_assignments_of_one_title_are_refused(tmp_path: Path) -> None:
    with pytest.raises(GradebookError, match=r"'Week 2 \(55\)' and 'Week 2 \(77\)'.*Next: rename"):
        canvas_check(tmp_path, EXPORT.replace("Essay (55)", "Week 2 (55)"))


@pytest.mark.parametrize("missing", ["ID", "Section", "Student"])
def test_an_export_without_the_columns_of_a_student_is_refused(
    tmp_path: Path, missing: str
) -> None:
    with pytest.raises(GradebookError, match=rf"the column {missing} is missing\. Next: in Canvas"):
        canvas_check(tmp_path, EXPORT.replace(HEAD, HEAD.replace(f"{missing},", "Other,", 1)))


def test_who_is_not_in_the_export_is_named_in_a_file_beside_it(tmp_path: Path) -> None:
    fill(tmp_path, HEAD + POSSIBLE + '"Lovelace, Ada",101,,ada,A,,,\n')
    left = (tmp_path / "out" / "canvas-left-out.csv").read_text().splitlines()
    assert left == [
        "student,name,points,why",
        's2,"Turing, Alan",7.5,not in the export',
        "s3,Grace Hopper,,not in the export",
    ]


def test_who_has_no_id_of_canvas_is_found_by_that_of_the_school(tmp_path: Path) -> None:
    usual = batches.usual()
    for ids in ({"sid": "S-2"}, {"sis_id": "S-2"}, {"email": "ALAN"}):
        alan = replace(usual.students[1], name="?", ids=ids)
        filled = fill(tmp_path, EXPORT, replace(usual, students=[alan]))
        assert importers.canvas(filled, "Week 2", {"alan": "102"})[0]["102"] == "7.5"


def test_a_name_that_two_have_matches_nobody(tmp_path: Path) -> None:
    usual = batches.usual()
    twins = [replace(usual.students[0], key=key, ids={}) for key in ("a", "b")]
    filled = fill(tmp_path, EXPORT, replace(usual, students=twins))
    assert importers.canvas(filled, "Week 2", {"alan": "102"})[0]["101"] == ""


def test_a_name_in_the_export_is_no_formula_in_the_result(tmp_path: Path) -> None:
    filled = fill(tmp_path, EXPORT.replace('"Student, Test"', "=HYPERLINK(1)"))
    assert "\n'=HYPERLINK(1),999" in filled
