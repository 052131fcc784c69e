"""Wrong uses are met with the likely mistake and the fix."""

from __future__ import annotations

import asyncio
import functools
import multiprocessing
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from checker import lab
from checker.lab import swap
from tests.lab.places import place


async def inner() -> int:
    await asyncio.sleep(1)
    return 1


def refused(main: Callable[[], Any], *words: str) -> lab.WrongUse:
    """Running `main` is a wrong use, and the message holds these words."""
    with pytest.raises(lab.WrongUse) as caught:
        lab.run(main)
    for word in words:
        assert word in str(caught.value)
    return caught.value


def noted(main: Callable[[], Any], error: type[Exception], text: str, *words: str) -> None:
    """`main` fails with asyncio's own error, and a note to it holds these words."""
    with pytest.raises(error, match=text) as caught:
        lab.run(main)
    (note,) = caught.value.__notes__
    for word in words:
        assert word in note


# What is given to `run`.


def test_a_coroutine_in_place_of_its_function() -> None:
    main: Any = inner()
    refused(main, "takes the function, not the coroutine", "lab.run(inner)", "not lab.run(inner())")


def test_a_sync_function_is_refused_before_anything_runs() -> None:
    ran = []

    def main() -> None:
        ran.append(1)

    refused(main, "main is not async", "async def main(...)")
    assert ran == []


def test_a_sync_method_is_refused_as_well() -> None:
    class Service:
        def main(self) -> None: ...

    refused(Service().main, "main is not async")


def test_a_lambda_that_returns_nothing_to_await() -> None:
    refused(lambda: 3, "<lambda> is not async", "returned 3", "async def main(...)")


def test_a_builtin_function() -> None:
    refused(print, "print is not async", "returned None")


def test_an_async_generator() -> None:
    async def numbers() -> AsyncIterator[int]:
        yield 1

    main: Any = numbers
    refused(main, "numbers is an async generator", "yield")


def test_something_that_is_not_callable() -> None:
    main: Any = 3
    refused(main, "takes an async function", "int", "async def main()")


class CallableObject:
    async def __call__(self) -> int:
        return await inner()


class AwaitableObject:
    def __await__(self) -> Generator[Any, None, int]:
        return inner().__await__()


def wrapped() -> Callable[[], Coroutine[Any, Any, int]]:
    @functools.wraps(inner)
    def wrapper() -> Coroutine[Any, Any, int]:
        return inner()

    return wrapper


@pytest.mark.parametrize(
    "main",
    [
        functools.partial(inner),
        CallableObject(),
        lambda: inner(),
        lambda: AwaitableObject(),
        wrapped(),
    ],
    ids=["partial", "async call", "lambda", "awaitable", "wrapper"],
)
def test_what_returns_something_to_await_is_fine(main: Callable[[], Awaitable[int]]) -> None:
    run = lab.run(main)
    assert (run.result, run.elapsed) == (1, 1)


@pytest.mark.parametrize("size", [{"cores": 0}, {"threads": -1}, {"cores": 1.5}])
def test_a_machine_of_an_impossible_size(size: dict[str, Any]) -> None:
    with pytest.raises(lab.WrongUse, match="whole number"):
        lab.run(inner, **size)


# Runs and loops within a run.


def test_a_run_within_a_run() -> None:
    async def main() -> None:
        lab.run(inner)

    refused(main, "lab.run inside of lab.run", "await")


def test_a_run_within_a_worker_thread() -> None:
    async def main() -> None:
        await asyncio.to_thread(lab.run, inner)

    refused(main, "lab.run inside of lab.run", "await")


def test_a_run_within_a_task() -> None:
    async def task() -> None:
        lab.run(inner)

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(task())

    with pytest.raises(ExceptionGroup) as caught:
        lab.run(main)
    (error,) = caught.value.exceptions
    assert isinstance(error, lab.WrongUse)
    assert "lab.run inside of lab.run" in str(error)


def test_asyncio_run_on_the_loop() -> None:
    async def main() -> None:
        asyncio.run(inner())

    noted(main, RuntimeError, "running event loop", "a loop already", "await main()")


def test_asyncio_run_in_a_worker_thread() -> None:
    async def main() -> None:
        await asyncio.to_thread(lambda: asyncio.run(inner()))

    refused(main, "an event loop of its own", "await", "run_coroutine_threadsafe")


def test_a_new_event_loop() -> None:
    async def main() -> None:
        asyncio.new_event_loop().run_until_complete(inner())

    refused(main, "an event loop of its own", "await")


def test_another_loop_that_exists_already() -> None:
    loop = asyncio.new_event_loop()

    async def main() -> None:
        loop.run_until_complete(asyncio.sleep(1))

    try:
        noted(main, RuntimeError, "another loop is running", "a loop already", "await main()")
    finally:
        loop.close()


@pytest.mark.filterwarnings("ignore:.*Policy:DeprecationWarning")  # Since 3.14, until 3.16.
@pytest.mark.filterwarnings("ignore:.*policy:DeprecationWarning")
def test_an_event_loop_policy_changes_nothing() -> None:
    class NoLoops(asyncio.DefaultEventLoopPolicy):
        def new_event_loop(self) -> asyncio.AbstractEventLoop:
            raise AssertionError("the lab asks no policy for its loop")

    async def main() -> None:
        await asyncio.to_thread(lambda: asyncio.run(inner()))

    asyncio.set_event_loop_policy(NoLoops())
    try:
        assert lab.run(inner).elapsed == 1
        refused(main, "an event loop of its own")
    finally:
        asyncio.set_event_loop_policy(None)


def test_a_future_of_another_loop() -> None:
    loop = asyncio.new_event_loop()
    future = loop.create_future()

    async def main() -> None:
        await future

    noted(main, RuntimeError, "different loop", "belongs to another loop", "Make it inside")
    loop.close()


def test_a_lock_of_another_run() -> None:
    lock = asyncio.Lock()

    async def hold() -> None:
        async with lock:
            await asyncio.sleep(1)

    async def main() -> None:
        await asyncio.gather(hold(), hold())

    assert lab.run(main).elapsed == 2
    noted(main, RuntimeError, "different event loop", "belongs to another loop", "Make it inside")


def test_the_note_is_added_within_a_group_too() -> None:
    async def task() -> None:
        asyncio.run(inner())

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(task())

    with pytest.raises(ExceptionGroup) as caught:
        lab.run(main)
    (note,) = caught.value.exceptions[0].__notes__
    assert "await main()" in note


def test_a_task_made_in_a_worker_thread() -> None:
    async def main() -> None:
        await asyncio.to_thread(lambda: asyncio.get_running_loop())

    noted(main, RuntimeError, "no running event loop", "run_coroutine_threadsafe")


def test_stopping_the_loop() -> None:
    async def main() -> None:
        asyncio.get_running_loop().stop()
        await asyncio.sleep(1)

    noted(main, RuntimeError, "stopped before", "loop.stop()", "return")


# The world outside.

URL = "http://example.com/"


def test_a_socket() -> None:
    async def main() -> None:
        with socket.socket() as sock:
            sock.connect(("192.0.2.1", 80))

    with pytest.raises(lab.NoNetwork, match=r"192\.0\.2\.1:80.*no network in the lab.*upstream"):
        lab.run(main)


def test_a_host_name() -> None:
    async def main() -> None:
        socket.create_connection(("example.com", 80))

    with pytest.raises(lab.NoNetwork, match=r"example\.com.*upstream"):
        lab.run(main)


def test_urllib() -> None:
    async def main() -> None:
        urllib.request.urlopen(URL)

    with pytest.raises(urllib.error.URLError, match="no network in the lab"):
        lab.run(main)


def test_a_connection_of_asyncio() -> None:
    async def main() -> None:
        await asyncio.open_connection("example.com", 80)

    with pytest.raises(lab.NoNetwork, match=r"example\.com:80.*upstream"):
        lab.run(main)


def test_a_server() -> None:
    async def main() -> None:
        await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)

    with pytest.raises(lab.NoNetwork, match=r"listen on.*lab\.serve"):
        lab.run(main)


def test_another_program() -> None:
    async def main() -> None:
        subprocess.run(["true"])

    refused(main, "starts another program", "lab.real.run")


def test_another_program_through_asyncio() -> None:
    async def main() -> None:
        await asyncio.create_subprocess_exec("true")

    refused(main, "starts no other programs")


def test_the_standard_library_may_start_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    import platform
    import uuid

    async def main() -> tuple[str, int]:
        monkeypatch.setattr(platform, "_uname_cache", None, raising=False)
        return platform.uname().processor, uuid.getnode()

    processor, node = lab.run(main).result
    assert isinstance(processor, str)
    assert node > 0


def test_a_process() -> None:
    async def main() -> None:
        multiprocessing.Process(target=print).start()

    refused(main, "starts no processes", "ProcessPoolExecutor")


@pytest.mark.parametrize("name", ["signal", "alarm", "setitimer"])
def test_signals(name: str) -> None:
    if not hasattr(signal, name):
        pytest.skip("this system has no such call")

    async def main() -> None:
        getattr(signal, name)(signal.SIGINT, signal.SIG_DFL)

    refused(main, "no signal reaches a program in the lab", "Ctrl-C")


def test_signals_through_the_loop() -> None:
    async def main() -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, print)

    refused(main, "no signal reaches a program in the lab", "Ctrl-C")


# Threads.


@pytest.fixture
def used_pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(print, end="").result()
        yield pool


def test_a_pool_whose_threads_began_outside(used_pool: ThreadPoolExecutor) -> None:
    async def main() -> None:
        await asyncio.get_running_loop().run_in_executor(used_pool, time.sleep, 1)

    refused(main, "started its threads outside of the run", "inside of the function")


def test_a_thread_that_never_ends_is_named_with_its_line() -> None:
    def poll() -> None:
        while True:
            pass

    async def main() -> None:
        thread = threading.Thread(target=poll, name="poller")
        thread.start()
        await asyncio.sleep(1)

    with pytest.raises(lab.ThreadStuck) as caught:
        lab.run(main, patience=0.1)
    text = str(caught.value)
    assert "poller has run for 0.1 s of real time" in text
    assert place(poll, "pass") in text or place(poll, "while") in text
    assert "lab.cpu" in text
    assert caught.value.run is not None
    assert caught.value.run.trace.outcome == "stuck"
    assert not hasattr(caught.value, "__notes__"), "it was ended"


def test_a_lock_that_a_thread_outside_holds() -> None:
    lock = threading.Lock()
    lock.acquire()

    async def main() -> None:
        with lock:
            pass

    with pytest.raises(lab.ThreadStuck, match="a thread outside of the run holds"):
        lab.run(main, patience=0.1)
    lock.release()


def test_a_function_that_the_program_put_in_place_of_sleep_stays_its_own() -> None:
    code = (
        "import time\n"
        "from checker import lab\n"
        "slept = []\n"
        "time.sleep = lambda seconds: slept.append(seconds)\n"
        "async def main():\n"
        "    time.sleep(2)\n"
        "print(lab.run(main).elapsed, slept)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("0.0 [2]\n", "")


# The interpreter.


@pytest.mark.parametrize("flags", ["t", "td"])
def test_a_free_threaded_build(flags: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "abiflags", flags)
    with pytest.raises(RuntimeError, match=r"free-threaded build.*relies on the GIL; use"):
        swap.verify()


def test_the_flag_of_a_free_threaded_build_says_what_the_configuration_says() -> None:
    assert ("t" in sys.abiflags) == bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
