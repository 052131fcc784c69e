"""`unblocked release`, as it meets a teacher, and its hand-out, as it meets a learner."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from checker.catalog import load

ROOT = Path(__file__).parents[2]


def unblocked(folder: Path, *arguments: str) -> tuple[int, str, str]:
    """Exit code, output and errors of `unblocked ARGUMENTS` in a folder."""
    command = [sys.executable, "-P", "-m", "checker.cli", *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=folder, check=False, encoding="utf-8"
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def handout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hand-out as it comes out of its zip, with one exercise passed and one begun."""
    folder = tmp_path_factory.mktemp("teacher")
    chosen = ["--chapters", "01_blocking, event_loop/timers"]
    code, out, err = unblocked(folder, "release", "--out", "class", *chosen, "--zip")
    assert (code, err) == (0, "")
    assert "is in class: 2 chapters, 6 exercises, no solutions." in out
    assert "event_loop/timers builds on event_loop/round_robin, not handed out." in out
    assert "The same as a zip: class.zip" in out
    learner = tmp_path_factory.mktemp("learner")
    shutil.unpack_archive(folder / "class.zip", learner)
    place = learner / "unblocked"
    assert unblocked(place, "start", "blocking/dashboard")[0] == 0
    assert unblocked(place, "start", "blocking/never_block")[0] == 0
    answer = ROOT / "solutions" / "01_blocking" / "never_block.py"
    shutil.copy(answer, place / "work" / "01_blocking")
    return place


def test_check_works_there_with_the_checks_of_the_package(handout: Path) -> None:
    code, out, _ = unblocked(handout, "check", "blocking/never_block", "blocking/dashboard")
    assert code == 3
    assert "Ten at once take as long as one." in out
    assert not list(handout.rglob("test_*.py"))


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ((), "blocking/dashboard"),
        (("list",), "event_loop/timers"),
        (("list", "--json"), '"needs": []'),
        (("progress",), "02_event_loop"),
        (("hint", "event_loop/timers"), "1. "),
        (("history", "blocking/never_block"), "passed"),
        (("doctor",), "ok   checks: blocking/never_block: not_attempted"),
    ],
)
def test_the_commands_of_a_learner_work_there(
    handout: Path, command: tuple[str, ...], words: str
) -> None:
    unblocked(handout, "check", "blocking/never_block")
    code, out, err = unblocked(handout, *command)
    assert (code, err) == (0, "")
    assert words in out


def test_an_exercise_that_is_not_handed_out_is_unknown_there(handout: Path) -> None:
    code, _, err = unblocked(handout, "check", "start/first_check")
    assert code == 2
    assert "There is no exercise 'start/first_check'" in err


@pytest.mark.parametrize("more", [(), ("--yes",)])
def test_solution_says_that_the_hand_out_has_none(handout: Path, more: tuple[str, ...]) -> None:
    for id in ("blocking/never_block", "event_loop/timers"):
        code, out, err = unblocked(handout, "solution", id, *more)
        assert (code, out) == (1, "")
        assert f"The solution of {id} is not part of this copy of the course" in err
        assert err.splitlines()[-1] == f"Next: `unblocked hint {id}`."


def test_update_there_brings_no_solutions(handout: Path) -> None:
    code, _, err = unblocked(handout, "update")
    assert code == 1
    assert "is a hand-out: it changes only when a new one is handed out" in err
    assert not (handout / "solutions").exists()


def test_all_of_the_course_is_handed_out_where_nothing_is_named(tmp_path: Path) -> None:
    code, out, _ = unblocked(tmp_path, "release", "--out", "class")
    count = len(load(ROOT / "exercises").exercises)
    assert code == 0
    assert f"{count} exercises, no solutions." in out
    assert not (tmp_path / "class.zip").exists()


def test_what_cannot_be_done_is_said_with_the_fix(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    code, out, err = unblocked(tmp_path, "release", "--out", ".")
    assert (code, out) == (1, "")
    assert "is not empty, and is no hand-out.\nNext: name a new folder" in err
    code, out, err = unblocked(tmp_path, "release", "--out", "class", "blocking/never_blok")
    assert (code, out) == (1, "")
    assert "Did you mean blocking/never_block?" in err
    assert not (tmp_path / "class").exists()
