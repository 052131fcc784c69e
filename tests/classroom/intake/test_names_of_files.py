"""Files as they come back: second copies, one name of several exercises, UTF-16, large ones."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from checker.classroom.intake import entry, outputs
from checker.classroom.intake.entry import Refused
from checker.classroom.intake.place import original
from tests.classroom.intake.packed import (
    ANSWER,
    ID,
    OTHER,
    PATH,
    ROOT,
    catalog,
    cell,
    code,
    info,
    kinds,
    notebook,
    only,
    tarred,
    zipped,
)

STUBS = {
    exercise.id: (ROOT / "exercises" / exercise.path).read_bytes()
    for exercise in catalog().exercises
}


@pytest.mark.parametrize(
    "name",
    [
        "never_block (1).py",
        "never_block(12).py",
        "Never_Block (2) (1).py",
        "Copy of Never_Block.py",
        "Copy (2) of never_block.py",
        "Copy of Copy of never_block.py",
        "never_block - Copy.py",
        "never_block - Copy (3).py",
        "never_block copy.py",
        "never_block copy 2.py",
        "never_block - Kopie.py",
        "Kopie von never_block.py",
        "Copie de never_block.py",
        "never_block - copia.py",
        "Never-Block.py",
        "never_block-1.py",
        "never_block 2.py",
        "never block.PY",
        "01_blocking/never_block (1).py",
    ],
)
def test_a_second_copy_is_the_exercise_that_it_is_a_copy_of(name: str, tmp_path: Path) -> None:
    (tmp_path / "ada.zip").write_bytes(zipped((name, ANSWER)))
    assert only(tmp_path / "ada.zip").works[ID].data == ANSWER


@pytest.mark.parametrize(
    "name", ["never_block.py.txt", "never_block_old.py", "1.py", "(1).py", "copy.py", "Copy of.py"]
)
def test_what_is_no_copy_is_told_with_the_nearest_name(name: str, tmp_path: Path) -> None:
    (tmp_path / "ada.zip").write_bytes(zipped((name, ANSWER)))
    found = only(tmp_path / "ada.zip")
    assert (found.works, kinds(found)) == ({}, ["unknown file", "no exercise"])


def test_of_copies_whose_times_say_nothing_the_later_counts(tmp_path: Path) -> None:
    copies = [("never_block.py", ANSWER), ("never_block (1).py", b"x = 1\n")]
    packed = zipped(*copies, ("never_block (2).py", OTHER))
    (tmp_path / "ada.zip").write_bytes(packed)
    found = only(tmp_path / "ada.zip")
    assert found.works[ID].data == OTHER
    assert "it is the later copy, by its name" in found.findings[0].words


def test_no_name_takes_long_to_look_at() -> None:
    began = time.process_time()
    for name in ("copy of " * 5_000, "x" + " (1)" * 5_000, "a - copy" * 5_000, "-_ " * 9_000):
        original(f"{name}.py")
    assert time.process_time() - began < 2


# Exercises of one name.

BREAK_IT = {
    exercise.id: exercise for exercise in catalog().exercises if exercise.name == "break_it"
}
FIRST, SECOND = list(BREAK_IT)[:2]
EMPTY = b"x = 1\n"


def solved(id: str) -> bytes:
    return (ROOT / "solutions" / BREAK_IT[id].path).read_bytes()


def handed(folder: Path, *files: tuple[Any, bytes], chosen: tuple[str, ...] = ()) -> Any:
    (folder / "ada.zip").write_bytes(zipped(*files))
    return only(folder / "ada.zip", stubs=STUBS, chosen=chosen)


@pytest.mark.parametrize("id", BREAK_IT)
def test_a_flat_file_is_the_exercise_whose_functions_it_defines(id: str, tmp_path: Path) -> None:
    for data in (solved(id), STUBS[id] + b"\nx = 1\n"):
        found = handed(tmp_path, ("break_it.py", data))
        assert list(found.works) == [id]
        assert (
            f"it was taken for {id}: it defines the functions of that exercise"
            in found.findings[0].words
        )


def test_what_is_graded_decides_where_the_text_does_not(tmp_path: Path) -> None:
    found = handed(tmp_path, ("break_it.py", EMPTY), chosen=(SECOND, ID))
    assert list(found.works) == [SECOND]
    assert "only that one is graded" in found.findings[0].words


def test_the_text_decides_before_what_is_graded(tmp_path: Path) -> None:
    found = handed(tmp_path, ("break_it.py", solved(FIRST)), chosen=(SECOND,))
    assert list(found.works) == [FIRST]


@pytest.mark.parametrize(
    "folder", ["blocking", "Blocking", "01", "ch1", "Chapter 01", "x/01_blocking/y"]
)
def test_a_folder_decides(folder: str, tmp_path: Path) -> None:
    assert list(handed(tmp_path, (f"work/{folder}/break_it.py", EMPTY)).works) == [FIRST]
    if folder != "01":
        assert list(handed(tmp_path, (f"{folder}/break_it.py", EMPTY)).works) == [FIRST]


def test_the_chapter_that_came_with_it_decides(tmp_path: Path) -> None:
    chapter = ("01_blocking.ipynb", notebook("x = 1"))
    assert list(handed(tmp_path, chapter, ("break_it.py", EMPTY)).works) == [FIRST]
    assert list(handed(tmp_path, (PATH, ANSWER), ("break_it.py", EMPTY)).works) == [FIRST, ID]


def test_where_nothing_decides_it_is_told_and_not_guessed(tmp_path: Path) -> None:
    found = handed(tmp_path, ("break_it.py", EMPTY))
    assert (found.works, kinds(found)) == ({}, ["which exercise", "no exercise"])
    assert "01_blocking/break_it.py or 02_event_loop/break_it.py" in found.findings[0].words
    found = handed(tmp_path, ("break_it.py", EMPTY), ("never_block.py", ANSWER), chosen=(ID,))
    assert found.findings == [], "none of this name is graded"
    both = solved(FIRST) + solved(SECOND)
    assert "which exercise" in kinds(handed(tmp_path, ("break_it.py", both)))


def test_a_cell_that_names_one_of_several_is_told_apart_the_same_way(tmp_path: Path) -> None:
    for text, book, chosen in (
        (solved(SECOND), "a.ipynb", ()),
        (EMPTY, "02_event_loop.ipynb", ()),
        (EMPTY, "a.ipynb", (SECOND,)),
    ):
        packed = (book, notebook(cell("break_it", text)))
        found = handed(tmp_path, packed, chosen=chosen)
        assert list(found.works) == [SECOND]
        assert found.works[SECOND].where == f"ada.zip: {book}, cell 1"
    found = handed(tmp_path, ("a.ipynb", notebook(cell("break_it", EMPTY))))
    assert kinds(found) == ["unknown exercise", "no exercise"]
    assert "Which one: blocking/break_it, event_loop/break_it" in found.findings[0].words


def test_a_file_of_another_name_is_known_by_all_that_it_defines(tmp_path: Path) -> None:
    found = handed(tmp_path, ("final version.py", solved(FIRST)))
    assert list(found.works) == [FIRST]
    assert "its name is that of no exercise" in found.findings[0].words
    newer = info("scratch.py", when=(2026, 4, 1, 0, 0, 0))
    found = handed(tmp_path, ("break_it.py", solved(FIRST)), (newer, solved(FIRST) + b"# x\n"))
    assert found.works[FIRST].data == solved(FIRST), "a name counts before a guess"
    assert handed(tmp_path, ("part.py", b"def latencies(count, gap):\n    pass\n")).works == {}


# Encodings.


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "utf-8-sig"])
def test_a_wide_encoding_with_its_mark_is_read(encoding: str, tmp_path: Path) -> None:
    text = f"# coding: {'utf-16' if '16' in encoding else 'utf-8'}\nname = 'Grü\u00dfe'\n"
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    book = notebook(cell("event_loop/timers", OTHER)).decode()
    packed = zipped(
        ("never_block.py", mark + text.encode(encoding)), ("a.ipynb", mark + book.encode(encoding))
    )
    (tmp_path / "ada.zip").write_bytes(packed)
    found = only(tmp_path / "ada.zip")
    same = encoding == "utf-8-sig"
    wanted = text.encode(encoding) if same else text.replace("utf-16", "utf-8").encode()
    assert found.works[ID].data == wanted
    assert found.works["event_loop/timers"].data == OTHER
    assert kinds(found) == ([] if same else ["read as", "read as"])


def test_half_of_a_wide_encoding_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "ada.zip").write_bytes(zipped(("never_block.py", "x = 1".encode("utf-16")[:-1])))
    found = only(tmp_path / "ada.zip")
    assert kinds(found) == ["encoding", "no exercise"]
    assert "save it as UTF-8" in found.findings[0].words


# Large notebooks.

PICTURE = {"output_type": "display_data", "data": {"image/png": 'iVBOR"\\/{}[]:,' * 100_000}}
NUMBERS = {"output_type": "display_data", "data": {"x": [[n, {"y": n}] for n in range(20_000)]}}


def large(*outputs: dict[str, Any], ending: str = "") -> bytes:
    shown = {**code("draw()" + ending), "outputs": list(outputs)}
    return notebook({**shown, "metadata": {"outputs": [1]}}, cell(), *[shown] * 6)


@pytest.mark.parametrize("kind", ["folder", "zip", "zip of zips", "tar"])
def test_a_large_notebook_is_read_without_its_outputs(tmp_path: Path, kind: str) -> None:
    data = large(PICTURE, PICTURE)
    assert len(data) > entry.LARGEST_NOTEBOOK_BYTES
    path = tmp_path / "ada"
    if kind == "folder":
        path.mkdir()
        (path / "ch1.ipynb").write_bytes(data)
    elif kind == "tar":
        path = tmp_path / "ada.tar"
        path.write_bytes(tarred(("ch1.ipynb", data)))
    else:
        stored = info("ch1.ipynb")
        stored.compress_type = 0
        path = tmp_path / "ada.zip"
        path.write_bytes(zipped((stored, data)))
    if kind == "zip of zips":
        inner = info("ada.zip")
        inner.compress_type = 0
        path.write_bytes(zipped((inner, path.read_bytes())))
    found = only(path)
    assert found.works[ID].data == ANSWER
    assert kinds(found) == ["read as"]
    assert "it was read without its outputs" in found.findings[0].words


@pytest.mark.parametrize("size", [1, 7, 64, 4096])
def test_wherever_its_pieces_end_the_same_is_left(size: int) -> None:
    data = large({"output_type": "stream", "text": 'a "quoted" \\ text\n{[}]'}, ending='"\\ \u00e4')
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    left = json.loads(outputs.without(pieces, len(data)))
    whole = json.loads(data)
    for each in whole["cells"]:
        each |= {"outputs": [], "metadata": {}}
    assert left == whole | {"metadata": {}}


def test_what_is_large_besides_its_outputs_is_refused() -> None:
    data = notebook(cell(), more="x" * 2_000)
    with pytest.raises(Refused, match="even without its outputs"):
        outputs.without([data], 1_000)


@pytest.mark.parametrize(
    "data", [b"[" * 5_000_000, b'{"a":' * 2_000_000, b"[]" * 8_000_000, b'"' + b"\\" * 9_000_001]
)
def test_what_is_made_to_take_long_does_not(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outputs, "_MOST_SIGNS", 100_000)
    began = time.process_time()
    with pytest.raises(Refused):
        outputs.without([data, data], 16 << 20)
    assert time.process_time() - began < 2


def test_many_numbers_in_outputs_are_passed_over(tmp_path: Path) -> None:
    data = large(NUMBERS)
    assert len(outputs.without([data], 10_000)) < 2_000
