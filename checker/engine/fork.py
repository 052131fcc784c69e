"""Runs a piece of work in a fork, within limits, and says how it ended.

A fork can be made ahead of time. It gets ready and then waits for its order, so the one who is
waiting for a result does not also wait for the fork.

Invariant: a fork works on one order and ends. When `run` returns, the fork and everything that it
started are gone. The parent reads what comes and never waits for the fork alone, so a fork that
floods, spins, stops or dies costs its own work and nothing else.

Refuses to be safe against a fork that kills its parent: that needs another user, or a jail.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import signal
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

from checker.engine import orphans
from checker.engine.limits import (
    BEGUN,
    KEPT_BYTES,
    ORDER_LENGTH_BYTES,
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

__all__ = ["USUAL", "Ended", "Fork", "Gone", "Limits", "Send", "Work", "run"]

Work = Callable[[Any, Send], None]  # gets its order, and sends records

_ANSWER_S = 0.5  # what a fork gets to write where it stands
_LOOK_S = 0.02  # where there is no pidfd: how often to ask whether it has ended
_living: set[int] = set()  # forks that others work with, or that wait


class Gone(Exception):
    """A fork ended, or had to be ended, before it began to work on its order."""

    def __init__(self, ended: Ended) -> None:
        super().__init__(f"{ended.how} ({ended.detail}): {ended.printed}")
        self.ended = ended


def run(
    work: Callable[[Send], None], limits: Limits = USUAL, stop_when: Iterable[int] = ()
) -> Ended:
    """Fork and do `work`; end it when one of the descriptors in `stop_when` can be read."""
    try:
        return Fork(lambda _, send: work(send)).run(None, limits, stop_when)
    except Gone as error:
        return error.ended


class Fork:
    """A fork that waits for its one order."""

    def __init__(self, work: Work, get_ready: Callable[[], None] | None = None) -> None:
        """Fork now; the fork calls `get_ready`, and calls `work` when its order has come.

        Nothing of an attempt is known to it until then: neither to `get_ready`.
        """
        from checker.engine.child import Pipes, live

        self._key = new_key()
        order, *ends = [os.pipe() for _ in range(4)]
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            live(work, get_ready, Pipes(order[0], *(write for _, write in ends)), self._key)
        _living.add(self.pid)
        for descriptor in (order[0], *(write for _, write in ends)):
            os.close(descriptor)
        self._order = order[1]
        self._watch = _Watch(self.pid, [read for read, _ in ends])

    def run(self, order: Any, limits: Limits = USUAL, stop_when: Iterable[int] = ()) -> Ended:
        """Let it work on this order, whose values can be pickled; see `run` above.

        Raises Gone where it ended before it began. Then another fork can have the order.
        """
        began = time.monotonic()
        with orphans.adopting():
            known = orphans.children() - {self.pid}
            try:
                self._send((limits, order))
                ended = self._watch.until_it_ends(
                    began + limits.real_s, limits, list(stop_when), self._key
                )
            finally:
                status = self.end()
                orphans.sweep(known | _living)
        if ended.how == "exit":
            ended.how, ended.detail = "crashed" if status else "exit", death(status)
        ended.real_s = time.monotonic() - began
        if ended.records[:1] == [BEGUN]:
            del ended.records[0]
        elif ended.how != "cancelled":
            raise Gone(ended)
        return ended

    def _send(self, order: tuple[Limits, Any]) -> None:
        """It reads to the end before it begins, so this waits for no program."""
        data = pickle.dumps(order)
        rest = memoryview(len(data).to_bytes(ORDER_LENGTH_BYTES, "big") + data)
        # One that has died reads nothing, and that is found out by what watches it.
        with contextlib.suppress(BrokenPipeError):
            while rest:
                rest = rest[os.write(self._order, rest) :]

    def end(self) -> int:
        """End it, whatever it is at, and leave nothing of it. Returns its exit code."""
        status = self._watch.end()
        if self._order >= 0:
            os.close(self._order)
            self._order = -1
        _living.discard(self.pid)
        return status


class _Watch:
    """The parent's side of one fork."""

    def __init__(self, pid: int, reads: list[int]) -> None:
        self._pid, self._reads = pid, reads
        self._limits, self._stop_when = USUAL, list[int]()
        self._records, self._output, self._stand = reads
        self._data = {read: bytearray() for read in reads}
        self._printed_bytes = 0
        self._open = set(reads)
        self._status: int | None = None
        self._pidfd = os.pidfd_open(pid) if hasattr(os, "pidfd_open") else -1

    def until_it_ends(
        self, deadline: float, limits: Limits, stop_when: list[int], key: str
    ) -> Ended:
        self._limits, self._stop_when = limits, stop_when
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
        self._reads, self._pidfd = [], -1
        return os.waitstatus_to_exitcode(self._status)
