"""Whatever bytes, names and cells come: nothing raises, and every text is fit for a screen.

`python -m tests.classroom.fuzz` does the same for as long as one likes.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.classroom.intake import names
from checker.classroom.intake.entry import Refused
from checker.classroom.intake.notebook import cells
from tests.classroom import fuzz
from tests.classroom.intake.packed import ANSWER, PATH, info, zipped

ROOT = Path(__file__).resolve().parents[3]
PARTS = st.sampled_from(
    ["..", ".", "", "work", "01_blocking", "never_block.py", "a.ipynb", "C:", "con", " ", "a.zip",
     "submission_1", "A_1_assignsubmission_file_", "a_1_2_x.py", "submitted", "timestamp.txt",
     "exercises", "chapter.toml", "\u202e", "\x1b[2J", "e\u0301", "\xe9", "ß", "\ufeff", "\x85"]
)  # fmt: skip
NAMES = st.one_of(
    st.lists(PARTS | st.text(max_size=8), max_size=6).map("/".join),
    st.lists(PARTS | st.text(max_size=8), max_size=6).map("\\".join),
).filter(lambda name: _can_be_packed(name))

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["cells", "nbformat", "source", "cell_type", "outputs"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
SOURCES = st.one_of(
    JSON,
    st.text(),
    st.lists(st.text(), max_size=3),
    st.sampled_from(["%%exercise", "%%exercise blocking/never_block", "\n %%exercise x\ny", "%%"]),
)
CELLS = st.fixed_dictionaries({"cell_type": st.sampled_from(["code", "raw", 1]), "source": SOURCES})


def _can_be_packed(name: str) -> bool:
    try:
        return len(name.encode("utf-8")) < 60_000
    except UnicodeEncodeError:
        return False


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(NAMES, st.integers(0, 0xFFFF)), min_size=1, max_size=6))
def test_any_names_in_an_archive(members: list[tuple[str, int]]) -> None:
    packed = zipped(*((info(name, mode), ANSWER) for name, mode in members))
    with tempfile.TemporaryDirectory() as folder:
        assert fuzz.faults(Path(folder), "ada.zip", packed) == []
        again = zipped(("ada.zip", packed), (f"bob/{PATH}", ANSWER))
        assert fuzz.faults(Path(folder), "ada.zip", again) == []


@settings(max_examples=300, deadline=None)
@given(st.text() | NAMES | st.text(alphabet="./\\ :~a\x00\u0301"))
def test_a_checked_name_stays_below_its_folder(name: str) -> None:
    path = ""
    with suppress(Refused):
        path = names.checked(name)
    assert not path.startswith(("/", "\\"))
    parts = path.split("/")
    assert ".." not in [part.strip() for part in parts]
    assert path == "" or all(parts)
    assert "\\" not in path
    assert names.shown(name).isprintable()


@settings(max_examples=150, deadline=None)
@given(JSON | st.fixed_dictionaries({"nbformat": st.just(4), "cells": st.lists(CELLS | JSON)}))
def test_any_json_as_a_notebook(data: object) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert fuzz.faults(Path(folder), "ada.ipynb", json.dumps(data).encode()) == []


@settings(max_examples=300, deadline=None)
@given(st.binary())
def test_any_bytes_as_a_notebook(data: bytes) -> None:
    told = ""
    try:
        cells(data)
    except Refused as refused:
        told = refused.words
    assert told.isprintable()


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**9))
def test_anything_changed(seed: int) -> None:
    assert fuzz.run(seed) == []


# A few that are always run. A seed that finds something belongs here; what the first hours found
# is in test_hostile.py, in words.
@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_a_seed_that_is_always_run(seed: int) -> None:
    assert fuzz.run(seed) == []


@pytest.mark.long
def test_ten_minutes_of_changed_files_find_nothing() -> None:
    command = [sys.executable, "-m", "tests.classroom.fuzz", "--minutes", "10"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_seeds_are_what_they_should_be() -> None:
    assert len(fuzz.seeds()) > 60
    assert {ending for ending, _ in fuzz.seeds()} == {".zip", ".tar", ".tgz", ".ipynb"}
    assert fuzz.case(7) == fuzz.case(7)
    ending, data = fuzz.seeds()[0]
    assert ending == ".zip"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None


def test_the_fuzzer_sees_what_does_not_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fuzz, "SLOWEST_S", -1.0)
    found = fuzz.faults(tmp_path, "ada.zip", fuzz.seeds()[0][1])
    assert [fault[:7] for fault in found] == ["it took"]
