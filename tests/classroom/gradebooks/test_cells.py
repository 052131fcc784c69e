"""CSV that a spreadsheet may open."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.classroom import sheets
from checker.classroom.gradebooks.cells import cell, text_of
from checker.classroom.gradebooks.errors import GradebookError

BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@pytest.mark.parametrize("first", [*BEGINS_A_FORMULA, " =", "\u00a0=", "\ufeff=", "\x00="])
def test_a_cell_that_would_be_a_formula_begins_with_an_apostrophe(first: str) -> None:
    made = cell(f"{first}cmd|'/c calc'!A0")
    assert made.startswith(("'", "\\x00"))


@pytest.mark.parametrize("number", ["7", "7.5", "-3", "+2", "-0.25", "-"])
def test_a_number_stays_a_number_and_moodles_nothing_what_it_is(number: str) -> None:
    assert cell(number) == number


@pytest.mark.parametrize("text", ["-1+1", "+49 30 1234", "- ", "--1", "-1e5", "=1", "@ada"])
def test_what_is_almost_a_number_is_no_number(text: str) -> None:
    assert cell(text) == f"'{text}"


@given(st.lists(st.lists(st.text(), min_size=2, max_size=4), min_size=1, max_size=5))
def test_whatever_is_in_it_no_cell_begins_a_formula_and_every_row_has_its_cells(
    rows: list[list[str]],
) -> None:
    text = text_of(rows)
    text.encode()
    again = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert [len(row) for row in again] == [len(row) for row in rows]
    for row in again:
        for value in row:
            number = value.lstrip("+-").replace(".", "", 1).isdecimal()
            assert number or value == "-" or not value.strip().startswith(BEGINS_A_FORMULA)
            assert not any(ord(letter) < 32 for letter in value)


@given(
    st.lists(st.lists(st.text("abcäß ,;\"'xyz", min_size=1), min_size=2, max_size=3), max_size=4)
)
def test_other_texts_come_back_as_they_were(rows: list[list[str]]) -> None:
    again = list(csv.reader(io.StringIO(text_of(rows), newline="")))
    assert again == rows


def test_a_long_text_is_cut() -> None:
    assert len(cell("x" * 1_000_000)) <= 4_000


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"a,b\n\xff\n", "no UTF-8"), (b'a,"b', "no CSV"), (b'"a"b,c\n', "no CSV")],
)
def test_a_file_that_cannot_be_read_says_what_to_do(tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / "x.csv").write_bytes(data)
    with pytest.raises(GradebookError, match=rf"x\.csv: .*{said}.*Next: "):
        sheets.read(tmp_path / "x.csv")
    with pytest.raises(GradebookError, match="No such file"):
        sheets.read(tmp_path / "gone.csv")
