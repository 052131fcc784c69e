"""Workers that die, fall silent or cannot begin, and what that costs the others."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from checker.classroom.grading import crew as crew_module
from checker.classroom.grading.crew import Crew, CrewFailed
from checker.classroom.grading.task import Task
from checker.classroom.grading.worker import packed, tables_in
from tests.classroom.grading.rounds import BLOCKS, GOOD, GREET, SETTINGS

# Three checks pass at once; the second worker process that meets the word dies of it.
DEADLY = b"# deadly"
FAKE = """
import os, signal, sys, time
from checker.classroom.grading import worker
from checker.engine.engine import Engine

real = Engine.check

def check(self, job, *more):
    if b"# deadly" in job.data:
        os.kill(os.getpid(), signal.SIGKILL)
    if b"# silent" in job.data:
        os.kill(os.getpid(), signal.SIGSTOP)
    if b"# once" in job.data and not os.path.exists(os.environ["ONCE"]):
        open(os.environ["ONCE"], "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    if b"# wordy" in job.data:
        sys.stderr.write("x" * 1_000_000)
    return real(self, job, *more)

Engine.check = check
if os.environ.get("CANNOT"):
    sys.exit(os.environ["CANNOT"])
worker.main(int(sys.argv[1]))
"""


@pytest.fixture
def deadly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Workers that die of certain words, as if an attempt had found a way to make them."""
    (tmp_path / "deadly_worker.py").write_text(FAKE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("ONCE", str(tmp_path / "once"))
    monkeypatch.setattr(crew_module, "WORKER", "deadly_worker")


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """No process, and no open file. What another test left may go meanwhile."""
    before = processes_and_files()
    yield
    assert processes_and_files() - before == set()


def processes_and_files() -> set[str]:
    """Children of this process, and what its descriptors stand for: an inode has one name."""
    found = {f"process {child.pid}" for child in psutil.Process().children(recursive=True)}
    for descriptor in os.listdir("/proc/self/fd"):
        # The one that lists them is closed by now.
        with suppress(FileNotFoundError):
            found.add(os.readlink(f"/proc/self/fd/{descriptor}"))
    return found


def tasks(*texts: bytes) -> list[Task]:
    return [Task(f"k{number}", GREET, text) for number, text in enumerate(texts)]


def outcomes(workers: int, *texts: bytes) -> dict[str, str]:
    with Crew(SETTINGS, workers) as crew:
        found = list(crew.run(iter(tasks(*texts))))
    assert len({task.key for task, _ in found}) == len(found)
    return {task.key: verdict.outcome for task, verdict in found}


def test_each_task_has_one_verdict(deadly: None) -> None:
    texts = [GOOD + b"# %d\n" % number for number in range(7)] + [BLOCKS]
    wanted = dict.fromkeys((f"k{number}" for number in range(7)), "passed") | {"k7": "failed"}
    assert outcomes(2, *texts) == wanted


def test_a_task_of_a_worker_that_was_killed_is_tried_again(deadly: None) -> None:
    assert outcomes(1, GOOD + b"# once", GOOD) == {"k0": "passed", "k1": "passed"}


def workers() -> list[psutil.Process]:
    """Those of the crews here: pytest's process may have children of other tests, too."""
    name = "checker.classroom.grading.worker"
    return [child for child in psutil.Process().children() if name in child.cmdline()]


def test_a_worker_that_was_killed_from_outside_costs_nobody_anything() -> None:
    with Crew(SETTINGS, 2) as crew:
        found = []
        for task, verdict in crew.run(iter(tasks(*(GOOD + b"# %d" % n for n in range(8))))):
            found.append((task.key, verdict.outcome))
            if len(found) in (1, 4):
                workers()[0].kill()
    assert sorted(found) == [(f"k{number}", "passed") for number in range(8)]


def test_a_worker_that_died_while_it_had_nothing_to_do_is_replaced() -> None:
    with Crew(SETTINGS, 1) as crew:
        assert [verdict.outcome for _, verdict in crew.run(iter(tasks(GOOD)))] == ["passed"]
        (child,) = workers()
        child.kill()
        child.wait()
        assert [verdict.outcome for _, verdict in crew.run(iter(tasks(GOOD)))] == ["passed"]


def test_a_task_that_two_workers_die_of_is_our_fault_and_costs_no_other(deadly: None) -> None:
    texts = [GOOD, GOOD + DEADLY, BLOCKS, GOOD + b"#", DEADLY + GOOD, BLOCKS + b"#"]
    assert outcomes(2, *texts) == {
        "k0": "passed",
        "k1": "checker_error",
        "k2": "failed",
        "k3": "passed",
        "k4": "checker_error",
        "k5": "failed",
    }


def test_a_worker_that_says_nothing_is_replaced(
    deadly: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew_module, "_GRACE_S", -SETTINGS.real_s + 2.0)
    assert outcomes(1, GOOD + b"# silent", GOOD) == {"k0": "checker_error", "k1": "passed"}


def test_a_worker_that_writes_much_to_its_standard_error_is_not_held_up(deadly: None) -> None:
    assert outcomes(1, GOOD + b"# wordy", GOOD) == {"k0": "passed", "k1": "passed"}


def test_large_attempts_and_large_verdicts_do_not_wait_for_each_other() -> None:
    """Both sides' buffers are full at the same time, again and again."""
    filler = b"\n# " + b"x" * 900_000
    prints = GOOD.replace(b"return", b"print('y' * 20_000); return") + filler
    loop = b"    for n in range(900): await asyncio.sleep(0.001)\n"
    noisy = b"import asyncio\nasync def greet(name, seconds):\n" + loop
    texts = [text + b"#%d" % n for n in range(4) for text in (prints, noisy + filler)]
    assert len(outcomes(1, *texts)) == 8


def test_where_none_can_begin_it_says_why(deadly: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANNOT", "there is no jail here.\nNext: build one.")
    with pytest.raises(CrewFailed, match=r"^there is no jail here.\nNext: build one.$"):
        Crew(SETTINGS, 2).__enter__()


def test_checks_that_were_changed_meanwhile_end_the_round(monkeypatch: pytest.MonkeyPatch) -> None:
    with Crew(SETTINGS, 1) as crew:
        crew.ready = crew.ready._replace(stamps={GREET: "another"})
        (child,) = workers()
        child.kill()
        with pytest.raises(CrewFailed, match=r"changed while it graded\.\nNext: run the same"):
            list(crew.run(iter(tasks(GOOD))))


def test_hidden_checks_leave_no_file_behind_where_a_worker_was_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    hidden = {"00_start/test_first_check.py": "async def test_it(attempt):\n    pass\n"}
    with Crew(replace(SETTINGS, hidden=hidden), 1) as crew:
        assert len(list((tmp_path / "tmp").iterdir())) == 1
        (child,) = workers()
        child.kill()
        assert len(list(crew.run(iter(tasks(GOOD))))) == 1
    assert list((tmp_path / "tmp").iterdir()) == []


def test_tables_come_in_whole_however_they_are_cut() -> None:
    made: list[dict[str, Any]] = [{"a": 1}, {"b": "x" * 1000}, {}]
    data, heard, found = b"".join(map(packed, made)), bytearray(), []
    for at in range(0, len(data), 3):
        heard += data[at : at + 3]
        found += tables_in(heard)
    assert (found, bytes(heard)) == (made, b"")


def test_a_worker_that_has_grown_large_is_replaced_between_two_tasks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(crew_module, "_LARGEST_BYTES", 1)
    seen = set()
    with Crew(SETTINGS, 1) as crew:
        found = []
        for task, verdict in crew.run(iter(tasks(GOOD, BLOCKS, GOOD + b"#"))):
            seen |= {worker.pid for worker in workers()}
            found.append((task.key, verdict.outcome))
    assert found == [("k0", "passed"), ("k1", "failed"), ("k2", "passed")]
    assert len(seen) > 1
