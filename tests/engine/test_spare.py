"""A fork that was made ahead of time: one attempt is checked in it, as in any other fork."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from checker.catalog import Exercise, load
from checker.engine import child, fork, orphans
from checker.engine import engine as engine_module
from checker.engine.engine import Engine
from checker.engine.limits import Limits, Send
from checker.engine.verdict import Verdict
from tests.engine.conftest import MADE_UP, job, write_checks

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
STEPS = 10  # more than there are
SHORT, LONG = Limits(real_s=0.5), Limits(real_s=60.0)
ANY = 'async def test_any(attempt):\n    """Any."""\n    await attempt.call("f")\n'
PRINTS_ITS_PROCESS = "import os\nprint(os.getpid())\ndef f():\n    pass\n"


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    before, open_before = orphans.children(), len(os.listdir("/dev/fd"))
    yield
    assert orphans.children() == before
    assert len(os.listdir("/dev/fd")) == open_before


@pytest.fixture
def forks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The processes of all forks that are made."""
    made: list[int] = []
    real = fork.Fork.__init__

    def make(self: fork.Fork, *args: Any) -> None:
        real(self, *args)
        made.append(self.pid)

    monkeypatch.setattr(fork.Fork, "__init__", make)
    return made


def with_engine(folder: Path, use: Callable[[Engine], T], checks: str = ANY) -> T:
    write_checks(folder, checks)
    return engine_module.engine([MADE_UP], use, folder)


def get_ready(engine: Engine) -> int:
    """Let an engine make a fork ahead of time; the fork's process."""
    before = orphans.children()
    while engine.get_ready():
        pass
    (made,) = orphans.children() - before
    return made


class TestAnEngine:
    def test_checks_in_the_fork_that_waits_and_in_each_only_once(self, tmp_path: Path) -> None:
        def use(engine: Engine) -> None:
            first = get_ready(engine)
            assert engine.check(job(PRINTS_ITS_PROCESS)).printed == f"{first}\n"
            second = get_ready(engine)
            assert second != first
            assert engine.check(job(PRINTS_ITS_PROCESS)).printed == f"{second}\n"
            third = engine.check(job(PRINTS_ITS_PROCESS))
            assert third.outcome == "passed"
            assert third.printed not in (f"{first}\n", f"{second}\n")

        with_engine(tmp_path, use)

    def test_has_one_that_waits_and_not_two(self, tmp_path: Path) -> None:
        def use(engine: Engine) -> None:
            get_ready(engine)
            before = orphans.children()
            assert not engine.get_ready()
            assert orphans.children() == before

        with_engine(tmp_path, use)

    def test_ends_the_one_that_waits_as_it_ends_itself(self, tmp_path: Path) -> None:
        waiting = with_engine(tmp_path, get_ready)
        assert waiting not in orphans.children()

    def test_ends_it_also_when_it_fails(self, tmp_path: Path) -> None:
        def use(engine: Engine) -> None:
            get_ready(engine)
            raise LookupError("ours")

        with pytest.raises(LookupError, match="ours"):
            with_engine(tmp_path, use)

    def test_makes_another_fork_where_the_one_that_waited_has_died(self, tmp_path: Path) -> None:
        def use(engine: Engine) -> None:
            waiting = get_ready(engine)
            os.kill(waiting, signal.SIGKILL)
            os.waitid(os.P_PID, waiting, os.WEXITED | os.WNOWAIT)
            verdict = engine.check(job(PRINTS_ITS_PROCESS))
            assert (verdict.outcome, verdict.ended) == ("passed", "")
            assert verdict.printed != f"{waiting}\n"

        with_engine(tmp_path, use)

    def test_shows_an_attempt_nothing_of_the_one_before(self, tmp_path: Path) -> None:
        leaves = "import os, sys\nos.environ['LEFT'] = sys.left = 'here'\ndef f():\n    pass\n"
        looks = "import os, sys\nprint('LEFT' in os.environ, hasattr(sys, 'left'))\n"

        def use(engine: Engine) -> None:
            get_ready(engine)
            engine.check(job(leaves))
            get_ready(engine)
            assert engine.check(job(looks)).printed == "False False\n"

        with_engine(tmp_path, use)

    def test_gets_ready_also_where_there_are_no_checks(self, tmp_path: Path) -> None:
        def use(engine: Engine) -> Verdict:
            get_ready(engine)
            return engine.check(job(PRINTS_ITS_PROCESS))

        empty = engine_module.engine([MADE_UP], use, tmp_path)
        assert (empty.outcome, empty.ended) == ("checker_error", "no checks")

    def test_that_spawns_has_nothing_to_get_ready(self, tmp_path: Path) -> None:
        write_checks(tmp_path, ANY)
        assert not engine_module.engine([MADE_UP], Engine.get_ready, tmp_path, forks=False)


# One that ends before it has an attempt, and one that prints: what a rehearsal leaves would show.
FAILS_BEFORE_ITS_ATTEMPT = """
import pytest

@pytest.fixture
def breaks():
    raise LookupError("ours")

def test_breaks(breaks, attempt):
    \"\"\"It breaks.\"\"\"

async def test_calls(attempt, clock, draw):
    \"\"\"It calls.\"\"\"
    print("a check prints")
    await attempt.call("f", draw.random())
"""


def test_a_rehearsal_is_not_to_be_seen_in_a_verdict(tmp_path: Path) -> None:
    attempt = job("import asyncio\nasync def f(x):\n    print(x)\n    await asyncio.sleep(x)\n")

    def use(engine: Engine) -> tuple[Verdict, Verdict]:
        return checked(engine, attempt, ready=False), checked(engine, attempt, ready=True)

    fresh, ready = with_engine(tmp_path, use, FAILS_BEFORE_ITS_ATTEMPT)
    assert [check.outcome for check in fresh.checks] == ["checker_error", "passed"]
    assert ready == fresh


COURSE = load(ROOT / "exercises")
ONE_PER_CHAPTER = [chapter.exercises[0] for chapter in COURSE.chapters]


@pytest.mark.parametrize(
    "exercises",
    [ONE_PER_CHAPTER, pytest.param(COURSE.exercises, marks=pytest.mark.long)],
    ids=["one per chapter", "all"],
)
def test_a_solution_gets_the_same_verdict_as_in_a_fresh_fork(
    exercises: list[Exercise], forks: list[int]
) -> None:
    def use(engine: Engine) -> None:
        for exercise in exercises:
            path = ROOT / "solutions" / exercise.path
            attempt = engine_module.Job(exercise, str(path), path.read_bytes())
            # What waits has rehearsed the exercise before, then this one.
            before = len(forks)
            found = [checked(engine, attempt, ready) for ready in (True, True, False)]
            assert len(forks) == before + 3, "one that waited was not as it should be"
            assert found[0] == found[2]
            assert found[1] == found[2]

    engine_module.engine(exercises, use)


LEAVES_SOMETHING = """
import sys

async def test_leaves(attempt):
    \"\"\"It leaves something.\"\"\"
    sys.left = True
    await attempt.call("f")
"""


def test_a_fork_whose_rehearsal_left_something_gets_no_attempt(
    tmp_path: Path, forks: list[int]
) -> None:
    def use(engine: Engine) -> None:
        waiting = get_ready(engine)
        os.waitid(os.P_PID, waiting, os.WEXITED | os.WNOWAIT)
        assert engine.check(job(PRINTS_ITS_PROCESS)).printed == f"{forks[1]}\n"

    with_engine(tmp_path, use, LEAVES_SOMETHING)


def checked(engine: Engine, attempt: engine_module.Job, ready: bool) -> Verdict:
    """A verdict without its real time.

    A trace names the line and the function that its run was started from. The calls that fork are
    therefore made by one line of a library.
    """
    verdicts: list[Verdict] = []
    with ExitStack() as calls:  # The last is called first.
        calls.callback(verdicts.extend, map(engine.check, [attempt]))
        for _ in range(STEPS if ready else 0):
            calls.callback(engine.get_ready)
    return replace(verdicts[0], real_s=0.0)


class TestAForkThatWaits:
    def test_gets_ready_before_it_has_its_order(self) -> None:
        seen: list[str] = []

        def work(order: str, send: Send) -> None:
            send({"seen": [*seen, order]})

        made = fork.Fork(work, lambda: seen.append("got ready"))
        assert made.run("an order", LONG).records == [{"seen": ["got ready", "an order"]}]
        assert seen == []

    def test_gets_a_long_order_whole(self) -> None:
        made = fork.Fork(lambda order, send: send({"length": len(order)}))
        assert made.run(b"x" * 3_000_000, LONG).records == [{"length": 3_000_000}]

    def test_keeps_to_the_limits_of_its_order(self) -> None:
        def floods(order: Any, send: Send) -> None:
            while True:
                print("flood")

        def grows(order: Any, send: Send) -> None:
            try:
                bytearray(500_000_000)
            except MemoryError:
                send({"refused": True})

        made = fork.Fork(floods)
        ended = made.run(None, LONG._replace(printed_bytes=100_000))
        assert ended.how == "printed too much"
        made = fork.Fork(grows)
        ended = made.run(None, LONG._replace(memory_bytes=100_000_000))
        assert sys.platform != "linux" or ended.records == [{"refused": True}]

    def test_is_ended_when_it_spins_or_when_it_is_cancelled(self) -> None:
        def spins(order: Any, send: Send) -> None:
            while True:
                pass

        assert fork.Fork(spins).run(None, SHORT).how == "blocked"
        read, write = os.pipe()
        os.write(write, b"stop")
        assert fork.Fork(spins).run(None, LONG, [read]).how == "cancelled"
        os.close(read)
        os.close(write)

    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux brings orphans up to us")
    def test_leaves_nothing_and_leaves_others_alone(self) -> None:
        def leaves(order: Any, send: Send) -> None:
            if os.fork() == 0:
                os.setsid()
                while True:
                    signal.pause()

        other = fork.Fork(lambda order, send: send({"order": order}))
        before = orphans.children()
        fork.Fork(leaves).run(None, LONG)
        assert orphans.children() == before
        assert other.run("still here", LONG).records == [{"order": "still here"}]

    def test_has_none_of_its_parents_files(self) -> None:
        files = [*os.pipe()]

        def work(order: Any, send: Send) -> None:
            send({"open": [n for n in range(200) if _is_open(n)], "input": sys.stdin.read()})

        made = fork.Fork(work)
        files += os.pipe()
        assert made.run(None, LONG).records == [{"open": [0, 1, 2, 3, 4], "input": ""}]
        for descriptor in files:
            os.close(descriptor)

    def test_that_died_says_so_and_has_begun_nothing(self) -> None:
        made = fork.Fork(lambda order, send: send({}))
        os.kill(made.pid, signal.SIGKILL)
        os.waitid(os.P_PID, made.pid, os.WEXITED | os.WNOWAIT)
        with pytest.raises(fork.Gone):
            made.run(None, LONG)

    def test_that_fails_to_get_ready_has_begun_nothing(self) -> None:
        made = fork.Fork(lambda order, send: send({}), lambda: sys.exit("not ready"))
        os.waitid(os.P_PID, made.pid, os.WEXITED | os.WNOWAIT)
        with pytest.raises(fork.Gone):
            made.run(None, LONG)

    def test_that_fails_to_get_ready_while_its_order_waits_has_begun_nothing(self) -> None:
        def fail() -> None:
            select.select([child.ORDER], [], [])
            sys.exit("not ready")

        made = fork.Fork(lambda order, send: send({}), fail)
        with pytest.raises(fork.Gone, match="not ready"):
            made.run(None, LONG)

    def test_is_not_needed_and_ends(self) -> None:
        made = fork.Fork(lambda order, send: send({}))
        made.end()
        assert made.pid not in orphans.children()


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


WAITS = """
import os, signal, sys
from checker.engine import child, fork
{first}
made = fork.Fork(lambda order, send: None)
print(made.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("first", ["", "child._die_with_parent = lambda: None"])
def test_it_ends_when_its_parent_is_killed(first: str) -> None:
    """Also where no signal tells it so: then it reads that nobody is left to give an order."""
    with subprocess.Popen(
        [sys.executable, "-c", WAITS.format(first=first)], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        waiting = int(parent.stdout.readline())
        parent.wait()
    assert _is_gone_after_a_while(waiting)


def _is_gone_after_a_while(pid: int) -> bool:
    """Wait for the end of a process that is no child of ours."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], 30.0)[0])
    finally:
        os.close(descriptor)
