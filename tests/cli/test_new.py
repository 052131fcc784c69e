"""`unblocked new exercise`, a folder of a teacher's own, and the page that explains both."""

from __future__ import annotations

import asyncio
import inspect
import json
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from typer.testing import CliRunner

from checker import lab
from checker.attempt import Attempt
from checker.catalog import load
from checker.cli._app import build
from checker.course import MANIFEST, checks_of, find_course
from checker.engine.session import CHECKS
from checker.gate.folders import Folders
from checker.gate.skeleton import begin
from checker.gate.to_do import MARK
from checker.jail import NoJail, choose
from checker.lab.services.calls import Call
from tests.gate.made_up import CHECKS as SUMS
from tests.gate.made_up import Course

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "authoring.md").read_text()
ID, NAME = "limits/fetch_all", "01_limits/fetch_all"
FILES = [
    "exercises/01_limits/chapter.toml",
    "exercises/01_limits/fetch_all.py",
    "solutions/01_limits/fetch_all.py",
    "checker/checks/01_limits/test_fetch_all.py",
    "tests/right_answers/01_limits/fetch_all/another_style.py",
    "tests/wrong_answers/01_limits/fetch_all/mistake_1.diff",
    "tests/wrong_answers/01_limits/fetch_all/mistake_2.diff",
    "tests/wrong_answers/01_limits/fetch_all/mistake_3.diff",
]


def unblocked(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command typed in a folder, in a process of its own: it may fork."""
    command = [sys.executable, "-P", "-m", "checker.cli", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done


def new(*arguments: str) -> tuple[int, str, str]:
    """Exit code, output and errors of `unblocked new exercise`."""
    done = CliRunner().invoke(build(), ["new", "exercise", *arguments])
    return done.exit_code, done.stdout, done.stderr


def found(folder: Path, *arguments: str) -> list[str]:
    """What `unblocked verify` finds."""
    done = unblocked(folder, "verify", "--json", *arguments)
    assert done.stderr == ""
    report = json.loads(done.stdout)
    return [f"{each['file']}:{each['line']}: {each['what']}" for each in report["findings"]]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def own(here: Path) -> Path:
    """A folder of a teacher's own, as it is begun."""
    assert new(NAME, "--in", "own")[0] == 0
    return here / "own"


@pytest.fixture
def example(own: Path) -> Path:
    """The same, with the example of docs/authoring.md written into it."""
    for name in FILES[4:]:
        (own / name).unlink()
    files = re.findall(r"^```\w+ file=(\S+)\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    assert {name for name, _ in files} > set(FILES[:4])
    for name, text in files:
        (own / name).write_text(text)
    return own


def test_it_writes_the_files_and_says_what_is_next(here: Path) -> None:
    code, out, err = new(NAME, "--in", "own", "--title", "A few at a time")
    assert (code, err) == (0, "")
    assert out.splitlines()[:8] == [f"own/{name}" for name in FILES]
    assert "Next: cd own, then: unblocked verify limits/fetch_all" in out
    assert "authoring.md" in out
    (exercise,) = load(here / "own" / "exercises").exercises
    assert (exercise.id, exercise.title) == (ID, "A few at a time")
    assert (exercise.points, exercise.minutes) == (10, 10)


def test_of_an_untouched_exercise_the_gate_lists_what_is_to_be_written_in_order(own: Path) -> None:
    marks = [
        f"{name}:{number}: this is still to be written"
        for name in FILES
        for number, line in enumerate((own / name).read_text().splitlines(), 1)
        if MARK in line
    ]
    assert found(own) == marks
    assert len(marks) == 24


def test_what_is_written_is_judged_and_what_is_not_is_left_out(example: Path) -> None:
    wrong = example / "tests/wrong_answers/01_limits/fetch_all"
    (wrong / "later.diff").write_text(f"# fails: limit | says: {MARK} words\n@@\n-x\n+y\n")
    (wrong / "as_they_arrive.py").unlink()
    assert found(example) == [
        "tests/wrong_answers/01_limits/fetch_all/later.diff:1: this is still to be written",
        "checker/checks/01_limits/test_fetch_all.py:4: no wrong answer fails `order`",
        "exercises/01_limits/chapter.toml:25: `falsy_or_duplicate` names 'as_they_arrive', which "
        "is no wrong answer of this exercise",
    ]
    solution = example / "solutions/01_limits/fetch_all.py"
    solution.write_text(f"{solution.read_text()}# {MARK} more\n")
    assert found(example) == [
        f"solutions/01_limits/fetch_all.py:{len(solution.read_text().splitlines())}: "
        "this is still to be written",
        "tests/wrong_answers/01_limits/fetch_all/later.diff:1: this is still to be written",
    ]


def test_what_a_chapter_lacks_is_said_with_its_first_exercise(own: Path) -> None:
    assert unblocked(own, "new", "exercise", "limits/more").returncode == 0
    assert found(own, "limits/more")[0].startswith("exercises/01_limits/chapter.toml:34: ")
    assert found(own, "limits/fetch_all")[0].startswith("exercises/01_limits/chapter.toml:2: ")


def test_the_example_of_the_guide_passes_the_gate(example: Path) -> None:
    try:
        choose()
    except NoJail:
        assert found(example) == []
    else:
        assert found(example, "--jailed") == []
    assert found(example, "--mutate") == []


def test_the_guide_names_every_fixture_that_there_is() -> None:
    text = (ROOT / "checker" / "engine" / "plugin.py").read_text()
    fixtures = re.findall(r"^@pytest\.fixture\ndef (\w+)", text, re.MULTILINE)
    assert len(fixtures) >= 9
    assert [name for name in fixtures if not re.search(rf"^\| `{name}\W", GUIDE, re.M)] == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [("upstream", lab.upstream), ("database", lab.database), ("queue", lab.queue)],
)
def test_what_the_guide_says_of_a_service_is_there(name: str, kind: type) -> None:
    (row,) = [line for line in GUIDE.splitlines() if line.startswith(f"| `{name}(...)`")]
    options, counters = row.split("Options: ")[1].split("Counters: ")
    taken = set(inspect.signature(kind).parameters)
    assert set(re.findall(r"`(\w+)`", options)) <= taken
    entries = {"key", "started", "ended", "outcome"} if name == "upstream" else set()
    assert set(re.findall(r"`(\w+)`", counters)) - entries - {"reply"} <= set(dir(kind))
    assert entries <= {field.name for field in fields(Call)}


def test_what_the_guide_says_of_an_attempt_is_there() -> None:
    names = set(re.findall(r"^\|.*?`.*?\battempt\.(\w+)\(", GUIDE, re.MULTILINE))
    assert len(names) == 7
    assert names <= set(dir(Attempt))


async def ask(service: lab.upstream) -> list[str]:
    """What three calls came to, each waited for up to a minute."""
    outcomes = []
    for key in (7, 8, 9):
        try:
            async with asyncio.timeout(60):
                outcomes.append(repr(await service.get(key)))
        except Exception as error:
            outcomes.append(type(error).__name__)
    return outcomes


def test_the_services_of_the_guide_fail_as_it_says() -> None:
    made = re.findall(r"^(upstream\(.*\)) +#|^(upstream\(.*\))$", GUIDE, re.MULTILINE)
    texts = [one or other for one, other in made]
    answers = [lab.run(ask, eval(text, {"upstream": lab.upstream})).result for text in texts]
    error, echo = "UpstreamError", [f"'upstream/{key}'" for key in (7, 8, 9)]
    assert answers == [
        [error] * 3,
        [error, echo[1], error],
        ["ConnectionError", *echo[1:]],
        [echo[0], "TimeoutError", echo[2]],
        echo,
        ["''"] * 3,
        echo,
    ]


def test_the_app_of_the_guide_gets_its_service_from_the_check(own: Path) -> None:
    files = re.findall(r"^# (checker/checks/\S+/material/\S+)\n(.*?)^```$", GUIDE, re.M | re.S)
    ((name, text),) = files
    (check,) = re.findall(r"^async def test_health\(.*?(?=^```$)", GUIDE, re.M | re.S)
    (own / name).parent.mkdir()
    (own / name).write_text(text)
    checks = own / FILES[3]
    checks.write_text(check)
    answer = own / "answer.py"
    answer.write_text(
        "from fastapi import FastAPI\n\ndef make_app(service):\n    app = FastAPI()\n"
        "    app.get('/health')(lambda: str(service.name))\n    return app\n"
    )
    command = [sys.executable, "-P", "-m", "pytest", "-p", "checker.engine.plugin"]
    command += [str(checks), "--attempt", str(answer)]
    done = subprocess.run(command, cwd=own, capture_output=True, text=True, check=False)
    assert "1 passed" in done.stdout, done.stdout


def test_the_command_of_the_guide_runs_one_check_with_pytest(example: Path) -> None:
    (line,) = re.findall(r"^pytest (-p .*?) \\\n +(.*)$", GUIDE, re.MULTILINE)
    command = [sys.executable, "-P", "-m", "pytest", *" ".join(line).split()]
    done = subprocess.run(command, cwd=example, capture_output=True, text=True, check=False)
    assert "3 passed" in done.stdout
    assert done.returncode == 0


def test_in_a_folder_of_ones_own_a_learner_starts_and_checks(example: Path) -> None:
    assert f"To begin: unblocked start {ID}" in unblocked(example, "check", ID).stdout
    assert unblocked(example, "start", ID).returncode == 0
    done = unblocked(example, "check")
    assert done.returncode == 3
    assert "Next: write work/01_limits/fetch_all.py" in done.stdout
    work = example / "work" / "01_limits" / "fetch_all.py"
    work.write_text((example / "solutions" / "01_limits" / "fetch_all.py").read_text())
    done = unblocked(example, "check", ID)
    assert done.returncode == 0
    assert "passed, 3 of 3 checks" in done.stdout
    assert unblocked(example, "doctor").stdout.count(f"{ID}: not_attempted, passed") == 1


def test_in_a_folder_of_ones_own_works_are_graded_with_its_checks(example: Path) -> None:
    folders = Folders(example)
    (exercise,) = load(folders.exercises).exercises
    wrong = next(path for path in folders.wrong(exercise) if "everything" in path.name)
    for student, answer in (("ada", folders.solution(exercise)), ("bob", wrong)):
        path = example / "in" / student / "work" / exercise.path
        path.parent.mkdir(parents=True)
        path.write_bytes(folders.whole(answer))
    arguments = ("grade", "in", "--out", "out", "--unsafe-no-sandbox", "--format", "csv")
    done = unblocked(example, *arguments)
    assert done.returncode == 0, done.stderr
    assert "2 works graded: 1 failed, 1 passed" in done.stdout
    done = unblocked(example, *arguments, "--dask", "tcp://127.0.0.1:9")
    assert done.returncode == 2
    assert "grade it on this machine, without --dask" in done.stderr


def test_update_and_release_do_not_take_a_folder_of_ones_own_for_the_course(own: Path) -> None:
    for command in (["update"], ["release", "--out", "../handout"]):
        done = unblocked(own, *command)
        assert done.returncode in (1, 2)
        assert "a folder of your own exercises" in done.stderr
    assert not (own / MANIFEST).exists()
    assert not (own.parent / "handout").exists()


def test_a_course_has_its_own_checks_or_those_of_the_package(own: Path, tmp_path: Path) -> None:
    assert find_course(own / "solutions") == own
    assert checks_of(own) == own / "checker" / "checks"
    assert checks_of(ROOT) == CHECKS
    # What `unblocked init` made has the package's, whatever lies in it.
    (own / MANIFEST).parent.mkdir()
    (own / MANIFEST).write_text("{}")
    assert checks_of(own) == CHECKS
    assert checks_of(tmp_path) == CHECKS


def test_nothing_that_exists_is_changed_and_what_is_missing_is_written(own: Path) -> None:
    toml = own / "exercises/01_limits/chapter.toml"
    toml.write_text(f"# a comment\n{toml.read_text()}# the last line, without an end")
    (own / FILES[1]).write_text("mine")
    (own / FILES[2]).unlink()
    before = {name: (own / name).read_text() for name in FILES if (own / name).exists()}
    code, out, _ = new(NAME, "--in", str(own))
    assert (code, out.splitlines()[0]) == (0, "own/solutions/01_limits/fetch_all.py")
    assert {name: (own / name).read_text() for name in before} == before
    code, out, err = new(NAME, "--in", "own")
    assert (code, out) == (2, "")
    assert err == f"{ID} has all its files already.\nNext: unblocked verify {ID}\n"
    assert new("limits/second", "--in", "own")[0] == 0
    text = toml.read_text()
    assert text.startswith(before[FILES[0]] + "\n\n[exercises.second]\n")
    assert [each.name for each in load(own / "exercises").exercises] == ["fetch_all", "second"]


def test_in_a_checkout_it_adds_to_a_chapter_that_is_there(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = Course(here)
    course.exercise("add")
    (here / "solutions" / "01_sums").mkdir(exist_ok=True)
    monkeypatch.chdir(here / "solutions")
    for wanted in ("sums/sub", "01_sums/mul", "01/div"):
        assert new(wanted)[0] == 0
    names = [each.name for each in load(here / "exercises").exercises]
    assert names == ["add", "sub", "mul", "div"]
    assert (here / "checker/checks/01_sums/test_add.py").read_text() == SUMS


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("fetch_all", "'fetch_all' is no name for an exercise.\nNext: write CHAPTER/NAME"),
        ("01_limits/Fetch", "is no name for an exercise"),
        ("01_limits/a/b", "is no name for an exercise"),
        ("01_limits/../up", "is no name for an exercise"),
        ("01_limits/class", "is no name for an exercise"),
        ("01_limits/", "is no name for an exercise"),
        ("pools/x", "no chapter 'pools'; there are: 01_limits.\nNext: .* number, too: 02_pools/x"),
        ("Pools/x", "number, too: 02_name/x"),
        ("01_pools/x", "There is a chapter 01_limits.\nNext: 01_limits/x adds to it"),
        ("02_limits/x", "There is a chapter 01_limits.\nNext: 01_limits/x adds to it"),
    ],
)
def test_a_name_that_will_not_do_is_refused_with_one_that_will(
    own: Path, wanted: str, words: str
) -> None:
    before = sorted(own.rglob("*"))
    code, out, err = new(wanted, "--in", "own")
    assert (code, out) == (2, "")
    assert re.search(words, err), err
    assert sorted(own.rglob("*")) == before


def test_a_title_that_would_break_the_files_is_refused(own: Path) -> None:
    for title in ('a "b"', "a\\b", "a\nb"):
        code, _, err = new("limits/x", "--in", "own", "--title", title)
        assert code == 2
        assert "give one line without quotes and backslashes" in err
    assert new("limits/x", "--in", "own", "--title", "Größe — it's 2")[0] == 0
    assert load(own / "exercises").find("limits/x").title == "Größe — it's 2"


def test_a_chapter_that_takes_no_further_table_is_refused_and_nothing_is_written(
    own: Path,
) -> None:
    toml = own / "exercises/01_limits/chapter.toml"
    entry = '{title="a", points=1, minutes=1, needs=[], out_of_scope=[], hints=["1", "2", "3"]}'
    toml.write_text(f'title = "a"\nclaim = "b"\nexercises = {{fetch_all = {entry}}}\n')
    before = sorted(own.rglob("*"))
    code, _, err = new("limits/x", "--in", "own")
    assert code == 2
    assert "write each exercise there as a table of its own" in err
    assert sorted(own.rglob("*")) == before


def test_a_folder_with_a_space_can_be_copied_from_what_it_says(here: Path) -> None:
    assert "Next: cd 'my own', then: unblocked verify" in new(NAME, "--in", "my own")[1]


def test_where_there_is_no_course_it_asks_for_a_folder(here: Path) -> None:
    code, _, err = new(NAME)
    assert code == 2
    assert err.endswith("unblocked new exercise CHAPTER/NAME --in FOLDER\n")
    (here / "file").write_text("")
    code, _, err = new(NAME, "--in", "file")
    assert (code, err.startswith("file is a file.")) == (2, True)


def test_a_copy_of_the_course_is_left_alone(own: Path) -> None:
    (own / MANIFEST).parent.mkdir()
    (own / MANIFEST).write_text("{}")
    code, _, err = new("limits/x", "--in", "own")
    assert code == 2
    assert "which `unblocked update` brings up to date" in err


def test_damaged_exercises_are_named_before_anything_is_written(own: Path) -> None:
    (own / "exercises/01_limits/chapter.toml").write_text("title = ")
    code, _, err = new("02_more/x", "--in", "own")
    assert code == 2
    assert "cannot be read: " in err
    assert "chapter.toml" in err


def test_an_interrupted_beginning_is_finished_by_the_same_call(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.write_text

    def stopped(path: Path, *arguments: str) -> int:
        if path.name == "chapter.toml":
            raise KeyboardInterrupt
        return real(path, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", stopped)
        with pytest.raises(KeyboardInterrupt):
            begin(Folders(here), NAME, "", 10, 10)
    assert begin(Folders(here), NAME, "", 10, 10) == [here / FILES[0]]
