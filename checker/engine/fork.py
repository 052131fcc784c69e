"""Runs a piece of work in a fork, within limits, and says how it ended.

Invariant: when `run` returns, the fork and everything that it started are gone. The parent reads
what comes and never waits for the fork alone, so a fork that floods, spins, stops or dies costs
its own work and nothing else.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, NoReturn

Send = Callable[[dict[str, Any]], None]

_RECORDS_LIMIT_BYTES = 20_000_000
_STAND_LIMIT_BYTES = 20_000
_KEPT_BYTES = 20_000  # of what it printed


class Limits(NamedTuple):
    """What a fork may use."""

    real_s: float = 10.0
    memory_bytes: int = 1 << 30
    printed_bytes: int = 1_000_000


USUAL = Limits()


@dataclass
class Ended:
    """How a fork ended, and what it told until then.

    how     "exit", "blocked" (out of time), "cancelled", "crashed", "printed too much"
    detail  of a crash: "SIGSEGV", or "exit code 3"
    stand   where its threads stood, as faulthandler writes it
    """

    records: list[dict[str, Any]] = field(default_factory=list)
    how: str = "exit"
    detail: str = ""
    printed: str = ""
    stand: str = ""
    real_s: float = 0.0


def run(
    work: Callable[[Send], None], limits: Limits = USUAL, stop_when: Iterable[int] = ()
) -> Ended:
    """Fork and do `work`; end it when one of the descriptors in `stop_when` can be read."""
    began = time.monotonic()
    pipes = [os.pipe() for _ in range(3)]
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        _child(work, limits, pipes)
    for _, write in pipes:
        os.close(write)
    watch = _Watch(pid, [read for read, _ in pipes], limits, list(stop_when))
    try:
        ended = watch.until_it_ends(began + limits.real_s)
    finally:
        status = watch.end()
    if ended.how == "exit" and status != 0:
        ended.how, ended.detail = "crashed", _death(status)
    ended.real_s = time.monotonic() - began
    return ended


def _death(status: int) -> str:
    if status < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-status).name
        return f"signal {-status}"
    return f"exit code {status}"


class _Watch:
    """The parent's side of one fork."""

    def __init__(self, pid: int, reads: list[int], limits: Limits, stop_when: list[int]) -> None:
        self._pid, self._reads, self._limits, self._stop_when = pid, reads, limits, stop_when
        self._records, self._output, self._stand = reads
        self._data = {read: bytearray() for read in reads}
        self._printed_bytes = 0
        self._open = set(reads)
        self._pidfd = os.pidfd_open(pid) if hasattr(os, "pidfd_open") else -1

    def until_it_ends(self, deadline: float) -> Ended:
        how = ""
        while not how:
            watched = [*self._open, *self._stop_when]
            if self._pidfd >= 0:
                watched.append(self._pidfd)
            left = deadline - time.monotonic()
            ready = select.select(watched, [], [], max(0.0, left))[0] if left > 0 else []
            how = self._hear(ready) if ready else "blocked"
        if how == "exit":
            self._drain()
        elif how in ("blocked", "printed too much"):
            self._ask_where()
        return Ended(
            records=self._lines(),
            how=how,
            printed=self._data[self._output].decode("utf-8", "replace"),
            stand=self._data[self._stand].decode("utf-8", "replace"),
        )

    def _hear(self, ready: list[int]) -> str:
        if any(read in self._stop_when for read in ready):
            return "cancelled"
        for read in ready:
            if read in self._open and not self._take(read):
                return "printed too much"
        if self._pidfd in ready or not self._open:
            return "exit"
        return ""

    def _take(self, read: int) -> bool:
        """Read what is there. False if it is more than the fork may send."""
        data = os.read(read, 1 << 16)
        if not data:
            self._open.discard(read)
        kept = self._data[read]
        if read == self._output:
            self._printed_bytes += len(data)
            kept += data[: max(0, _KEPT_BYTES - len(kept))]
            return self._printed_bytes <= self._limits.printed_bytes
        kept += data
        most = _RECORDS_LIMIT_BYTES if read == self._records else _STAND_LIMIT_BYTES
        return len(kept) <= most

    def _drain(self) -> None:
        """The fork has ended; what it had sent is still in the pipes."""
        while self._open:
            ready = select.select(list(self._open), [], [], 0)[0]
            if not ready:
                return
            for read in ready:
                if not self._take(read):
                    self._open.discard(read)

    def _ask_where(self) -> None:
        """Let the fork write where its threads stand. faulthandler answers within a spin, too."""
        with contextlib.suppress(OSError):
            os.kill(self._pid, signal.SIGUSR1)
        end = time.monotonic() + 0.2
        while self._stand in self._open and time.monotonic() < end:
            if select.select([self._stand], [], [], 0.05)[0] and not self._take(self._stand):
                return
            if self._data[self._stand].endswith(b"\n"):
                return

    def _lines(self) -> list[dict[str, Any]]:
        found = []
        for line in bytes(self._data[self._records]).split(b"\n"):
            with contextlib.suppress(ValueError):
                record = json.loads(line)
                if isinstance(record, dict):
                    found.append(record)
        return found

    def end(self) -> int:
        """Leave nothing of the fork."""
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(OSError):
                kill(self._pid, signal.SIGKILL)
        _, status = os.waitpid(self._pid, 0)
        for descriptor in (*self._reads, self._pidfd):
            if descriptor >= 0:
                os.close(descriptor)
        return os.waitstatus_to_exitcode(status)


def _child(work: Callable[[Send], None], limits: Limits, pipes: list[tuple[int, int]]) -> NoReturn:
    """The fork's own life. It ends here, whatever happens."""
    code = 1
    try:
        os.setsid()
        _die_with_parent()
        (_, records), (_, output), (_, stand) = pipes
        for read, _ in pipes:
            os.close(read)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((nothing, 0), (output, 1), (output, 2)):
            os.dup2(source, target)
        os.close(output)
        os.close(nothing)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        faulthandler.enable(file=stand)
        faulthandler.register(signal.SIGUSR1, file=stand)
        _limit(limits)
        work(lambda record: _send(records, record))
        sys.stdout.flush()
        code = 0
    except BaseException:
        # The parent sees that no record says "done", and that is the answer.
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


def _send(descriptor: int, record: dict[str, Any]) -> None:
    data = memoryview(json.dumps(record).encode() + b"\n")
    while data:
        data = data[os.write(descriptor, data) :]


def _limit(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with open("/proc/self/statm", "rb") as file:
            now = int(file.read().split()[0]) * resource.getpagesize()
        most = now + limits.memory_bytes
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _die_with_parent() -> None:
    """Where the parent is killed, nobody else ends this fork."""
    if sys.platform == "linux":
        import ctypes

        parent_death_signal = 1
        ctypes.CDLL(None).prctl(parent_death_signal, signal.SIGKILL)
