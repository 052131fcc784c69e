"""Point 8: calls that block for real are caught on the loop, and there is no network."""

from __future__ import annotations

import asyncio
import io
import os
import socket
import sqlite3
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from checker import lab
from checker.lab.blocking import Blocking
from tests.lab.places import place


def blocked_by(call: Callable[[], Any]) -> list[Blocking]:
    """What a run reports that makes this call on the loop."""

    async def main() -> None:
        call()

    run = lab.run(main)
    assert run.elapsed == 0
    return run.blocked


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A file to work with."""
    path = tmp_path / "page.txt"
    path.write_text("hello")
    return path


# What is caught, and how it is reported.


def test_a_file_that_is_read_on_the_loop_is_reported_at_its_line(page: Path) -> None:
    def read() -> str:
        with open(page) as file:
            return file.read()

    async def main() -> str:
        await asyncio.sleep(2)
        return read()

    run = lab.run(main)
    assert run.result == "hello"
    (blocked,) = [each for each in run.blocked if each.what == "io.TextIOWrapper.read"]
    assert blocked.where == place(read, "file.read()")
    assert (blocked.at, blocked.seconds, blocked.task) == (2, 0, "main")


CALLS: list[tuple[Callable[[Path], Any], str]] = [
    (lambda path: path.open().read(), "io.TextIOWrapper.read"),
    (lambda path: path.open("rb").read(), "io.BufferedReader.read"),
    (lambda path: path.open("wb", buffering=8).write(b"x" * 99), "io.BufferedWriter.write"),
    (lambda path: os.stat(path), "os.stat"),
    (lambda path: path.exists(), "os.stat"),
    (lambda path: os.listdir(path.parent), "os.listdir"),
    (lambda path: os.access(path, os.R_OK), "os.access"),
    (lambda path: os.remove(path), "os.remove"),
    (lambda path: os.rename(path, path.with_suffix(".new")), "os.rename"),
    (lambda path: os.mkdir(path.parent / "folder"), "os.mkdir"),
    (lambda path: os.readlink("/proc/self/cwd"), "os.readlink"),
]


@pytest.mark.parametrize(("call", "what"), CALLS, ids=[what for _, what in CALLS])
def test_calls_on_files_are_reported(
    call: Callable[[Path], Any], what: str, page: Path, recwarn: pytest.WarningsRecorder
) -> None:
    found = blocked_by(lambda: call(page))
    assert what in [each.what for each in found]
    assert {each.where.partition(":")[0] for each in found} == {"test_point_08_real_calls.py"}
    assert {each.seconds for each in found} == {0}


def test_a_database_in_a_file_is_reported(tmp_path: Path) -> None:
    def query() -> list[Any]:
        connection = sqlite3.connect(tmp_path / "data.db")
        try:
            connection.execute("create table t (n)")
            connection.execute("insert into t values (7)")
            connection.commit()
            return connection.execute("select n from t").fetchall()
        finally:
            connection.close()

    found: list[Any] = []
    whats = [each.what for each in blocked_by(lambda: found.extend(query()))]
    assert found == [(7,)]
    assert whats.count("sqlite3.Connection.execute") == 3
    assert "sqlite3.Connection.commit" in whats
    assert "sqlite3.Cursor.fetchall" in whats


def test_input_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("an answer\n"))
    said: list[str] = []
    found = blocked_by(lambda: said.append(input()))
    assert said == ["an answer"]
    assert "builtins.input" in [each.what for each in found]


def test_reading_a_blocking_socket_is_reported() -> None:
    def talk() -> bytes:
        here, there = socket.socketpair()
        with here, there:
            here.sendall(b"ping")
            return there.recv(4)

    heard: list[bytes] = []
    whats = [each.what for each in blocked_by(lambda: heard.append(talk()))]
    assert heard == [b"ping"]
    assert whats == ["socket.socket.sendall", "socket.socket.recv"]


def test_reading_a_socket_that_does_not_block_is_no_news() -> None:
    def talk() -> None:
        here, there = socket.socketpair()
        with here, there:
            there.setblocking(False)
            with pytest.raises(BlockingIOError):
                there.recv(4)

    assert blocked_by(talk) == []


def test_the_same_calls_in_a_thread_are_what_threads_are_for(page: Path) -> None:
    async def main() -> list[Any]:
        def work() -> list[Any]:
            return [page.read_text(), page.exists(), os.listdir(page.parent)]

        by_anyio = await anyio.Path(page).read_text()
        return [*await asyncio.to_thread(work), by_anyio]

    run = lab.run(main)
    assert run.result == ["hello", True, ["page.txt"], "hello"]
    assert run.blocked == []


def test_an_import_is_not_the_programs_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "module_of_the_test.py").write_text("VALUE = 7\n")
    monkeypatch.syspath_prepend(tmp_path)

    def load() -> None:
        module_of_the_test = __import__("module_of_the_test")

        assert module_of_the_test.VALUE == 7

    assert blocked_by(load) == []


def test_what_the_lab_itself_looks_up_is_not_the_programs_call() -> None:
    async def main() -> None:
        task = asyncio.create_task(asyncio.sleep(1))
        await asyncio.sleep(0)
        time.sleep(1)
        await task

    assert [each.what for each in lab.run(main).blocked] == ["time.sleep(1)"]


def test_a_traceback_that_is_shown_is_not_the_programs_call() -> None:
    import traceback

    def show() -> None:
        try:
            raise ValueError
        except ValueError:
            assert "raise ValueError" in traceback.format_exc()

    assert blocked_by(show) == []


def test_a_failing_call_fails_as_ever_and_is_reported(tmp_path: Path) -> None:
    def fail() -> None:
        with pytest.raises(FileNotFoundError):
            os.stat(tmp_path / "nothing")

    assert [each.what for each in blocked_by(fail)] == ["os.stat"]


def test_outside_of_a_run_nothing_is_watched(page: Path) -> None:
    run = lab.run(asyncio.sleep, 0)
    assert page.read_text() == "hello"
    assert run.blocked == []
    assert type(os.stat).__name__ == "builtin_function_or_method"


# The network.


def _connect() -> None:
    with socket.socket() as sock:
        sock.connect(("127.0.0.1", 9))


def _connect_ex() -> None:
    with socket.socket() as sock:
        sock.connect_ex(("127.0.0.1", 9))


def _datagram() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendto(b"ping", ("127.0.0.1", 9))


def _unix() -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect("/tmp/nobody-listens-here")


SYNC: list[Callable[[], Any]] = [
    _connect,
    _connect_ex,
    _datagram,
    _unix,
    lambda: socket.create_connection(("127.0.0.1", 9)),
    lambda: socket.getaddrinfo("localhost", 80),
    lambda: socket.gethostbyname("localhost"),
    lambda: urllib.request.urlopen("http://localhost:9/"),
    lambda: httpx.get("http://localhost:9/"),
]


@pytest.mark.parametrize("in_thread", [False, True])
@pytest.mark.parametrize("call", SYNC, ids=range(len(SYNC)))
def test_a_connection_says_that_there_is_no_network_and_what_to_use(
    call: Callable[[], Any], in_thread: bool
) -> None:
    async def main() -> None:
        if in_thread:
            await asyncio.to_thread(call)
        else:
            call()

    with pytest.raises(Exception, match="there is no network in the lab") as raised:
        lab.run(main)
    assert "lab.upstream" in str(raised.value)


async def _httpx_async() -> None:
    async with httpx.AsyncClient() as client:
        await client.get("http://localhost:9/")


ASYNC: list[Callable[[], Any]] = [
    lambda: asyncio.open_connection("127.0.0.1", 9),
    lambda: asyncio.open_unix_connection("/tmp/nobody-listens-here"),
    lambda: asyncio.get_running_loop().getaddrinfo("localhost", 80),
    lambda: anyio.getaddrinfo("localhost", 80),
    lambda: anyio.connect_tcp("localhost", 9),
    _httpx_async,
]


@pytest.mark.parametrize("call", ASYNC, ids=range(len(ASYNC)))
def test_an_async_connection_says_the_same(call: Callable[[], Any]) -> None:
    async def main() -> None:
        await call()

    with pytest.raises(Exception, match="there is no network in the lab") as raised:
        lab.run(main)
    assert "lab.upstream" in str(raised.value)


@pytest.mark.parametrize("what", ["server", "unix_server"])
def test_nothing_can_listen(what: str) -> None:
    async def main() -> None:
        start = getattr(asyncio, f"start_{what}")
        await start(lambda reader, writer: None, "127.0.0.1")

    with pytest.raises(lab.NoNetwork, match=r"lab\.serve"):
        lab.run(main)


def test_no_network_is_an_error_of_the_network_and_of_the_lab() -> None:
    async def main() -> str:
        try:
            await asyncio.open_connection("api.example", 80)
        except OSError as error:
            return type(error).__name__
        return "connected"

    assert lab.run(main).result == "NoNetwork"
    assert issubclass(lab.NoNetwork, lab.LabError)


def test_a_thread_outside_of_the_run_still_has_its_network() -> None:
    """A kernel talks to its browser while a cell runs."""
    go, connected = threading.Event(), threading.Lock()
    connected.acquire()
    heard: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))

    def outsider() -> None:
        go.wait()
        with socket.create_connection(server.getsockname()) as client:
            peer, _ = server.accept()
            with peer:
                client.sendall(b"ping")
                heard.append(peer.recv(4))
        connected.release()

    thread = threading.Thread(target=outsider)
    thread.start()

    async def main() -> None:
        go.set()
        connected.acquire()

    run = lab.run(main)
    thread.join()
    server.close()
    assert heard == [b"ping"]
    assert run.blocked == []


# A socket pair within the program is no network.


def test_streams_over_a_socket_pair_work() -> None:
    async def main() -> tuple[bytes, float]:
        here, there = socket.socketpair()
        reader, back = await asyncio.open_connection(sock=here)
        away, writer = await asyncio.open_connection(sock=there)

        async def later() -> None:
            await asyncio.sleep(1)
            writer.write(b"hello\n")
            await writer.drain()

        task = asyncio.create_task(later())
        line = await reader.readline()
        await task
        for each in (writer, back):
            each.close()
            await each.wait_closed()
        assert away.at_eof()
        return line, time.monotonic()

    run = lab.run(main)
    assert run.result == (b"hello\n", 1)


def test_a_thread_that_writes_to_a_watched_file_wakes_the_loop() -> None:
    async def main() -> tuple[float, float]:
        loop = asyncio.get_running_loop()
        here, there = socket.socketpair()
        heard = asyncio.Event()

        def work() -> None:
            time.sleep(1)
            there.send(b"x")
            time.sleep(5)

        with here, there:
            loop.add_reader(here, heard.set)
            thread = threading.Thread(target=work)
            thread.start()
            await heard.wait()
            at = time.monotonic()
            loop.remove_reader(here)
            await asyncio.to_thread(thread.join)
        return at, time.monotonic()

    assert lab.run(main).result == (1, 6)
