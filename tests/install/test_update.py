"""A course folder, made and brought from version to version: no work and no edit is ever lost."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.course import MANIFEST
from checker.install import Changes, Content, InstallError, bring, files, make
from checker.install.manifest import fingerprint

EXERCISE = "exercises/01_x/one.py"
CHAPTER = "chapters/01_x.ipynb"
WORK = "work/01_x/one.py"


def notebook(*sources: str, output: str = "") -> str:
    """A notebook with these cells, each of which once said `output`."""
    outputs = [{"output_type": "stream", "name": "stdout", "text": output}] if output else []
    cells = [
        {"cell_type": "code", "metadata": {}, "source": [source], "outputs": outputs}
        for source in sources
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def version(folder: Path, number: str, texts: dict[str, str]) -> Content:
    """A version of the course with these files."""
    for name, text in texts.items():
        write(folder / number / name, text)
    return Content(folder / number, number)


def write(path: Path, text: str) -> None:
    """Write a file, wherever it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def texts(folder: Path, below: str = "") -> dict[str, str]:
    """Every file below a folder, with its text."""
    found = sorted(path for path in (folder / below).rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text() for path in found}


def course_files(folder: Path) -> dict[str, str]:
    """The files that a learner sees."""
    return {n: text for n, text in texts(folder).items() if not n.startswith(".unblocked/")}


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course folder with version 1 of an exercise and of a chapter, and a learner's work."""
    first = version(tmp_path, "1", {EXERCISE: "stub 1", CHAPTER: notebook("cell 1", output="out")})
    make(first, tmp_path / "course")
    write(tmp_path / "course" / WORK, "mine")
    return tmp_path / "course"


@pytest.fixture
def second(tmp_path: Path) -> Content:
    """Version 2, with both files changed."""
    return version(tmp_path, "2", {EXERCISE: "stub 2", CHAPTER: notebook("cell 2", output="new")})


def test_a_new_folder_holds_the_course_and_its_manifest_alone(tmp_path: Path) -> None:
    first = version(tmp_path, "1", {EXERCISE: "stub", "chapters/source/01_x.md": "# X"})
    changes = make(first, tmp_path / "a" / "course")
    assert sorted(texts(tmp_path / "a" / "course")) == [MANIFEST, EXERCISE]
    assert changes == Changes(None, "1", written=[EXERCISE])


def test_what_nobody_edited_is_replaced(course: Path, second: Content) -> None:
    changes = bring(second, course)
    assert course_files(course) == {**texts(second.root), WORK: "mine"}
    assert changes == Changes("1", "2", written=[CHAPTER, EXERCISE])
    assert not (course / ".unblocked" / "kept").exists()


def test_running_a_notebook_is_no_edit(course: Path, second: Content) -> None:
    write(course / CHAPTER, notebook("cell 1", output="what the learner saw"))
    assert bring(second, course).edited == {}
    assert (course / CHAPTER).read_text() == notebook("cell 2", output="new")


@pytest.mark.parametrize(
    ("name", "mine"),
    [(EXERCISE, "edited"), (CHAPTER, notebook("cell 1", "mine")), (CHAPTER, "no notebook")],
)
def test_what_was_edited_is_kept_whole_and_then_replaced(
    course: Path, second: Content, name: str, mine: str
) -> None:
    write(course / name, mine)
    changes = bring(second, course)
    kept = f".unblocked/kept/1/{name}"
    assert changes.edited == {name: kept}
    assert (course / kept).read_text() == mine
    assert (course / name).read_bytes() == (second.root / name).read_bytes()


def test_an_edited_notebook_stays_where_the_new_version_has_the_same_cells(
    course: Path, tmp_path: Path
) -> None:
    mine = notebook("cell 1, with my guess")
    write(course / CHAPTER, mine)
    same = {EXERCISE: "stub 2", CHAPTER: notebook("cell 1", output="a new picture")}
    changes = bring(version(tmp_path, "2", same), course)
    assert (course / CHAPTER).read_text() == mine
    assert changes.edited == {CHAPTER: CHAPTER}
    assert changes.written == [EXERCISE]


def test_what_was_edited_twice_is_kept_twice(course: Path, second: Content, tmp_path: Path) -> None:
    write(course / EXERCISE, "mine")
    bring(second, course)
    write(course / MANIFEST, (course / MANIFEST).read_text().replace('"2"', '"1"'))
    write(course / EXERCISE, "mine, again")
    changes = bring(version(tmp_path, "3", {EXERCISE: "stub 3"}), course)
    assert changes.edited == {EXERCISE: ".unblocked/kept/1/exercises/01_x/one.2.py"}
    kept = texts(course, ".unblocked/kept")
    assert sorted(kept.values()) == ["mine", "mine, again"]


def test_what_vanished_from_the_course_is_removed_unless_it_was_edited(
    course: Path, tmp_path: Path
) -> None:
    write(course / CHAPTER, notebook("mine"))
    changes = bring(version(tmp_path, "2", {"exercises/02_y/two.py": "stub"}), course)
    assert course_files(course) == {
        CHAPTER: notebook("mine"),
        "exercises/02_y/two.py": "stub",
        WORK: "mine",
    }
    assert not (course / "exercises" / "01_x").exists()
    assert changes.removed == [EXERCISE]
    assert changes.edited == {CHAPTER: CHAPTER}


def test_what_the_learner_removed_comes_back(course: Path, tmp_path: Path) -> None:
    (course / EXERCISE).unlink()
    assert bring(Content(tmp_path / "1", "1"), course).written == [EXERCISE]
    assert (course / EXERCISE).read_text() == "stub 1"


def test_files_of_the_learner_beside_the_courses_stay(course: Path, second: Content) -> None:
    write(course / "exercises/01_x/notes.txt", "mine")
    bring(second, course)
    assert (course / "exercises/01_x/notes.txt").read_text() == "mine"


def test_a_second_update_to_the_same_version_changes_no_file(course: Path, second: Content) -> None:
    bring(second, course)
    before = texts(course)
    assert bring(second, course) == Changes("2", "2")
    assert texts(course) == before


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 99}', '{"format": 1, "files": [1]}'])
def test_with_a_damaged_manifest_everything_that_differs_is_kept(
    course: Path, second: Content, text: str
) -> None:
    write(course / MANIFEST, text)
    write(course / EXERCISE, "edited")
    bring(second, course)
    kept = texts(course / ".unblocked" / "kept" / "unknown")
    assert kept == {EXERCISE: "edited", CHAPTER: notebook("cell 1", output="out")}
    assert course_files(course) == {**texts(second.root), WORK: "mine"}


@pytest.mark.parametrize("name", [WORK, "../outside.py", "exercises/../work/01_x/one.py"])
def test_a_manifest_that_names_other_files_removes_none_of_them(
    course: Path, second: Content, name: str
) -> None:
    write(course / name, "mine")
    before = (course / name).read_bytes()
    table = json.loads((course / MANIFEST).read_text())
    table["files"][name] = fingerprint(course / name)
    write(course / MANIFEST, json.dumps(table))
    bring(second, course)
    assert (course / name).read_bytes() == before


def test_a_version_that_names_a_folder_elsewhere_is_not_followed(
    course: Path, second: Content
) -> None:
    table = json.loads((course / MANIFEST).read_text()) | {"version": "../../../elsewhere"}
    write(course / MANIFEST, json.dumps(table))
    write(course / EXERCISE, "mine")
    assert bring(second, course).edited == {EXERCISE: f".unblocked/kept/unknown/{EXERCISE}"}


def test_nothing_is_written_through_a_folder_that_is_a_link(course: Path, second: Content) -> None:
    (course / "exercises").rename(course / "work" / "theirs")
    (course / "exercises").symlink_to(course / "work" / "theirs")
    before = texts(course)
    with pytest.raises(InstallError, match=r"exercises is a link.*\nNext: "):
        bring(second, course)
    assert texts(course) == before


def test_a_file_that_is_a_link_is_replaced_and_what_it_leads_to_stays(
    course: Path, second: Content
) -> None:
    (course / EXERCISE).unlink()
    (course / EXERCISE).symlink_to(course / WORK)
    bring(second, course)
    assert (course / WORK).read_text() == "mine"
    assert not (course / EXERCISE).is_symlink()
    assert (course / EXERCISE).read_text() == "stub 2"


def test_a_folder_in_the_place_of_a_file_and_the_other_way_round_are_kept(
    course: Path, second: Content
) -> None:
    (course / EXERCISE).unlink()
    write(course / EXERCISE / "inside.txt", "mine")
    (course / CHAPTER).unlink()
    (course / "chapters").rmdir()
    write(course / "chapters", "mine too")
    bring(second, course)
    assert course_files(course) == {**texts(second.root), WORK: "mine"}
    assert texts(course / ".unblocked" / "kept" / "1") == {
        "chapters": "mine too",
        f"{EXERCISE}/inside.txt": "mine",
    }


def test_two_updates_at_once_are_refused(
    course: Path, second: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = files.put

    def put(source: Path, target: Path, folder: Path) -> None:
        with pytest.raises(InstallError, match="Another update"):
            bring(second, course)
        real(source, target, folder)

    monkeypatch.setattr(files, "put", put)
    assert len(bring(second, course).written) == 2


def test_an_empty_course_is_refused_and_removes_nothing(course: Path, tmp_path: Path) -> None:
    before = texts(course)
    with pytest.raises(InstallError, match="no chapters"):
        bring(Content(tmp_path / "nothing", "2"), course)
    assert texts(course) == before


@pytest.mark.parametrize("taken", ["chapters", "exercises", "solutions"])
def test_a_folder_that_has_something_in_the_courses_place_is_refused(
    tmp_path: Path, taken: str
) -> None:
    write(tmp_path / "there" / taken / "mine.txt", "mine")
    with pytest.raises(InstallError, match=f"{taken} is there already"):
        make(version(tmp_path, "1", {EXERCISE: "stub"}), tmp_path / "there")
    assert texts(tmp_path / "there") == {f"{taken}/mine.txt": "mine"}


def test_a_course_folder_a_checkout_and_a_file_are_refused(course: Path, tmp_path: Path) -> None:
    first = Content(tmp_path / "1", "1")
    with pytest.raises(InstallError, match="Next: `unblocked update`"):
        make(first, course)
    write(tmp_path / "checkout" / "pyproject.toml", '[project]\nname = "unblocked-course"\n')
    with pytest.raises(InstallError, match="is a checkout"):
        make(first, tmp_path / "checkout")
    with pytest.raises(InstallError, match="would be inside of the course folder"):
        make(first, course / "work" / "inner")
    write(tmp_path / "file", "mine")
    with pytest.raises(InstallError, match="is a file"):
        make(first, tmp_path / "file")


def test_work_that_was_there_before_the_course_stays(tmp_path: Path) -> None:
    write(tmp_path / "there" / WORK, "mine")
    make(version(tmp_path, "1", {EXERCISE: "stub"}), tmp_path / "there")
    assert course_files(tmp_path / "there") == {EXERCISE: "stub", WORK: "mine"}


class PowerCutError(Exception):
    """The end of the process, at the worst moment."""


@contextmanager
def power_cut(after: int) -> Iterator[None]:
    """Nothing more reaches the disk after so many operations."""
    left = after
    real: dict[str, Callable[..., object]] = {
        name: getattr(os, name) for name in ("replace", "unlink", "rmdir", "mkdir", "fsync")
    }

    def counted(name: str) -> Callable[..., object]:
        def operation(*arguments: object, **options: object) -> object:
            nonlocal left
            if left == 0:
                raise PowerCutError
            left -= 1
            return real[name](*arguments, **options)

        return operation

    with pytest.MonkeyPatch.context() as patch:
        for name in real:
            patch.setattr(os, name, counted(name))
        yield


@pytest.mark.parametrize("mine", [None, "mine"])
def test_at_every_moment_of_an_update_each_file_is_there_whole(
    course: Path, second: Content, mine: str | None
) -> None:
    whole = {EXERCISE: {mine or "stub 1", "stub 2"}}
    whole[CHAPTER] = {notebook("cell 1", output="out"), notebook("cell 2", output="new")}
    write(course / EXERCISE, mine or "stub 1")
    for cut in range(100):
        with power_cut(cut):
            try:
                bring(second, course)
            except PowerCutError:
                pass
            else:
                break
        for name, either in whole.items():
            assert (course / name).read_text() in either
        assert json.loads((course / MANIFEST).read_text())["version"] in ("1", "2")
    assert 10 < cut < 99
    kept = texts(course, ".unblocked/kept")
    assert list(kept.values()) == ([mine] if mine else [])


def test_what_an_unfinished_update_wrote_is_not_taken_for_the_learners(
    course: Path, second: Content, tmp_path: Path
) -> None:
    second = version(tmp_path, "2", {"exercises/01_x/new.py": "new in 2"})
    real = files.put

    def put(source: Path, target: Path, folder: Path) -> None:
        real(source, target, folder)
        if target.name == "one.py":
            raise PowerCutError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "put", put)
        with pytest.raises(PowerCutError):
            bring(second, course)
    assert (course / EXERCISE).read_text() == "stub 2"
    third = version(tmp_path, "3", {EXERCISE: "stub 3", CHAPTER: notebook("cell 3")})
    changes = bring(third, course)
    assert changes.edited == {}
    assert changes.removed == ["exercises/01_x/new.py"]
    assert course_files(course) == {**texts(third.root), WORK: "mine"}


NAMES = (EXERCISE, CHAPTER, "exercises/01_x/two.py", "solutions/01_x/one.py")
SHIPPED = st.dictionaries(st.sampled_from(NAMES), st.sampled_from("abc"), min_size=1)
EDITS = st.dictionaries(
    st.sampled_from([*NAMES, WORK, "exercises/notes.txt"]), st.text("xyz", min_size=1)
)
CUTS = st.lists(st.integers(0, 40), max_size=3)


def as_files(letters: dict[str, str]) -> dict[str, str]:
    """The files of a version: a letter is a text, or the one cell of a notebook."""
    return {
        name: notebook(letter) if name.endswith(".ipynb") else letter
        for name, letter in letters.items()
    }


@settings(deadline=None, max_examples=30)
@given(first=SHIPPED, then=st.lists(st.tuples(SHIPPED, CUTS), min_size=1, max_size=2), edits=EDITS)
def test_whenever_an_update_is_cut_off_nothing_is_lost_and_the_next_one_finishes(
    first: dict[str, str], then: list[tuple[dict[str, str], list[int]]], edits: dict[str, str]
) -> None:
    with TemporaryDirectory() as temporary:
        folder, course = Path(temporary), Path(temporary) / "course"
        make(version(folder, "1", as_files(first)), course)
        write(course / WORK, "mine")
        for name, text in edits.items():
            write(course / name, text)
        for number, (letters, cuts) in enumerate(then, start=2):
            content = version(folder, str(number), as_files(letters))
            for cut in cuts:
                with power_cut(cut), suppress(PowerCutError):
                    bring(content, course)
                assert_nothing_lost(course, edits)
        bring(content, course)
        assert_nothing_lost(course, edits)
        now = course_files(course)
        assert {name: now[name] for name in texts(content.root)} == texts(content.root)
        others = set(now) - set(texts(content.root))
        assert others <= {WORK, *edits}, "something of an older version is left"


def assert_nothing_lost(course: Path, edits: dict[str, str]) -> None:
    """The work is as it was, and every edit is in its place or kept."""
    now = texts(course)
    assert now[WORK] == edits.get(WORK, "mine")
    for name, text in edits.items():
        kept = [t for n, t in now.items() if n.startswith(".unblocked/kept/")]
        assert now.get(name) == text or text in kept
