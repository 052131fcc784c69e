"""Jobs, spread over the cores: each worker is a fork, with the engine that it was forked with.

Invariant: there is one answer for each job, in the order of the jobs, or an exception.
Workers take the next job when they are done with one, so that a slow one holds up nobody.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import traceback
from collections.abc import Callable
from typing import NoReturn

from checker.engine.cores import one_each, stay_on

Tick = Callable[[], None]

_NUMBER = 4  # bytes of a job's number; a read of so few takes all of them or none
_MOST = 8000  # numbers that a pipe holds without a reader


class WorkerLost(RuntimeError):
    """A worker ended before its work did."""


def spread(count: int, answer: Callable[[int], str], tick: Tick, workers: int) -> list[str]:
    """`answer(n)` for each n below `count`; `tick` is called as each comes in."""
    workers = min(workers, count)
    if workers < 2 or count > _MOST or not hasattr(os, "fork"):
        return [_ticked(answer(n), tick) for n in range(count)]
    numbers, give = os.pipe()
    os.write(give, b"".join(n.to_bytes(_NUMBER, "big") for n in range(count)))
    os.close(give)
    reads, pids = [], []
    for core in one_each(workers):
        read, write = os.pipe()
        pid = _fork()
        if pid == 0:
            stay_on(core)
            _work(numbers, write, answer)
        os.close(write)
        reads.append(read)
        pids.append(pid)
    os.close(numbers)
    try:
        return _collect(reads, count, tick)
    except BaseException:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        raise
    finally:
        for read in reads:
            os.close(read)
        for pid in pids:
            os.waitpid(pid, 0)


def _ticked(text: str, tick: Tick) -> str:
    tick()
    return text


def _fork() -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    return os.fork()


def _work(numbers: int, write: int, answer: Callable[[int], str]) -> NoReturn:
    """A worker's whole life. It ends here, whatever happens."""
    code = 1
    try:
        while taken := os.read(numbers, _NUMBER):
            text = answer(int.from_bytes(taken, "big")).encode()
            _write(write, taken + len(text).to_bytes(_NUMBER, "big") + text)
        code = 0
    except KeyboardInterrupt:
        pass  # Ctrl-C reaches the parent too, and that one tells of it.
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _write(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _collect(reads: list[int], count: int, tick: Tick) -> list[str]:
    found: dict[int, str] = {}
    heard = {read: bytearray() for read in reads}
    while heard:
        for read in select.select(list(heard), [], [])[0]:
            data = os.read(read, 1 << 16)
            if not data:
                del heard[read]
                continue
            heard[read] += data
            for number, text in _whole(heard[read]):
                found[number] = text
                tick()
    if len(found) < count:
        raise WorkerLost(
            f"{count - len(found)} of {count} attempts have no answer: a worker ended early. "
            "What it wrote above says why; with `--workers 1` there are no workers."
        )
    return [found[number] for number in range(count)]


def _whole(heard: bytearray) -> list[tuple[int, str]]:
    """Take the answers that have come in completely."""
    found = []
    while len(heard) >= 2 * _NUMBER:
        length = int.from_bytes(heard[_NUMBER : 2 * _NUMBER], "big")
        end = 2 * _NUMBER + length
        if len(heard) < end:
            break
        number = int.from_bytes(heard[:_NUMBER], "big")
        found.append((number, heard[2 * _NUMBER : end].decode()))
        del heard[:end]
    return found
