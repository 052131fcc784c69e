"""The helper process: it checks, it is replaced when it dies, and it goes when its kernel does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from checker.engine.engine import Job
from checker.lab.originals import monotonic, sleep
from checker.learner.desk import Desk
from checker.notebook.client import CHECKS, Client
from tests.notebook.answers import ID, RIGHT, WRONG
from tests.notebook.conftest import IMPORTS, Learner, new_course

PATIENCE_S = 30.0
SPINS = "open({marker!r}, 'w').close()\nwhile True:\n    pass\n"
# A child in a session of its own, which its parent's end does not end.
LEAVES = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        with open({marker!r}, "w") as file:
            file.write(str(os.getpid()))
        while True:
            time.sleep(1)
"""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    (folder := tmp_path / "course").mkdir()
    return new_course(folder)


@pytest.fixture
def client(course: Path) -> Iterator[Client]:
    made = Client(course)
    yield made
    made.stop()


def job(course: Path, text: str) -> Job:
    exercise = Desk(course).catalog.find(ID)
    return Job(exercise, "first_check.py", text.encode())


def wait_until(come: Callable[[], object]) -> None:
    end = monotonic() + PATIENCE_S
    while not come():
        assert monotonic() < end, "it did not come"
        sleep(0.005)


def when(come: Callable[[], object], do: Callable[[], object]) -> None:
    """Do something in a thread, as soon as something has come."""

    def wait_and_do() -> None:
        wait_until(come)
        do()

    threading.Thread(target=wait_and_do).start()


def test_it_checks(client: Client, course: Path) -> None:
    assert client.check(job(course, RIGHT)).outcome == "passed"
    assert client.check(job(course, WRONG)).outcome == "failed"


def test_something_is_done_meanwhile_once_whatever_becomes_of_the_check(
    client: Client, course: Path
) -> None:
    done: list[str] = []
    kills = "import os, signal, time\nos.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(60)\n"
    for text in (RIGHT, kills, WRONG):
        client.check(job(course, text), lambda: done.append("once"))
    assert done == ["once"] * 3


def test_where_what_is_done_meanwhile_fails_the_next_check_has_its_own_verdict(
    client: Client, course: Path
) -> None:
    def fail() -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        client.check(job(course, WRONG), fail)
    assert client.check(job(course, RIGHT)).outcome == "passed"


def test_the_text_of_a_cell_is_saved_while_it_is_checked(client: Client, course: Path) -> None:
    """A check that waits for what is done meanwhile could not end if that came after it."""
    saved = course / "saved"
    waits = f"import os\nwhile not os.path.exists({str(saved)!r}):\n    pass\n"
    verdict = client.check(job(course, waits + RIGHT), lambda: saved.touch())
    assert verdict.outcome == "passed"


def test_it_stays_the_same_from_check_to_check(client: Client, course: Path) -> None:
    client.start()
    before = client.pid
    for _ in range(3):
        client.check(job(course, RIGHT))
    assert client.pid == before


def test_one_that_died_is_replaced_before_the_next_check(client: Client, course: Path) -> None:
    client.check(job(course, RIGHT))
    assert client.pid is not None
    process = psutil.Process(client.pid)
    process.kill()
    process.wait(PATIENCE_S)
    assert client.check(job(course, RIGHT)).outcome == "passed"


def test_an_attempt_that_kills_it_costs_one_check(client: Client, course: Path) -> None:
    kills = "import os, signal, time\nos.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(60)\n"
    verdict = client.check(job(course, kills))
    assert (verdict.outcome, verdict.ended) == ("checker_error", "no checker")
    assert client.check(job(course, RIGHT)).outcome == "passed"


def test_a_damaged_course_is_told(client: Client, course: Path) -> None:
    attempt = job(course, RIGHT)
    (course / "exercises" / "00_start" / "chapter.toml").write_text("title = ")
    verdict = client.check(attempt)
    assert (verdict.outcome, verdict.ended) == ("checker_error", "no checks")
    assert "CatalogError" in verdict.printed
    assert "chapter.toml" in verdict.printed


def test_a_stop_ends_a_check_at_once_and_keeps_the_helper(
    client: Client, course: Path, tmp_path: Path
) -> None:
    marker = tmp_path / "spins"
    client.check(job(course, RIGHT))
    before, stopped_at = client.pid, []

    def stop() -> None:
        stopped_at.append(monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    when(marker.exists, stop)
    verdict = client.check(job(course, SPINS.format(marker=str(marker))))
    assert monotonic() - stopped_at[0] < 0.2
    assert (verdict.outcome, verdict.ended) == ("skipped", "interrupted")
    assert client.check(job(course, RIGHT)).outcome == "passed"
    assert client.pid == before


def test_a_stop_while_it_starts_is_heard_too(client: Client, course: Path) -> None:
    stopped_at = []

    def stop() -> None:
        stopped_at.append(monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    when(lambda: client.pid, stop)
    verdict = client.check(job(course, RIGHT))
    assert monotonic() - stopped_at[0] < 0.2
    assert verdict.ended == "interrupted"
    assert client.check(job(course, WRONG)).outcome == "failed", "and is not the answer before"


def test_checks_that_changed_on_disk_are_collected_anew(course: Path, tmp_path: Path) -> None:
    folder = tmp_path / "checks" / "00_start"
    folder.mkdir(parents=True)
    check = folder / "test_first_check.py"
    check.write_text('async def test_one(attempt):\n    """One."""\n')
    client = Client(course, tmp_path / "checks")
    try:
        assert [each.id for each in client.check(job(course, RIGHT)).checks] == ["one"]
        before = client.pid
        assert before is not None
        wait_until(psutil.Process(before).children)
        (waiting,) = psutil.Process(before).children()
        check.write_text('async def test_two(attempt):\n    """Two."""\n')
        assert [each.id for each in client.check(job(course, RIGHT)).checks] == ["two"]
        assert client.pid == before
        assert is_gone(waiting.pid), "it had the checks of before"
    finally:
        client.stop()


def test_what_an_attempt_leaves_behind_is_ended(
    client: Client, course: Path, tmp_path: Path
) -> None:
    marker = tmp_path / "left"
    waits = f"import os, time\nwhile not os.path.exists({str(marker)!r}):\n    time.sleep(0)\n"
    client.check(job(course, LEAVES.format(marker=str(marker)) + waits + RIGHT))
    assert is_gone(int(marker.read_text()))


def test_one_fork_waits_for_the_next_check_and_none_else_is_left(
    client: Client, course: Path
) -> None:
    client.check(job(course, RIGHT))
    assert client.pid is not None
    helper = psutil.Process(client.pid)
    wait_until(helper.children)
    (first,) = helper.children(recursive=True)
    says = client.check(job(course, "import os\nprint(os.getpid())\n" + RIGHT)).printed
    assert set(says.split()) == {str(first.pid)}, "it is imported anew for each of its checks"
    wait_until(helper.children)
    (second,) = helper.children(recursive=True)
    assert second.pid != first.pid
    client.stop()
    wait_until(partial(is_gone, second.pid))


KERNEL = """
import sys
from pathlib import Path
from checker.engine.engine import Job
from checker.learner.desk import Desk
from checker.notebook.client import Client
course = Path(sys.argv[1])
client = Client(course)
client.check(Job(Desk(course).catalog.find("start/first_check"), "x.py", sys.argv[2].encode()))
"""


def is_gone(pid: int) -> bool:
    return not psutil.pid_exists(pid)


def family(pid: int) -> list[psutil.Process]:
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


@pytest.mark.parametrize("program", [SPINS, LEAVES + "while True:\n    pass\n"])
def test_nothing_is_left_when_the_kernel_is_killed(
    program: str, course: Path, tmp_path: Path
) -> None:
    marker = tmp_path / "runs"
    command = [sys.executable, "-c", KERNEL, str(course), program.format(marker=str(marker))]
    kernel = subprocess.Popen(command)
    wait_until(marker.exists)
    everyone = family(kernel.pid)
    assert len(everyone) >= 3, "kernel, helper, attempt"
    kernel.kill()
    kernel.wait()
    _, alive = psutil.wait_procs(everyone, PATIENCE_S)
    assert alive == []


def test_nothing_is_left_when_an_idle_kernel_is_killed_or_ends(course: Path) -> None:
    for end in ("os.kill(os.getpid(), 9)", "pass"):
        code = KERNEL + f"print(client.pid, flush=True)\nimport os\n{end}\n"
        command = [sys.executable, "-c", code, str(course), RIGHT]
        kernel = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        helper = int(kernel.stdout)
        wait_until(partial(is_gone, helper))


def test_a_helper_that_is_started_imports_from_the_course_nothing(course: Path) -> None:
    (course / "random.py").write_text("raise SystemExit('a module of the learner')")
    client = Client(course, CHECKS)
    try:
        assert client.check(job(course, RIGHT)).outcome == "passed"
    finally:
        client.stop()


def test_a_restarted_kernel_has_a_helper_of_its_own(course: Path, tmp_path: Path) -> None:
    ask = "from checker.notebook.session import session\nsession().client.pid"
    learner = Learner(course, tmp_path)
    try:
        before = int(learner.value(ask))
        learner.manager.restart_kernel(now=True)
        learner.client.wait_for_ready(timeout=PATIENCE_S)
        wait_until(partial(is_gone, before))
        assert learner.run(IMPORTS) == []
        assert psutil.Process(int(learner.value(ask))).is_running()
    finally:
        learner.close()
