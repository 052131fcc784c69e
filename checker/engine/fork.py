"""Runs a piece of work in a fork, within limits, and says how it ended.

Invariant: when `run` returns, the fork and everything that it started are gone. The parent reads
what comes and never waits for the fork alone, so a fork that floods, spins, stops or dies costs
its own work and nothing else.

Refuses to be safe against a fork that kills its parent: that needs another user, or a jail.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterable

from checker.engine import orphans
from checker.engine.limits import (
    KEPT_BYTES,
    RECORDS_LIMIT_BYTES,
    STAND_LIMIT_BYTES,
    USUAL,
    Ended,
    Limits,
    Send,
    death,
    new_key,
    records_in,
)

__all__ = ["USUAL", "Ended", "Limits", "Send", "run"]

_ANSWER_S = 0.5  # what a fork gets to write where it stands
_LOOK_S = 0.02  # where there is no pidfd: how often to ask whether it has ended
_living: set[int] = set()  # forks of other threads


def run(
    work: Callable[[Send], None], limits: Limits = USUAL, stop_when: Iterable[int] = ()
) -> Ended:
    """Fork and do `work`; end it when one of the descriptors in `stop_when` can be read."""
    with orphans.adopting():
        return _run(work, limits, list(stop_when))


def _run(work: Callable[[Send], None], limits: Limits, stop_when: list[int]) -> Ended:
    from checker.engine.child import Pipes, live

    began = time.monotonic()
    known, key = orphans.children(), new_key()
    pipes = [os.pipe() for _ in range(3)]
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        live(work, limits, Pipes(*(write for _, write in pipes)), key)
    _living.add(pid)
    for _, write in pipes:
        os.close(write)
    watch = _Watch(pid, [read for read, _ in pipes], limits, stop_when)
    try:
        ended = watch.until_it_ends(began + limits.real_s, key)
    finally:
        status = watch.end()
        _living.discard(pid)
        orphans.sweep(known | _living)
    if ended.how == "exit":
        ended.how, ended.detail = "crashed" if status else "exit", death(status)
    ended.real_s = time.monotonic() - began
    return ended


class _Watch:
    """The parent's side of one fork."""

    def __init__(self, pid: int, reads: list[int], limits: Limits, stop_when: list[int]) -> None:
        self._pid, self._reads, self._limits, self._stop_when = pid, reads, limits, stop_when
        self._records, self._output, self._stand = reads
        self._data = {read: bytearray() for read in reads}
        self._printed_bytes = 0
        self._open = set(reads)
        self._status: int | None = None
        self._pidfd = os.pidfd_open(pid) if hasattr(os, "pidfd_open") else -1

    def until_it_ends(self, deadline: float, key: str) -> Ended:
        how = ""
        while not how:
            left = deadline - time.monotonic()
            how = self._hear(self._ready(left)) if left > 0 else "blocked"
        if how == "exit":
            self._drain()
        elif how in ("blocked", "printed too much"):
            self._ask_where()
        return Ended(
            records=records_in(bytes(self._data[self._records]), key),
            how=how,
            printed=self._data[self._output].decode("utf-8", "replace"),
            stand=self._data[self._stand].decode("utf-8", "replace"),
        )

    def _ready(self, left: float) -> list[int]:
        watched = [*self._open, *self._stop_when]
        if self._pidfd >= 0:
            return select.select([*watched, self._pidfd], [], [], left)[0]
        return select.select(watched, [], [], min(left, _LOOK_S))[0]

    def _hear(self, ready: list[int]) -> str:
        if any(read in self._stop_when for read in ready):
            return "cancelled"
        for read in ready:
            if read in self._open and not self._take(read):
                return "printed too much"
        # A fork that has closed its pipes still has to end.
        return "exit" if self._has_ended(ready) else ""

    def _has_ended(self, ready: list[int]) -> bool:
        if self._pidfd >= 0:
            return self._pidfd in ready
        pid, status = os.waitpid(self._pid, os.WNOHANG)
        if pid:
            self._status = status
        return bool(pid)

    def _take(self, read: int) -> bool:
        """Read what is there. False if it is more than the fork may send."""
        data = os.read(read, 1 << 16)
        if not data:
            self._open.discard(read)
        kept = self._data[read]
        if read == self._output:
            self._printed_bytes += len(data)
            kept += data[: max(0, KEPT_BYTES - len(kept))]
            return self._printed_bytes <= self._limits.printed_bytes
        kept += data
        return len(kept) <= (RECORDS_LIMIT_BYTES if read == self._records else STAND_LIMIT_BYTES)

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
        """Let the fork write where its threads stand. faulthandler answers within a spin, too.

        It writes line by line and says nothing at the end. So it is asked once more as soon as it
        begins: where the second answer begins, the first is whole.
        """
        asked, said = 0, self._data[self._stand]
        end = time.monotonic() + _ANSWER_S
        while self._stand in self._open and time.monotonic() < end:
            begun = said.count(b"Current thread")
            if begun > 1:
                return
            if asked == begun:
                asked += 1
                with contextlib.suppress(OSError):
                    os.kill(self._pid, signal.SIGUSR1)
            if select.select([self._stand], [], [], 0.05)[0] and not self._take(self._stand):
                return

    def end(self) -> int:
        """Leave nothing of the fork."""
        for kill in (os.killpg, os.kill):
            # One that was reaped already has an id that may be somebody else's by now.
            if self._status is None or kill is os.killpg:
                with contextlib.suppress(OSError):
                    kill(self._pid, signal.SIGKILL)
        if self._status is None:
            self._status = os.waitpid(self._pid, 0)[1]
        for descriptor in (*self._reads, self._pidfd):
            if descriptor >= 0:
                os.close(descriptor)
        return os.waitstatus_to_exitcode(self._status)
