"""A hand-out: what is in it and what never is, and that no work is overwritten or handed out."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uv import find_uv_bin

from checker.catalog import Chapter, Exercise, load
from checker.course import DISTRIBUTION, MANIFEST, WHEEL, find_course
from checker.install import Content, InstallError, bring, make
from checker.install.handout import choose, release, write_zip
from checker.install.handout_words import chapter_toml

ROOT = Path(__file__).parents[2]
COURSE = Content(ROOT, "9.9")
SOME = ["01_blocking", "event_loop/timers"]
TIMERS = "exercises/02_event_loop/timers.py"


def hand_out(folder: Path, *names: str, content: Content = COURSE) -> Path:
    """A hand-out in a folder."""
    release(content, choose(content, names), folder)
    return folder


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def members(file: Path) -> dict[str, bytes]:
    """What a zip has in its one folder."""
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        return {name.removeprefix("unblocked/"): archive.read(name) for name in archive.namelist()}


def code(file: Path) -> list[str]:
    """The lines of a program."""
    return [line.strip() for line in file.read_text().splitlines()]


def test_a_hand_out_has_the_notebooks_stubs_and_hints_that_were_chosen_and_nothing_else(
    tmp_path: Path,
) -> None:
    folder = hand_out(tmp_path / "class", *SOME)
    blocking = ["break_it", "dashboard", "never_block", "serial_client", "tell_apart"]
    assert sorted(files(folder)) == sorted(
        [
            MANIFEST,
            "README.md",
            WHEEL.replace("VERSION", metadata.version(DISTRIBUTION)),
            "chapters/01_blocking.ipynb",
            "chapters/02_event_loop.ipynb",
            "exercises/01_blocking/chapter.toml",
            *(f"exercises/01_blocking/{name}.py" for name in blocking),
            "exercises/02_event_loop/chapter.toml",
            TIMERS,
        ]
    )
    assert (folder / TIMERS).read_bytes() == (ROOT / TIMERS).read_bytes()
    assert find_course(folder / "chapters") == folder


def test_no_line_of_a_solution_is_handed_out(tmp_path: Path) -> None:
    # The notebooks are built before anybody has worked in them; they may show similar code.
    handed = {
        line.strip()
        for name, data in files(hand_out(tmp_path / "class")).items()
        if not name.endswith((".ipynb", ".whl"))
        for line in data.decode().splitlines()
    }
    catalog = load(ROOT / "exercises")
    given = {line for each in catalog.exercises for line in code(ROOT / "exercises" / each.path)}
    looked_for = 0
    for exercise in catalog.exercises:
        for line in code(ROOT / "solutions" / exercise.path):
            # A short line, such as `return True`, may be anywhere.
            if len(line) > 24 and line not in given:
                looked_for += 1
                assert line not in handed, (exercise.id, line)
    assert looked_for > 20


def test_the_hints_and_everything_else_that_is_known_of_an_exercise_go_with_it(
    tmp_path: Path,
) -> None:
    every = load(ROOT / "exercises")
    given = load(hand_out(tmp_path / "class") / "exercises")
    assert given.chapters == every.chapters


def test_what_an_exercise_needs_is_dropped_if_it_is_not_handed_out_and_told(tmp_path: Path) -> None:
    choice = choose(COURSE, SOME)
    assert choice.needs_left_out["event_loop/timers"] == ("event_loop/round_robin",)
    assert choice.needs_left_out["blocking/never_block"] == ("start/first_check",)
    given = load(hand_out(tmp_path / "class", *SOME) / "exercises")
    assert given.find("event_loop/timers").needs == ()
    assert given.find("blocking/dashboard").needs == ("blocking/never_block",)
    words = " ".join((tmp_path / "class" / "README.md").read_text().split())
    assert "it builds on event_loop/round_robin, not handed out here" in words


def test_the_readme_says_in_two_commands_how_to_begin(tmp_path: Path) -> None:
    readme = (hand_out(tmp_path / "class") / "README.md").read_text()
    begin = readme.partition("## Begin\n\n```\n")[2].partition("```")[0]
    (wheel,) = (tmp_path / "class").glob("*.whl")
    assert begin.splitlines() == [f'pip install "./{wheel.name}[course]"', "unblocked lab"]


def test_the_wheel_has_the_checks_and_no_answer(tmp_path: Path) -> None:
    (wheel,) = hand_out(tmp_path / "class", *SOME).glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert "checker/checks/01_blocking/test_never_block.py" in names
    assert "checker/content/exercises/01_blocking/never_block.py" in names
    assert not [name for name in names if "solutions" in name or "_answers" in name]
    carried = {name for name in names if name.startswith("checker/content/")}
    assert not [name for name in carried if "00_start" in name]  # It was not chosen.


def test_the_wheel_installs_and_makes_a_course_folder_without_solutions(tmp_path: Path) -> None:
    (wheel,) = hand_out(tmp_path / "class", *SOME).glob("*.whl")
    target = tmp_path / "site"
    install = [find_uv_bin(), "pip", "install", "--quiet", "--offline", "--no-deps"]
    subprocess.run([*install, "--target", str(target), str(wheel)], check=True)
    code = (
        "import checker.install as i, sys; from pathlib import Path; "
        "i.make(i.shipped(), Path(sys.argv[1])); print(i.shipped().version)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(target)!r}); {code}",
         str(tmp_path / "mine")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == metadata.version(DISTRIBUTION)
    made = files(tmp_path / "mine")
    assert TIMERS in made
    assert not [name for name in made if name.startswith("solutions")]


text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)
texts = st.lists(text.map(str.strip), max_size=3).map(tuple)


@given(text.map(str.strip), texts, st.tuples(text, text, text))
def test_a_chapter_toml_is_read_back_as_what_was_written(
    tmp_path_factory: pytest.TempPathFactory,
    title: str,
    out_of_scope: tuple[str, ...],
    hints: tuple[str, ...],
) -> None:
    stripped = tuple(hint.strip() for hint in hints)
    exercise = Exercise("01_x", "one", title, 3, 4, stripped, (), out_of_scope)
    chapter = Chapter("01_x", title, title, (exercise,))
    folder = tmp_path_factory.mktemp("exercises")
    (folder / "01_x").mkdir()
    # As a file is written and read: bytes, and no other end of a line.
    (folder / "01_x" / "chapter.toml").write_bytes(chapter_toml(chapter).encode())
    assert load(folder).chapters == [chapter]


def test_the_same_choice_gives_the_same_bytes_in_whatever_order_it_is_named(tmp_path: Path) -> None:
    one = hand_out(tmp_path / "a" / "one", *SOME)
    two = hand_out(tmp_path / "b" / "two", *reversed(SOME))
    assert files(one) == files(two)
    for name, choice in (("1.zip", SOME), ("2.zip", SOME[::-1])):
        write_zip(COURSE, choose(COURSE, choice), tmp_path / name)
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()


def test_a_zip_has_what_the_folder_has_sorted_and_without_times(tmp_path: Path) -> None:
    folder = hand_out(tmp_path / "class", *SOME)
    (folder / "work").mkdir()
    (folder / "work" / "secret.py").write_text("mine")
    write_zip(COURSE, choose(COURSE, SOME), tmp_path / "class.zip")
    assert members(tmp_path / "class.zip") == {
        name: data for name, data in files(folder).items() if not name.startswith("work/")
    }
    with zipfile.ZipFile(tmp_path / "class.zip") as archive:
        entries = archive.infolist()
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.external_attr >> 16 for entry in entries} == {0o100644}


def test_a_second_release_brings_what_changed_and_leaves_work_as_it_is(tmp_path: Path) -> None:
    folder = hand_out(tmp_path / "class", *SOME)
    (folder / "work" / "01_blocking").mkdir(parents=True)
    (folder / "work" / "01_blocking" / "never_block.py").write_text("mine")
    (folder / TIMERS).write_text("edited")
    (folder / "README.md").write_text("my own words")
    changes = release(COURSE, choose(COURSE, ["event_loop"]), folder)
    assert (folder / "work" / "01_blocking" / "never_block.py").read_text() == "mine"
    assert (folder / TIMERS).read_bytes() == (ROOT / TIMERS).read_bytes()
    assert {name: (folder / place).read_text() for name, place in changes.edited.items()} == {
        TIMERS: "edited",
        "README.md": "my own words",
    }
    assert not (folder / "exercises" / "01_blocking").exists()
    assert not (folder / "chapters" / "01_blocking.ipynb").exists()


def test_an_interrupted_release_can_be_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from checker.install import files as copier

    real, left = copier.put, [3]

    def full(source: Path, target: Path, course: Path) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, "No space left on device", str(target))
        real(source, target, course)

    with monkeypatch.context() as patch:
        patch.setattr(copier, "put", full)
        with pytest.raises(OSError, match="No space"):
            hand_out(tmp_path / "class", *SOME)
    again = hand_out(tmp_path / "class", *SOME)
    assert files(again) == files(hand_out(tmp_path / "other", *SOME))


def test_a_folder_with_something_else_in_it_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years")
    with pytest.raises(InstallError, match="is not empty, and is no hand-out"):
        hand_out(tmp_path, *SOME)
    assert files(tmp_path) == {"thesis.txt": b"years"}


def test_a_course_folder_is_refused(tmp_path: Path) -> None:
    make(COURSE, tmp_path / "course")
    before = files(tmp_path / "course")
    with pytest.raises(InstallError, match="is not empty, and is no hand-out"):
        hand_out(tmp_path / "course", *SOME)
    assert files(tmp_path / "course") == before


@pytest.mark.parametrize(
    "name", ["chapters", "exercises/01_x", "solutions", "work/a", ".unblocked"]
)
def test_a_folder_inside_of_the_courses_own_is_refused(tmp_path: Path, name: str) -> None:
    course = Content(tmp_path, "1")
    for part in ("exercises", "chapters"):
        shutil.copytree(ROOT / part, tmp_path / part)
    with pytest.raises(InstallError, match="inside of the course's own"):
        hand_out(tmp_path / name / "class", content=course)


def test_a_file_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "class").write_text("a file")
    with pytest.raises(InstallError, match="is a file"):
        hand_out(tmp_path / "class")


def test_a_zip_that_is_no_hand_out_is_refused_and_one_that_is_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "class.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("photos/1.jpg", "x")
    before = file.read_bytes()
    with pytest.raises(InstallError, match="is there already, and is no hand-out"):
        write_zip(COURSE, choose(COURSE, SOME), file)
    assert file.read_bytes() == before
    file.unlink()
    write_zip(COURSE, choose(COURSE, SOME), file)
    write_zip(COURSE, choose(COURSE, ["start"]), file)
    assert "exercises/00_start/first_check.py" in members(file)
    assert [path.name for path in tmp_path.iterdir()] == ["class.zip"]


def test_a_notebook_that_somebody_worked_in_is_refused(tmp_path: Path) -> None:
    for part in ("exercises", "chapters"):
        shutil.copytree(ROOT / part, tmp_path / "course" / part)
    notebook = tmp_path / "course" / "chapters" / "01_blocking.ipynb"
    table = json.loads(notebook.read_text())
    number = next(n for n, cell in enumerate(table["cells"]) if cell["cell_type"] == "code")
    table["cells"][number]["source"] = ["%%exercise blocking/never_block\n", "the answer"]
    notebook.write_text(json.dumps(table))
    with pytest.raises(InstallError, match=r"code cell 1: somebody worked on an exercise"):
        hand_out(tmp_path / "class", content=Content(tmp_path / "course", "1"))
    assert not (tmp_path / "class" / "chapters").exists()


def test_an_unknown_exercise_is_told_with_the_nearest_one() -> None:
    with pytest.raises(InstallError, match=r"Did you mean blocking/never_block\?"):
        choose(COURSE, ["blocking/never_blok"])


def test_a_hand_out_never_becomes_the_whole_course_by_an_update(tmp_path: Path) -> None:
    folder = hand_out(tmp_path / "class", *SOME)
    before = files(folder)
    with pytest.raises(InstallError, match="is a hand-out"):
        bring(COURSE, folder)
    assert files(folder) == before


def test_a_manifest_that_names_a_readme_lets_no_learners_readme_be_removed(tmp_path: Path) -> None:
    make(COURSE, tmp_path / "course")
    (tmp_path / "course" / "README.md").write_text("my notes")
    bring(COURSE, tmp_path / "course")
    assert (tmp_path / "course" / "README.md").read_text() == "my notes"
