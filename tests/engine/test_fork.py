"""A fork within limits: how it ends is said, and nothing of it is left."""

from __future__ import annotations

import ctypes
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from checker.engine import fork, orphans
from checker.engine.limits import Limits, Send, new_key, records_in, sender
from checker.lab.allocator import share_arenas

SHORT = Limits(real_s=0.5)
LONG = Limits(real_s=60.0)


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    before, open_before = orphans.children(), _descriptors()
    yield
    assert orphans.children() == before
    assert _descriptors() == open_before


def _descriptors() -> list[str]:
    return sorted(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else []


def spin() -> None:
    while True:
        pass


def test_records_come_back_in_their_order() -> None:
    def work(send: Send) -> None:
        for number in range(3):
            send({"number": number})

    ended = fork.run(work, LONG)
    assert ended.records == [{"number": 0}, {"number": 1}, {"number": 2}]
    assert (ended.how, ended.detail, ended.printed) == ("exit", "exit code 0", "")


def test_a_long_record_comes_whole() -> None:
    ended = fork.run(lambda send: send({"text": "x" * 3_000_000}), LONG)
    assert len(ended.records[0]["text"]) == 3_000_000


def test_what_is_done_in_it_is_not_done_here() -> None:
    seen: list[int] = []
    fork.run(lambda send: seen.append(1), LONG)
    assert seen == []


def read_nowhere() -> None:
    ctypes.string_at(0)


@pytest.mark.parametrize(
    ("work", "how", "detail"),
    [
        (lambda send: os._exit(0), "exit", "exit code 0"),
        (lambda send: os._exit(7), "crashed", "exit code 7"),
        (lambda send: sys.exit("bye"), "crashed", "exit code 1"),
        (lambda send: os.kill(os.getpid(), signal.SIGKILL), "crashed", "SIGKILL"),
        (lambda send: read_nowhere(), "crashed", "SIGSEGV"),
    ],
)
def test_its_death_is_named(work: Callable[[Send], None], how: str, detail: str) -> None:
    ended = fork.run(work, LONG)
    assert (ended.how, ended.detail) == (how, detail)


def test_one_that_spins_is_ended_and_says_where_it_stood() -> None:
    ended = fork.run(lambda send: spin(), SHORT)
    assert ended.how == "blocked"
    assert "in spin" in ended.stand


def test_one_that_stopped_itself_is_ended() -> None:
    ended = fork.run(lambda send: os.kill(os.getpid(), signal.SIGSTOP), SHORT)
    assert ended.how == "blocked"


def test_one_that_floods_is_ended_and_what_it_printed_first_is_kept() -> None:
    def work(send: Send) -> None:
        while True:
            print("flood")

    ended = fork.run(work, LONG._replace(printed_bytes=100_000))
    assert ended.how == "printed too much"
    assert ended.printed == ("flood\n" * 4000)[:20_000]


def test_memory_has_a_limit() -> None:
    def work(send: Send) -> None:
        try:
            bytearray(500_000_000)
        except MemoryError:
            send({"refused": True})

    ended = fork.run(work, LONG._replace(memory_bytes=100_000_000))
    assert ended.records == [{"refused": True}]


@pytest.mark.skipif(sys.platform != "linux", reason="only there is a limit on memory")
def test_eighty_threads_are_within_it() -> None:
    # As many as two pools of forty have: each has a stack, and reserves addresses for more.
    def work(send: Send) -> None:
        done = threading.Event()
        threads = [threading.Thread(target=done.wait) for _ in range(80)]
        for thread in threads:
            thread.start()
        send({"threads": threading.active_count() - 1})
        done.set()
        for thread in threads:
            thread.join()

    share_arenas()  # As every engine does, before it forks.
    assert fork.run(work, Limits()).records == [{"threads": 80}]


def test_a_thread_that_never_ends_does_not_keep_it() -> None:
    def work(send: Send) -> None:
        threading.Thread(target=spin).start()
        send({"done": 1})

    ended = fork.run(work, LONG)
    assert (ended.how, ended.records) == ("exit", [{"done": 1}])


def orphan() -> None:
    """Two generations, each in a session of its own, that wait for ever."""
    if os.fork() == 0:
        os.setsid()
        os.fork()
        while True:
            signal.pause()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux brings orphans up to us")
@pytest.mark.parametrize("then", [lambda: None, spin, lambda: os._exit(3)])
def test_what_it_started_in_other_sessions_ends_too(then: Callable[[], None]) -> None:
    def work(send: Send) -> None:
        orphan()
        then()

    before = orphans.children()
    fork.run(work, SHORT)
    assert orphans.children() == before


def test_a_process_that_was_started_beside_it_stays() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        fork.run(lambda send: orphan(), SHORT)
        assert other.poll() is None
        other.kill()
    with subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True
    ) as other:
        fork.run(lambda send: orphan(), SHORT)
        assert other.poll() is None
        other.kill()


def test_it_is_cancelled_when_a_descriptor_can_be_read() -> None:
    read, write = os.pipe()
    os.write(write, b"stop")
    ended = fork.run(lambda send: spin(), LONG, stop_when=[read])
    assert ended.how == "cancelled"
    assert ended.real_s < LONG.real_s
    os.close(read)
    os.close(write)


def test_it_has_none_of_the_parents_files() -> None:
    read, write = os.pipe()

    def work(send: Send) -> None:
        send({"open": [n for n in range(200) if _is_open(n)], "input": sys.stdin.read()})

    ended = fork.run(work, LONG)
    assert ended.records == [{"open": [0, 1, 2, 3, 4], "input": ""}]
    os.close(read)
    os.close(write)


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def test_one_that_closes_its_pipes_is_still_waited_for() -> None:
    def work(send: Send) -> None:
        os.closerange(0, 50)
        send({"never": "seen"})

    ended = fork.run(work, LONG)
    assert (ended.how, ended.records) == ("crashed", [])
    assert ended.detail == "it closed the files through which its results go"


def test_an_end_that_was_replaced_does_not_let_it_go_on_here() -> None:
    def work(send: Send) -> None:
        setattr(os, "_exit", print)  # noqa: B010
        send({"pid": os.getpid()})

    ended = fork.run(work, SHORT)
    assert ended.how == "exit"
    assert ended.records[0]["pid"] != os.getpid()


def test_a_record_without_the_key_does_not_count() -> None:
    def work(send: Send) -> None:
        os.write(3, b'{"forged": 1}\n' + b"0" * 32 + b' {"forged": 2}\nhalf a li')
        send({"real": 1})
        os.write(3, b'\n{"done": "exit"}')

    assert fork.run(work, LONG).records == [{"real": 1}]


def test_records_are_found_among_rubbish() -> None:
    key, (read, write) = new_key(), os.pipe()
    sender(write, key)({"a": [1, "ü"]})
    os.write(write, f"{key} not json\n{key} [1]\n".encode())
    os.close(write)
    data = os.read(read, 10_000)
    os.close(read)
    assert records_in(b"\xff\n\n" + data, key) == [{"a": [1, "ü"]}]
    assert records_in(data, new_key()) == []


def test_where_there_is_no_pidfd_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "pidfd_open", raising=False)

    def closes(send: Send) -> None:
        send({"done": 1})
        os.closerange(0, 50)

    assert fork.run(closes, LONG).records == [{"done": 1}]
    assert fork.run(lambda send: os._exit(7), LONG).detail == "exit code 7"
    assert fork.run(lambda send: spin(), SHORT).how == "blocked"


RELAY = """
import os, signal, sys
from checker.engine import fork

def work(send):
    send({"pid": os.getpid()})
    while True:
        signal.pause()

take = fork._Watch._take
def tell(self, read):
    result = take(self, read)
    data = bytes(self._data[self._records])
    if b"pid" in data:
        sys.__stdout__.write(data.decode().split('"pid":')[1].split("}")[0] + "\\n")
        sys.__stdout__.flush()
    return result
fork._Watch._take = tell
fork.run(work)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a fork ask for it")
def test_it_dies_with_its_parent() -> None:
    before = orphans.children()
    parent = subprocess.Popen([sys.executable, "-c", RELAY], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    pidfd = os.pidfd_open(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    ready = select.select([pidfd], [], [], 30)[0]
    os.close(pidfd)
    assert ready == [pidfd]
    # It has come up to this process, if that has had forks before.
    orphans.sweep(before)
