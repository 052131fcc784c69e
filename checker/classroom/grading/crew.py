"""Worker processes that grade, one for each core.

Invariant: for each task there is one verdict. A worker that dies, or that says nothing for too
long, costs a second try and no other task anything; a task on which two workers died gets a
verdict that says so, and that is no fault of the learner's.
"""

from __future__ import annotations

import base64
import contextlib
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from checker.classroom.grading.settings import Settings
from checker.classroom.grading.task import Task
from checker.classroom.grading.worker import send, tables_in
from checker.engine.verdict import Verdict

_AHEAD = 2  # tasks that a worker has at once, so that it need not wait for the next
_TRIES = 2
_START_S = 120.0
_GRACE_S = 60.0  # beyond the real-time limit of an attempt
_LOOK_S = 1.0


class CrewFailed(RuntimeError):
    """No worker could start. The message says why, and what to do."""


class Ready(NamedTuple):
    """What a worker says when it can begin."""

    stamps: dict[str, str]  # the hash of each exercise's checks
    versions: dict[str, str]


class _Worker:
    """One process."""

    def __init__(self, settings: Settings) -> None:
        here, there = socket.socketpair()
        command = [sys.executable, "-P", "-m", "checker.classroom.grading.worker"]
        # Sets are walked in the same order in all of them.
        environment = os.environ | {"PYTHONHASHSEED": "0", "PYTHONPATH": _path()}
        self.process = subprocess.Popen(
            [*command, str(there.fileno())],
            pass_fds=[there.fileno()],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
        there.close()
        assert self.process.stderr is not None
        os.set_blocking(self.process.stderr.fileno(), False)
        self.sock, self.heard = here, bytearray()
        self.ready: Ready | None = None
        self.tasks: deque[Task] = deque()
        self.since = time.monotonic()
        send(here, {"settings": settings.to_json()})

    def give(self, task: Task) -> None:
        if not self.tasks:
            self.since = time.monotonic()
        self.tasks.append(task)
        data = base64.b64encode(task.data).decode()
        send(self.sock, {"key": task.key, "exercise": task.exercise, "data": data})

    def said(self) -> str:
        """What it wrote to its standard error, the end of it."""
        assert self.process.stderr is not None
        with contextlib.suppress(OSError):
            return (self.process.stderr.read() or b"").decode("utf-8", "replace")[-2000:].strip()
        return ""

    def end(self) -> None:
        self.sock.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(0 if self.tasks else 5)
        # Its own group: also a zygote that it could not close.
        with contextlib.suppress(OSError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self.process.stderr is not None:
            self.process.stderr.close()


class Crew:
    """The workers of one batch."""

    def __init__(self, settings: Settings, workers: int) -> None:
        self._settings, self._workers = settings, workers
        self._crew: list[_Worker] = []
        self._deadline_s = settings.real_s + _GRACE_S
        self._tries: dict[str, int] = {}
        self.ready = Ready({}, {})

    def __enter__(self) -> Crew:
        try:
            for _ in range(self._workers):
                self._crew.append(_Worker(self._settings))
            self.ready = self._first_ready()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End all workers."""
        for worker in self._crew:
            worker.end()
        self._crew = []

    def run(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Verdict]]:
        """Verdicts, as they are made."""
        left, again = iter(tasks), deque[Task]()
        with selectors.DefaultSelector() as ears:
            for worker in self._crew:
                ears.register(worker.sock, selectors.EVENT_READ, worker)
            while True:
                for worker in self._crew:
                    self._feed(worker, left, again)
                if not any(worker.tasks for worker in self._crew):
                    return
                for key, _ in ears.select(_LOOK_S):
                    yield from self._hear(key.data, ears, again)
                for worker in self._late():
                    yield from self._lost(worker, ears, again)

    def _feed(self, worker: _Worker, left: Iterator[Task], again: deque[Task]) -> None:
        # A task that a worker died on is given to one alone, so that it takes no other along.
        if again and not worker.tasks:
            worker.give(again.popleft())
            return
        while len(worker.tasks) < _AHEAD and not (
            worker.tasks and self._tries.get(worker.tasks[0].key)
        ):
            task = next(left, None)
            if task is None:
                return
            worker.give(task)

    def _hear(
        self, worker: _Worker, ears: selectors.BaseSelector, again: deque[Task]
    ) -> Iterator[tuple[Task, Verdict]]:
        try:
            data = worker.sock.recv(1 << 18)
        except OSError:
            data = b""
        if not data:
            yield from self._lost(worker, ears, again)
            return
        worker.heard += data
        for table in tables_in(worker.heard):
            if "verdict" in table:
                task = worker.tasks.popleft()
                assert task.key == table["key"], "a worker answers in order"
                worker.since = time.monotonic()
                yield task, Verdict.from_json(table["verdict"])

    def _late(self) -> list[_Worker]:
        now = time.monotonic()
        return [w for w in self._crew if w.tasks and now - w.since > self._deadline_s]

    def _lost(
        self, worker: _Worker, ears: selectors.BaseSelector, again: deque[Task]
    ) -> Iterator[tuple[Task, Verdict]]:
        """A worker is gone: the task that it was at is to blame, if any is."""
        ears.unregister(worker.sock)
        worker.process.kill()
        tasks, words = list(worker.tasks), ""
        with contextlib.suppress(subprocess.TimeoutExpired):
            worker.process.wait(5)
            words = worker.said()
        worker.end()
        self._crew.remove(worker)
        if worker.ready is None and not any(w.ready for w in self._crew):
            raise CrewFailed(words or "a worker ended before it could begin")
        for number, task in enumerate(tasks):
            tries = self._tries[task.key] = self._tries.get(task.key, 0) + (number == 0)
            if tries < _TRIES:
                again.append(task)
            else:
                yield task, self._no_verdict(task, words)
        fresh = _Worker(self._settings)
        fresh.ready = worker.ready
        self._crew.append(fresh)
        ears.register(fresh.sock, selectors.EVENT_READ, fresh)

    def _no_verdict(self, task: Task, words: str) -> Verdict:
        return Verdict(
            exercise=task.exercise,
            outcome="checker_error",
            points=0,
            points_of=0,
            checks=[],
            seed=self._settings.seed,
            ended="the checker died",
            printed=words,
            versions=self.ready.versions,
        )

    def _first_ready(self) -> Ready:
        """Wait until all can begin, and return what the first said."""
        end = time.monotonic() + _START_S
        for worker in self._crew:
            worker.sock.settimeout(max(0.1, end - time.monotonic()))
            while worker.ready is None:
                try:
                    data = worker.sock.recv(1 << 18)
                except TimeoutError:
                    raise CrewFailed(f"a worker did not begin within {_START_S:g} s") from None
                if not data:
                    worker.process.wait()
                    raise CrewFailed(worker.said() or "a worker ended before it could begin")
                worker.heard += data
                for table in tables_in(worker.heard):
                    worker.ready = Ready(**table["ready"])
            worker.sock.settimeout(None)
        assert self._crew[0].ready is not None
        return self._crew[0].ready


def _path() -> str:
    """Where this package is imported from, for a process that starts elsewhere."""
    import checker

    home = os.path.dirname(os.path.dirname(os.path.abspath(checker.__file__)))
    return os.pathsep.join(filter(None, [home, os.environ.get("PYTHONPATH", "")]))


def cores() -> int:
    """How many workers are of use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
