"""Chapters are signed when the course opens."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.sign import NotebookNotary
from nbformat.v4 import new_code_cell, new_notebook, new_output

from checker.cli.jupyter.trust import sign_chapters


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course with one chapter that carries a picture."""
    picture = new_output("execute_result", {"text/html": "<svg></svg>"}, execution_count=1)
    cell = new_code_cell("run", id="a", outputs=[picture], execution_count=1)
    (tmp_path / "chapters").mkdir()
    (tmp_path / "data").mkdir()
    nbformat.write(new_notebook(cells=[cell]), tmp_path / "chapters" / "00_start.ipynb")
    return tmp_path


def is_signed(course: Path, name: str = "00_start.ipynb") -> bool:
    """Whether Jupyter, with the course's key, shows the outputs as they are."""
    notary = NotebookNotary(data_dir=str(course / "data"))
    signed = notary.check_signature(nbformat.read(course / "chapters" / name, as_version=4))
    notary.store.close()
    return bool(signed)


def test_a_chapter_is_trusted_once_the_course_has_opened(course: Path) -> None:
    assert not is_signed(course)
    assert sign_chapters(course, course / "data") == []
    assert is_signed(course)


def test_outputs_that_changed_afterwards_are_not_trusted(course: Path) -> None:
    sign_chapters(course, course / "data")
    path = course / "chapters" / "00_start.ipynb"
    path.write_text(path.read_text().replace("<svg>", "<script>"))
    assert not is_signed(course)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"nbformat": 4}', '{"nbformat": 99, "cells": []}']
)
def test_a_damaged_chapter_is_named_and_keeps_no_other_from_opening(
    course: Path, text: str
) -> None:
    (course / "chapters" / "01_broken.ipynb").write_text(text)
    (course / "chapters" / "02_next.ipynb").write_text(
        (course / "chapters" / "00_start.ipynb").read_text()
    )
    lines = sign_chapters(course, course / "data")
    assert is_signed(course, "02_next.ipynb")
    assert all(line.startswith("chapters/01_broken.ipynb cannot be read") for line in lines)
    assert len(lines) == 1


def test_a_course_without_chapters_has_nothing_to_sign(tmp_path: Path) -> None:
    assert sign_chapters(tmp_path, tmp_path / "data") == []
