"""Cells of notebooks: found by their ids, with the text that `%%exercise` would have saved."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.classroom.intake.packed import ANSWER, ID, OTHER, cell, code, kinds, notebook, only


def read(tmp_path: Path, *sources: object):
    (tmp_path / "ada.ipynb").write_bytes(notebook(*sources))
    return only(tmp_path / "ada.ipynb")


TEXT = ANSWER.decode()


@pytest.mark.parametrize(
    "source",
    [
        f"%%exercise {ID}\n{TEXT}",
        f"%%exercise never_block\n{TEXT}\n\n",
        f"\n\n%%exercise   01_blocking/never_block.py  \n{TEXT}",
        f"  %%exercise {ID}\n" + "".join(f"  {line}\n" for line in TEXT.splitlines()),
        code([f"%%exercise {ID}\n", *TEXT.splitlines(keepends=True)]),
    ],
)
def test_a_cell_is_found_in_each_form_in_which_it_runs(source: object, tmp_path: Path) -> None:
    found = read(tmp_path, "x = 1", {"cell_type": "markdown", "source": "Prose."}, source)
    assert (found.works[ID].data, found.findings) == (ANSWER, [])
    assert found.works[ID].where == "ada.ipynb, cell 3"


def test_of_two_cells_the_last_counts_and_it_says_so(tmp_path: Path) -> None:
    found = read(tmp_path, cell(), cell("event_loop/timers", OTHER), cell(text=OTHER))
    assert found.works[ID].data == OTHER
    assert found.works["event_loop/timers"].data == OTHER
    (finding,) = found.findings
    assert (finding.kind, finding.where) == ("twice", "ada.ipynb, cell 3")
    assert "it comes last. Not counted: ada.ipynb, cell 1" in finding.words


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (f"# mine\n%%exercise {ID}\npass", "line 2"),
        ({"cell_type": "markdown", "source": f"%%exercise {ID}\npass"}, "no code cell"),
        ({"cell_type": "raw", "source": f"%%exercise {ID}\npass"}, "no code cell"),
    ],
)
def test_a_cell_that_could_not_run_as_one_does_not_count(
    source: object, told: str, tmp_path: Path
) -> None:
    found = read(tmp_path, source)
    assert (found.works, kinds(found)) == ({}, ["not a cell", "no exercise"])
    assert told in found.findings[0].words


def test_cells_that_only_speak_of_exercises_are_none(tmp_path: Path) -> None:
    found = read(tmp_path, "x = '%%exercise'", "%%exercises\n", cell())
    assert (list(found.works), found.findings) == ([ID], [])


def test_a_misspelt_id_is_told_with_the_nearest(tmp_path: Path) -> None:
    found = read(tmp_path, cell("blocking/never_blok"), cell())
    assert [finding.kind for finding in found.findings] == ["unknown exercise"]
    assert f"Did you mean {ID}?" in found.findings[0].words


def test_a_notebook_with_a_mark_in_front_and_numbers_that_are_none(tmp_path: Path) -> None:
    data = notebook(cell(), more=float("nan"))
    (tmp_path / "ada.ipynb").write_bytes(b"\xef\xbb\xbf" + data)
    assert only(tmp_path / "ada.ipynb").works[ID].data == ANSWER
