"""The commands of a learner, typed in a course folder."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXERCISE = "start/first_check"
WORK = "work/00_start/first_check.py"
WRONG = ROOT / "tests" / "wrong_answers" / "00_start" / "first_check" / "blocks.py"


class Terminal:
    """A learner's terminal, in a copy of the course."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("exercises", "solutions"):
            shutil.copytree(ROOT / name, folder / name)
        shutil.copy(ROOT / "pyproject.toml", folder)

    def type(self, *arguments: str, answer: str = "") -> tuple[int, str, str]:
        """Exit code, output and errors of `unblocked ARGUMENTS`."""
        command = [sys.executable, "-P", "-m", "checker.cli", *arguments]
        done = subprocess.run(
            command,
            input=answer,
            capture_output=True,
            text=True,
            cwd=self.folder,
            check=False,
            encoding="utf-8",
        )
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout, done.stderr

    def write(self, text: str) -> None:
        path = self.folder / WORK
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def read(self) -> str:
        return (self.folder / WORK).read_text(encoding="utf-8")

    @property
    def stub(self) -> str:
        path = self.folder / "exercises" / "00_start" / "first_check.py"
        return path.read_text(encoding="utf-8")

    @property
    def solution(self) -> str:
        path = self.folder / "solutions" / "00_start" / "first_check.py"
        return path.read_text(encoding="utf-8")


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def test_alone_it_says_what_is_next(terminal: Terminal) -> None:
    code, out, _ = terminal.type()
    assert code == 0
    assert f"Next: {EXERCISE}" in out
    assert f"unblocked start {EXERCISE}" in out
    terminal.type("start", EXERCISE)
    assert f"unblocked check {EXERCISE}" in terminal.type()[1]


def test_from_the_stub_to_a_pass(terminal: Terminal) -> None:
    assert terminal.type("start", EXERCISE)[0] == 0
    assert terminal.read() == terminal.stub
    code, out, _ = terminal.type("check")
    assert (code, "not attempted yet" in out) == (3, True)

    terminal.write(WRONG.read_text())
    code, out, _ = terminal.type("check", EXERCISE)
    assert code == 1
    assert "failed" in out
    assert f"{WORK}:" in out, "the learner's line"
    assert "blocks the loop" in out, "the timeline"

    terminal.write(terminal.solution)
    code, out, _ = terminal.type("check", EXERCISE)
    assert code == 0
    assert "passed" in out
    code, out, _ = terminal.type("list", "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert [(row["state"], row["checks"]) for row in rows if row["id"] == EXERCISE] == [
        ("passed", 2)
    ]
    assert terminal.type("solution", EXERCISE) == (0, terminal.solution, "")


def test_a_verdict_as_json_is_one_line(terminal: Terminal) -> None:
    terminal.write(WRONG.read_text())
    code, out, _ = terminal.type("check", EXERCISE, "--json")
    assert code == 1
    (line,) = out.splitlines()
    verdict = json.loads(line)
    assert (verdict["exercise"], verdict["outcome"], verdict["version"]) == (EXERCISE, "failed", 1)


def test_nothing_begun_is_no_success(terminal: Terminal) -> None:
    code, _, err = terminal.type("check")
    assert code == 3
    assert "Nothing was begun yet" in err


def test_a_wrong_id_gets_the_nearest_right_one(terminal: Terminal) -> None:
    for command in ("check", "start", "hint", "reset", "solution", "history"):
        code, _, err = terminal.type(command, "start/first_chek")
        assert code == 2
        assert err.strip() == f"There is no exercise 'start/first_chek'. Did you mean {EXERCISE}?"


def test_outside_of_a_course_it_says_so(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-m", "checker.cli", "check"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 1
    assert "No course here" in done.stderr


def test_hints_come_one_at_a_time(terminal: Terminal) -> None:
    counts = []
    for _ in range(4):
        _, out, _ = terminal.type("hint", EXERCISE)
        counts.append(sum(line[:2] in ("1.", "2.", "3.") for line in out.splitlines()))
    assert counts == [1, 2, 3, 3]
    assert "That was the last one." in out


def test_a_reset_asks_and_keeps_the_work(terminal: Terminal) -> None:
    terminal.write("mine = 1\n")
    code, out, _ = terminal.type("reset", EXERCISE, answer="n\n")
    assert code == 1
    assert "Nothing was changed." in out
    assert terminal.read() == "mine = 1\n"
    code, out, _ = terminal.type("reset", EXERCISE, answer="y\n")
    assert code == 0
    assert terminal.read() == terminal.stub
    assert "--restore 1" in out
    assert terminal.type("history", EXERCISE, "--show", "1")[1] == "mine = 1\n"
    assert terminal.type("history", EXERCISE, "--restore", "1")[0] == 0
    assert terminal.read() == "mine = 1\n"
    assert "before reset" in terminal.type("history", EXERCISE)[1]


def test_the_solution_waits_for_a_pass_or_a_yes(terminal: Terminal) -> None:
    code, out, err = terminal.type("solution", EXERCISE)
    assert (code, out) == (1, "")
    assert "not passed yet" in err
    assert terminal.type("solution", EXERCISE, "--yes")[1] == terminal.solution


def test_what_a_learner_prints_cannot_steer_the_terminal(terminal: Terminal) -> None:
    program = 'async def greet(name, seconds):\n    print("\\x1b[2J[bold]x[/bold]\\x07")\n'
    terminal.write(program)
    _, out, _ = terminal.type("check", EXERCISE)
    assert "\\x1b[2J[bold]x[/bold]\\x07" in out
    assert "\x1b[2J" not in out


def test_the_doctor_finds_everything_well(terminal: Terminal) -> None:
    code, out, _ = terminal.type("doctor")
    assert code == 0, out
    assert "BAD" not in out
    assert f"{EXERCISE}: not_attempted, passed" in out


def test_progress_counts_points(terminal: Terminal) -> None:
    terminal.write(terminal.solution)
    terminal.type("check", EXERCISE)
    code, out, _ = terminal.type("progress", "--json")
    assert code == 0
    first = json.loads(out)["chapters"][0]
    assert (first["passed"], first["exercises"], first["points"]) == (1, 1, first["points_of"])


def test_a_damaged_catalogue_is_our_fault(terminal: Terminal) -> None:
    file = terminal.folder / "exercises" / "00_start" / "chapter.toml"
    file.write_text(file.read_text().replace("points", "pionts", 1))
    code, _, err = terminal.type("list")
    assert code == 4
    assert "chapter.toml:" in err
