"""One attempt, made-up checks, one verdict."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from checker.engine.engine import Engine, engine
from checker.engine.limits import Limits
from checker.engine.verdict import Place, Verdict
from tests.engine import corpus
from tests.engine.conftest import MADE_UP, Grade, job, only, write_checks

DOUBLE = """
async def test_double(attempt, draw):
    \"\"\"It doubles.\"\"\"
    number = draw.randint(1, 1000)
    assert await attempt.call("double", number) == 2 * number, "Multiply by two."
"""


def test_a_right_attempt_passes_with_all_points(grade: Grade) -> None:
    verdict = grade(DOUBLE, "def double(n):\n    return n + n\n")
    assert (verdict.outcome, verdict.points, verdict.points_of) == ("passed", 10, 10)
    assert (verdict.exercise, verdict.ended, verdict.printed) == ("made/up", "", "")
    check = only(verdict)
    assert (check.id, check.title, check.outcome) == ("double", "It doubles.", "passed")
    assert check.did == ["double(865)"]


def test_a_module_whose_import_was_forgotten_is_named(grade: Grade) -> None:
    check = only(grade(DOUBLE, "def double(n):\n    time.sleep(1)\n    return 2 * n\n"))
    assert check.next == "Add `import time` at the top of your program."


def test_a_failure_has_what_was_expected_what_came_where_and_what_next(grade: Grade) -> None:
    verdict = grade(DOUBLE, "\n\ndef double(n):\n    return n\n")
    assert (verdict.outcome, verdict.points) == ("failed", 0)
    check = only(verdict)
    assert (check.expected, check.got) == ("1730", "865")
    assert check.next == "Multiply by two."
    assert check.where == Place(3, "def double(n):")


def test_inputs_follow_the_seed(grade: Grade) -> None:
    right = "def double(n):\n    return n + n\n"
    assert only(grade(DOUBLE, right, seed=1)).did != only(grade(DOUBLE, right, seed=2)).did
    memorised = "def double(n):\n    return 1730\n"
    assert grade(DOUBLE, memorised).outcome == "passed"
    assert grade(DOUBLE, memorised, seed=1).outcome == "failed"


STUB = '"""Task."""\n\n\ndef double(n):\n    raise NotImplementedError\n'


def test_the_stub_is_not_attempted(grade: Grade) -> None:
    verdict = grade(DOUBLE, STUB + "# nothing yet\n", stub=STUB)
    assert (verdict.outcome, verdict.points) == ("not_attempted", 0)
    assert only(verdict).outcome == "not_attempted"
    assert grade(DOUBLE, STUB).outcome == "failed"
    assert grade(DOUBLE, STUB + "print()\n", stub=STUB).outcome == "failed"


TWO = """
async def test_one(attempt):
    \"\"\"One is 1.\"\"\"
    assert await attempt.call("one") == 1

async def test_two(attempt):
    \"\"\"Two is 2.\"\"\"
    assert await attempt.call("two") == 2

def test_both(attempt):
    \"\"\"Both, in a run of their own.\"\"\"
    from checker import lab

    async def main():
        return await attempt.call("one"), await attempt.call("two")

    assert lab.run(main).result == (1, 2)
"""


def test_points_are_in_proportion_and_checks_stand_apart(grade: Grade) -> None:
    verdict = grade(TWO, "def one():\n    return 1\n\ndef two():\n    raise KeyError('no')\n")
    assert [check.outcome for check in verdict.checks] == ["passed", "failed", "failed"]
    assert (verdict.outcome, verdict.points, verdict.passed) == ("failed", 3, 1)
    assert verdict.checks[1].got == "your code raised KeyError: 'no'"
    assert verdict.checks[1].where == Place(5, "raise KeyError('no')", "two")


@pytest.mark.parametrize(
    ("check", "fault"),
    [
        ("async def test_a(attempt):\n    attempt.call('one')\n", "add the `await`"),
        ("async def test_a(attempt):\n    yield\n", "has a `yield` in it"),
        ("def test_a(attempt, nothing):\n    pass\n", "nothing"),
    ],
)
@pytest.mark.filterwarnings("ignore:coroutine 'one' was never awaited")
def test_a_fault_of_the_check_is_ours_and_costs_no_point(
    grade: Grade, check: str, fault: str
) -> None:
    verdict = grade(check, "def one():\n    return 1\n")
    assert (verdict.outcome, verdict.points) == ("checker_error", 10)
    assert fault in only(verdict).got


@pytest.mark.parametrize("checks", ["import nothing_of_this_name\n", "def test_(:\n", "x = 1\n"])
def test_checks_that_cannot_be_collected_are_our_fault(grade: Grade, checks: str) -> None:
    verdict = grade(checks, "x = 1\n")
    assert (verdict.outcome, verdict.ended) == ("checker_error", "no checks")
    assert verdict.printed


def test_checks_that_are_not_there_are_our_fault(tmp_path: Path) -> None:
    verdict = engine([MADE_UP], lambda engine: engine.check(job("x = 1\n")), tmp_path)
    assert (verdict.outcome, verdict.ended) == ("checker_error", "no checks")


FIXTURES = """
import pytest

@pytest.mark.machine(cores=2, threads=3)
async def test_all(attempt, upstream, database, queue, journal, heartbeat, clock, seed, draw):
    \"\"\"All of it.\"\"\"
    service, notes = upstream(latency=2.0), journal()
    async with heartbeat() as beat:
        assert await attempt.call("work", service, notes) == 2
    assert (clock.now, beat.longest, notes.values, seed) == (5.0, 3.0, ["x"], 0)
    assert database() is not queue()
"""


def test_the_fixtures_measure_on_the_checks_side(grade: Grade) -> None:
    attempt = """
    import os, time

    async def work(service, journal):
        journal.write("x")
        await service.get("a")
        time.sleep(3)
        return os.cpu_count()
    """
    verdict = grade(FIXTURES, attempt)
    assert verdict.outcome == "passed", only(verdict).got
    assert verdict.virtual_s == 5.0
    assert only(verdict).trace.count("\n") > 3


def test_what_blocked_and_what_was_left_is_told_with_the_line(grade: Grade) -> None:
    check = """
    async def test_time(attempt, clock):
        \"\"\"No time passes.\"\"\"
        await attempt.call("work")
        assert clock.now == 0
    """
    attempt = """\
    import asyncio, time

    async def work():
        time.sleep(2)
        asyncio.sleep(1)
    """
    found = only(grade(check, attempt))
    assert "line 4 held the loop for 2 s: time.sleep(2)" in found.got
    assert "left behind: sleep() was called and never awaited (line 5)" in found.got
    assert found.where == Place(4, "time.sleep(2)")


def test_what_is_printed_is_kept_in_its_order_and_cut(grade: Grade) -> None:
    attempt = """
    import sys

    def double(n):
        print("one", end=" ")
        print("two", file=sys.stderr)
        print("drei \\u20ac \\udc80")
        return 2 * n
    """
    verdict = grade(DOUBLE, attempt)
    assert (verdict.outcome, verdict.printed) == ("passed", "two\none drei € \\udc80\n")
    verdict = grade(DOUBLE, "def double(n):\n    print('x' * 50_000)\n    return 2 * n\n")
    assert (verdict.outcome, len(verdict.printed)) == ("passed", 20_000)


def test_a_change_of_the_attempt_is_always_seen(tmp_path: Path) -> None:
    write_checks(tmp_path, DOUBLE)
    file = tmp_path / "attempt.py"
    right, wrong = "def double(n):\n    return n + n\n", "def double(n):\n    return n - n\n"

    def use(engine: Engine) -> list[str]:
        found: list[str] = []
        for text in (right, wrong) * 10:
            file.write_text(text)  # The same length, within one second.
            os.utime(file, (1, 1))
            made = job(file.read_bytes())._replace(filename=str(file))
            found.append(engine.check(made).outcome)
        return found

    assert engine([MADE_UP], use, tmp_path) == ["passed", "failed"] * 10
    assert [path.name for path in tmp_path.rglob("*.pyc")] == []


def test_a_change_of_the_checks_or_their_material_is_always_seen(tmp_path: Path) -> None:
    file = write_checks(tmp_path, DOUBLE)

    def use(engine: Engine) -> None:
        assert not engine.changed(MADE_UP)
        file.write_text(DOUBLE.replace("two", "ten"))
        os.utime(file, (1, 1))
        assert engine.changed(MADE_UP)
        file.write_text(DOUBLE)
        assert not engine.changed(MADE_UP)
        (file.parent / "material").mkdir()
        (file.parent / "material" / "more.py").write_text("x = 1\n")
        assert engine.changed(MADE_UP)

    engine([MADE_UP], use, tmp_path)


def test_an_attempt_that_is_checked_again_gives_the_same_bytes(tmp_path: Path) -> None:
    write_checks(tmp_path, TWO)

    def use(engine: Engine) -> set[str]:
        attempt = job("def one():\n    return {1}\n\ndef two():\n    return object()\n")
        return {replace(engine.check(attempt), real_s=0.0).to_json() for _ in range(20)}

    assert len(engine([MADE_UP], use, tmp_path)) == 1


def test_the_attempt_cannot_reach_the_checks_it_is_checked_with(grade: Grade) -> None:
    check = """
    ANSWER = 7

    async def test_answer(attempt):
        \"\"\"It is 7.\"\"\"
        assert await attempt.call("answer") == ANSWER
    """
    attempt = """
    import sys

    def answer():
        for name, module in list(sys.modules.items()):
            if "test_up" in name:
                module.ANSWER = 0
        return 0
    """
    assert grade(check, attempt).outcome == "failed"


@pytest.mark.parametrize("outcome", ["passed", "failed"])
def test_a_verdict_is_json_and_comes_back_as_it_was(grade: Grade, outcome: str) -> None:
    sign = "+" if outcome == "passed" else "*"
    verdict = grade(DOUBLE, f"def double(n):\n    print('ü')\n    return n {sign} n\n")
    assert verdict.outcome == outcome
    text = verdict.to_json()
    assert text.isascii()
    assert "\n" not in text
    assert Verdict.from_json(text) == verdict
    assert Verdict.from_json(text.replace('"seed"', '"later":[1],"seed"')) == verdict
    with pytest.raises(ValueError, match="this verdict has version 2, and this is 1"):
        Verdict.from_json(text.replace('"version":1', '"version":2'))


def test_plain_pytest_runs_a_check_on_an_attempt(tmp_path: Path) -> None:
    exercise = corpus.exercises()[0]
    checks = corpus.ROOT / "checker" / "checks"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += [str(checks / exercise.chapter / f"test_{exercise.name}.py"), "--attempt"]

    def summary(attempt: Path) -> str:
        done = subprocess.run([*command, str(attempt)], capture_output=True, text=True,
                              cwd=corpus.ROOT)  # fmt: skip
        return done.stdout.splitlines()[-1]

    assert "3 passed" in summary(corpus.ROOT / "solutions" / exercise.path)
    copy = tmp_path / "mine.py"
    shutil.copy(corpus.ROOT / "exercises" / exercise.path, copy)
    assert "3 failed" in summary(copy)


def test_a_limit_names_what_it_was(grade: Grade) -> None:
    verdict = grade(DOUBLE, "def double(n):\n    while True:\n        pass\n", real_s=0.5)
    assert (verdict.ended, verdict.points) == ("blocked", 0)
    assert "stopped after 0.5 s of real time" in only(verdict).got
    assert only(verdict).where == Place(3, "pass", "double") or only(verdict).where == Place(
        2, "while True:", "double"
    )
    assert Limits().real_s == 10.0


@pytest.mark.parametrize("environment", [{}, {"CI": "true"}])
def test_long_values_are_told_alike_on_every_computer(
    grade: Grade, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    monkeypatch.delenv("CI", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    checks = """
    async def test_words(attempt):
        assert await attempt.call("words") == [], "None."
    """
    check = only(grade(checks, "def words():\n    return 60 * [20 * 'word ']\n"))
    assert check.expected == "[]"
    assert check.got.startswith("['word word ")
    assert check.got.endswith(" characters)")
