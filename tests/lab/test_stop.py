"""Ctrl-C ends a run within a second, whatever the program does, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from checker import lab
from checker.lab.originals import monotonic
from checker.trace import End
from tests.lab.hostile import PROGRAMS, spin, spin_and_swallow
from tests.lab.stopping import User

LIMIT_S = 1.0
TURNS = 10**9  # A program that spins is to be stopped by the user here, not by the lab.


@pytest.fixture
def user() -> Iterator[User]:
    with User().as_thread() as user:
        yield user


@pytest.fixture
def process_user() -> Iterator[User]:
    with User().as_process() as user:
        yield user


async def use_everything() -> None:
    """Uses all that a stop may have broken."""
    await asyncio.sleep(1)
    await asyncio.to_thread(time.sleep, 1)
    lock = threading.Lock()
    with lock:
        time.sleep(1)


def run_until_stopped(user: User, main: Any, *args: Any) -> lab.Interrupted:
    with pytest.raises(lab.Interrupted) as caught:
        lab.run(main, *args, turns=TURNS)
    assert user.waited_s() < LIMIT_S
    return caught.value


@pytest.mark.parametrize("name", PROGRAMS)
def test_ctrl_c_ends_within_a_second_a_program_in_which(
    name: str, user: User, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    error = run_until_stopped(user, PROGRAMS[name], user)
    assert re.match(r"stopped by Ctrl-C at \S+ s of the program's time", str(error))
    assert "\n" not in str(error)
    assert not hasattr(error, "__notes__")
    assert error.run is not None
    end = error.run.trace.events[-1]
    assert isinstance(end, End)
    assert end.outcome == "stopped"

    gc.collect()
    assert lab.run(use_everything).elapsed == 3
    assert caplog.records == []
    assert capsys.readouterr() == ("", "")


def test_the_message_says_which_task_stood_where(user: User) -> None:
    error = run_until_stopped(user, PROGRAMS["spins"], user)
    assert re.search(r"at 0 s of the program's time, in main at hostile.py:\d+$", str(error))


def test_the_message_says_which_thread_stood_where(user: User) -> None:
    error = run_until_stopped(user, PROGRAMS["a_thread_spins"], user)
    assert re.search(r"in thread-1 at hostile.py:\d+$", str(error))


def test_a_program_that_cleans_up_shortly_may(user: User) -> None:
    seen = []

    async def main() -> None:
        try:
            user.now()
            spin()
        except KeyboardInterrupt:
            seen.append("caught")
            raise
        finally:
            seen.append("cleaned up")

    run_until_stopped(user, main)
    assert seen == ["caught", "cleaned up"]


def test_the_other_tasks_are_not_run_again_after_a_stop(user: User) -> None:
    seen = []

    async def other() -> None:
        try:
            await asyncio.sleep(10)
        finally:
            seen.append("cleaned up")

    async def main() -> None:
        task = asyncio.create_task(other())
        await asyncio.sleep(1)
        user.now()
        spin()
        await task

    run_until_stopped(user, main)
    gc.collect()
    assert seen == []


def test_a_regular_expression_ends_at_once(process_user: User) -> None:
    async def main() -> None:
        process_user.now()
        re.match(r"(a+)+$", "a" * 60 + "b")

    run_until_stopped(process_user, main)


def test_a_long_call_into_c_ends_the_run_as_soon_as_it_returns(process_user: User) -> None:
    seen: list[float] = []
    ended = threading.Event()

    class Last:
        def __iter__(self) -> Iterator[int]:
            process_user.now()
            yield from range(3)

    async def main() -> None:
        # sum() looks at no signal; its argument says when it begins.
        sum(Last(), 0)
        total = sum(range(20_000_000))
        seen.append(monotonic())
        seen.append(total)
        ended.set()

    with pytest.raises(lab.Interrupted):
        lab.run(main)
    # Either the signal met the program before the long call, or it ended right behind it.
    assert not ended.is_set()


def test_a_thread_in_a_call_that_cannot_be_interrupted_is_named(user: User) -> None:
    read, write = os.pipe()
    threads = []

    def job() -> None:
        threads.append(threading.current_thread())
        user.now()
        os.read(read, 1)

    async def main() -> None:
        await asyncio.to_thread(job)

    error = run_until_stopped(user, main)
    assert str(error).startswith("stopped by Ctrl-C")
    (note,) = error.__notes__
    assert "cannot interrupt" in note
    assert (
        re.search(r"thread-1, in .* at test_stop.py:\d+", note) or "thread-1 at test_stop" in note
    )
    assert lab.run(use_everything).elapsed == 3
    # Once its call returns, it ends.
    os.write(write, b"x")
    threads[0].join(10)
    assert not threads[0].is_alive()
    os.close(read)
    os.close(write)


def test_a_thread_left_by_one_run_cannot_disturb_the_next() -> None:
    read, write = os.pipe()
    threads = []

    def job() -> None:
        threads.append(threading.current_thread())
        os.read(read, 1)
        with contextlib.suppress(BaseException):
            os.read(read, 1)
        time.sleep(100)  # On whose clock?

    async def first() -> None:
        await asyncio.to_thread(job)

    async def second() -> float:
        os.write(write, b"xx")
        deadline = monotonic() + 10
        while threads[0].is_alive() and monotonic() < deadline:
            pass
        return asyncio.get_running_loop().time()

    with pytest.raises(lab.ThreadStuck):
        lab.run(first, patience=0.05)
    assert lab.run(second).result == 0
    assert not threads[0].is_alive()
    os.close(read)
    os.close(write)


def test_a_press_while_the_lab_tidies_up_is_not_lost() -> None:
    presser: User

    class Dies:
        def __init__(self) -> None:
            self.me = self

        def __del__(self) -> None:
            presser.now()
            presser.wait_until_pressed()

    async def main() -> None:
        Dies()

    with User().as_thread(at_once=True) as presser, pytest.raises(lab.Interrupted):
        lab.run(main)


def test_catch_does_not_keep_a_stop(user: User) -> None:
    with pytest.raises(lab.Interrupted):
        lab.run(PROGRAMS["spins"], user, catch=True)


def test_no_except_exception_around_a_run_keeps_a_stop() -> None:
    assert not issubclass(lab.Interrupted, Exception)
    assert issubclass(lab.Interrupted, KeyboardInterrupt)


def test_an_ignored_signal_stays_ignored() -> None:
    async def main() -> int:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(1)
        return 1

    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert lab.run(main).result == 1
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no such timer")
def test_somebody_elses_alarm_is_not_disturbed(user: User) -> None:
    rung: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda number, frame: rung.append(number))
    try:
        signal.setitimer(signal.ITIMER_REAL, 1000)
        run_until_stopped(user, PROGRAMS["spins_and_swallows"], user)
        assert 900 < signal.getitimer(signal.ITIMER_REAL)[0] <= 1000
        assert rung == []

        async def main() -> None:
            signal.raise_signal(signal.SIGALRM)
            await asyncio.sleep(1)

        lab.run(main)
        assert rung == [signal.SIGALRM]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring came with Python 3.12")
def test_somebody_elses_monitoring_tool_is_not_disturbed(user: User) -> None:
    if sys.version_info >= (3, 12):
        sys.monitoring.use_tool_id(4, "somebody")
        try:
            run_until_stopped(user, PROGRAMS["spins_and_swallows"], user)
            assert sys.monitoring.get_tool(4) == "somebody"
        finally:
            sys.monitoring.free_tool_id(4)


def test_somebody_elses_tracer_is_not_disturbed(user: User) -> None:
    def tracer(frame: Any, event: str, arg: Any) -> None:
        return None

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        run_until_stopped(user, PROGRAMS["swallows_twice_over"], user)
        assert sys.gettrace() is tracer
    finally:
        sys.settrace(before)


def test_the_lab_works_on_another_thread_and_leaves_signals_alone_there() -> None:
    found: list[Any] = []

    async def main() -> None:
        found.append(signal.getsignal(signal.SIGINT))
        await use_everything()

    def work() -> None:
        found.append(lab.run(main).elapsed)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [signal.getsignal(signal.SIGINT), 3]


def test_on_another_thread_too_a_program_that_swallows_its_end_is_ended() -> None:
    found: list[Any] = []

    async def main() -> None:
        lock = threading.Lock()
        lock.acquire()
        with contextlib.suppress(BaseException):
            lock.acquire()
        spin_and_swallow()

    def work() -> None:
        try:
            lab.run(main)
        except BaseException as error:
            found.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert isinstance(found[0], lab.Deadlock)
