"""What chapter 06 says of real processes, and of Python's versions, is so."""

from __future__ import annotations

import concurrent.futures
import errno
import hashlib
import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest

# A service with a pool at the top of its module. It says its port and the pid of its worker.
SERVER = """
import multiprocessing, os, signal, socket, sys
from concurrent.futures import ProcessPoolExecutor

server = socket.create_server(("127.0.0.1", 0))
pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context(sys.argv[1]))
print(server.getsockname()[1], pool.submit(os.getpid).result(), flush=True)
if len(sys.argv) > 2:
    os.kill(os.getpid(), int(sys.argv[2]))
"""


@contextmanager
def ended_server(*argv: str) -> Iterator[tuple[int, int]]:
    """The port and the worker's pid of a server that has ended. Its output ends with its worker."""
    command = [sys.executable, "-c", SERVER, *argv]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdout is not None
        port, worker = map(int, server.stdout.readline().split())
        server.wait()
        yield port, worker


def bind(port: int) -> str:
    """What a server that starts now hears."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    return "free"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=lambda each: each.name)
@pytest.mark.parametrize(("method", "found"), [("fork", "EADDRINUSE"), ("spawn", "free")])
def test_a_worker_outlives_a_killed_server_and_a_forked_one_holds_its_port(
    method: str, found: str, number: signal.Signals
) -> None:
    with ended_server(method, str(int(number))) as (port, worker):
        got = bind(port)
        os.kill(worker, signal.SIGKILL)  # It raises if there is no such process.
    assert got == found


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_python_ends_the_workers_when_it_exits_in_good_order(method: str) -> None:
    with ended_server(method) as (port, worker):
        assert bind(port) == "free"
        with pytest.raises(ProcessLookupError):
            os.kill(worker, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="the chapter speaks of Linux")
def test_pools_fork_up_to_python_3_13() -> None:
    ask = "import multiprocessing; print(multiprocessing.get_start_method())"
    told = subprocess.check_output([sys.executable, "-c", ask], text=True).strip()
    assert told == ("fork" if sys.version_info < (3, 14) else "forkserver")


def test_a_pool_of_interpreters_came_with_python_3_14() -> None:
    has_pool = hasattr(concurrent.futures, "InterpreterPoolExecutor")
    assert has_pool == (sys.version_info >= (3, 14))
    assert hasattr(sys, "_is_gil_enabled") == (sys.version_info >= (3, 13))


def test_a_thread_may_keep_the_gil_for_5_ms() -> None:
    ask = "import sys; print(sys.getswitchinterval())"
    assert subprocess.check_output([sys.executable, "-c", ask], text=True).strip() == "0.005"


def test_an_error_of_httpx_cannot_be_read_again() -> None:
    request = httpx.Request("GET", "http://shop/")
    error = httpx.HTTPStatusError("no", request=request, response=httpx.Response(404))
    with pytest.raises(TypeError, match="request"):
        pickle.loads(pickle.dumps(error))


BLOCK = bytes(1 << 20)
LIST = [0] * (1 << 9)


@pytest.mark.parametrize(
    ("work", "drops"),
    [
        (lambda: hashlib.sha256(BLOCK), True),
        (lambda: zlib.compressobj(1).compress(BLOCK), True),
        (lambda: json.dumps(LIST), False),
        (lambda: pickle.dumps(LIST), False),
    ],
    ids=["sha256", "zlib", "json", "pickle"],
)
def test_some_code_in_c_drops_the_gil(work: Callable[[], object], drops: bool) -> None:
    """Nobody is asked to drop the GIL here, so another thread runs only where it is dropped."""
    begun = threading.Event()
    ran: list[bool] = []
    seen: list[bool] = []

    def compute() -> None:
        begun.set()
        for _ in range(2000):
            work()
            if ran:
                seen.append(True)
                return

    thread, interval = threading.Thread(target=compute), sys.getswitchinterval()
    sys.setswitchinterval(1000)
    try:
        thread.start()
        begun.wait()
        ran.append(True)
        thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert bool(seen) == drops
