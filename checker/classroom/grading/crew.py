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
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from checker.classroom.grading.settings import Settings
from checker.classroom.grading.task import Task
from checker.classroom.grading.worker import folder_prefix, package_path, packed, tables_in
from checker.engine.cores import one_each
from checker.engine.verdict import Verdict

WORKER = "checker.classroom.grading.worker"
_AHEAD = 2  # tasks that a worker has at once, so that it need not wait for the next
_TRIES = 2
_START_S = 120.0
_GRACE_S = 60.0  # beyond the real-time limit of an attempt
_LOOK_S = 1.0
# The lab keeps what it had to abandon, so that it never runs again: a worker grows with each
# attempt that hung, and is replaced between two tasks when it is larger than this.
_LARGEST_BYTES = 400_000_000


class CrewFailed(RuntimeError):
    """No worker could start. The message says why, and what to do."""


class Ready(NamedTuple):
    """What a worker says when it can begin."""

    stamps: dict[str, str]  # the hash of each exercise's checks
    versions: dict[str, str]


class _Worker:
    """One process. What is sent to it and heard of it never waits for it."""

    def __init__(self, settings: Settings, core: int | None) -> None:
        self.core = core
        here, there = socket.socketpair()
        command = [sys.executable, "-P", "-m", WORKER]
        # Sets are walked in the same order in all of them.
        environment = os.environ | {"PYTHONHASHSEED": "0", "PYTHONPATH": package_path()}
        # A pipe would fill up, and a file does not.
        self._words = tempfile.TemporaryFile()  # noqa: SIM115 (`end` closes it)
        self.process = subprocess.Popen(
            [*command, str(there.fileno())],
            pass_fds=[there.fileno()],
            stdin=subprocess.DEVNULL,
            stderr=self._words,
            env=environment,
            start_new_session=True,
        )
        there.close()
        here.setblocking(False)
        self.sock, self._heard, self._unsent = here, bytearray(), bytearray()
        self.ready: Ready | None = None
        self.tasks: deque[Task] = deque()
        self.began = self.full = False
        self.since = time.monotonic()
        self._send({"settings": settings.to_json(), "core": core})

    def give(self, task: Task) -> None:
        if not self.tasks:
            self.since = time.monotonic()
        self.tasks.append(task)
        data = base64.b64encode(task.data).decode()
        self._send({"key": task.key, "exercise": task.exercise, "data": data})

    def _send(self, table: dict[str, Any]) -> None:
        self._unsent += packed(table)
        self.flush()

    def flush(self) -> None:
        """Send as much as it takes now. Whether it is gone, is heard and not felt here."""
        try:
            while self._unsent:
                del self._unsent[: self.sock.send(self._unsent)]
        except BlockingIOError:
            return
        except OSError:
            self._unsent.clear()

    def events(self) -> int:
        """What to wait for."""
        return selectors.EVENT_READ | (selectors.EVENT_WRITE if self._unsent else 0)

    def hear(self) -> list[dict[str, Any]] | None:
        """What it said; None where it is gone."""
        try:
            data = self.sock.recv(1 << 18)
        except BlockingIOError:
            return []
        except OSError:
            data = b""
        self._heard += data
        return tables_in(self._heard) if data else None

    def said(self) -> str:
        """What it wrote to its standard error, the end of it."""
        size = self._words.seek(0, os.SEEK_END)
        self._words.seek(max(0, size - 2000))
        return self._words.read().decode("utf-8", "replace").strip()

    def end(self) -> None:
        self.sock.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(0 if self.tasks else 5)
        # Its own group: also a zygote that it could not close.
        with contextlib.suppress(OSError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._words.close()
        # One that was killed could not take its copy of the hidden checks away.
        for left in Path(tempfile.gettempdir()).glob(f"{folder_prefix(self.process.pid)}*"):
            shutil.rmtree(left, ignore_errors=True)


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
            for core in one_each(self._workers):
                self._crew.append(_Worker(self._settings, core))
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
                    ears.modify(worker.sock, worker.events(), worker)
                if not any(worker.tasks for worker in self._crew):
                    return
                for key, _ in ears.select(_LOOK_S):
                    key.data.flush()
                    yield from self._hear(key.data, ears, again)
                for worker in self._late():
                    yield from self._lost(worker, ears, again)

    def _feed(self, worker: _Worker, left: Iterator[Task], again: deque[Task]) -> None:
        if worker.full:
            return
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
        tables = worker.hear()
        for table in tables or ():
            if "ready" in table:
                self._same(Ready(**table["ready"]))
                worker.began, worker.since = True, time.monotonic()
            if "verdict" in table:
                task = worker.tasks.popleft()
                assert task.key == table["key"], "a worker answers in order"
                worker.since = time.monotonic()
                worker.full = table["rss"] > _LARGEST_BYTES
                yield task, Verdict.from_json(table["verdict"])
        # A full one has not failed: nothing is lost with it.
        if tables is None or (worker.full and not worker.tasks):
            yield from self._lost(worker, ears, again)

    def _same(self, ready: Ready) -> None:
        """Keys were made of what the first said; another one's verdicts would not belong there."""
        if ready != self.ready:
            raise CrewFailed(
                "the course, or what it stands on, was changed while it graded.\n"
                "Next: run the same command again."
            )

    def _late(self) -> list[_Worker]:
        now = time.monotonic()
        # One that takes the place of another has to begin before it can work.
        limits = {True: self._deadline_s, False: _START_S}
        return [w for w in self._crew if w.tasks and now - w.since > limits[w.began]]

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
        fresh = _Worker(self._settings, worker.core)
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
        with selectors.DefaultSelector() as ears:
            for worker in self._crew:
                ears.register(worker.sock, worker.events(), worker)
            while any(worker.ready is None for worker in self._crew):
                heard = ears.select(max(0.0, end - time.monotonic()))
                if not heard:
                    raise CrewFailed(f"a worker did not begin within {_START_S:g} s")
                for key, _ in heard:
                    self._begins(key.data)
                    ears.modify(key.data.sock, key.data.events(), key.data)
        first = self._crew[0].ready
        assert first is not None
        self.ready = first
        for worker in self._crew:
            assert worker.ready is not None
            self._same(worker.ready)
        return first

    def _begins(self, worker: _Worker) -> None:
        worker.flush()
        tables = worker.hear()
        if tables is None:
            worker.process.wait()
            raise CrewFailed(worker.said() or "a worker ended before it could begin")
        for table in tables:
            worker.ready, worker.began = Ready(**table["ready"]), True
