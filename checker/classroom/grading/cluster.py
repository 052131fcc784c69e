"""Grades on a Dask cluster: `unblocked grade SUBMISSIONS --out RESULTS --dask ADDRESS`.

Chunks of attempts go out as bytes, and verdicts come back as JSON. Each Dask worker has a process
with the checks, a zygote and a jail: see cluster_worker. docs/decisions/0012 says how to start a
cluster with dask-jobqueue or on Kubernetes.

Invariant: for each task there is one verdict, the same as a crew's on this machine. A worker that
dies costs its chunk a second try. A chunk that was lost with two workers is split, and its tasks
are done one at a time with nothing else under way, so that none is blamed for another. A task that
two workers die of alone may cost a third, which the scheduler gives it before it hears of the end.
It refuses workers that would grade differently: before anything is graded, or when they join.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checker.classroom.grading import cluster_worker as there
from checker.classroom.grading.cluster_client import connect
from checker.classroom.grading.cluster_words import (
    COME_BACK,
    ClusterFailed,
    cannot,
    differ,
    differences,
)
from checker.classroom.grading.crew import Ready
from checker.classroom.grading.settings import Settings
from checker.classroom.grading.task import Task
from checker.engine.verdict import Verdict

if TYPE_CHECKING:
    from distributed import Future

__all__ = ["Cluster", "ClusterFailed"]

_WAIT_S = 120.0  # for a scheduler that answers, and for a worker
_CHUNK_S = 0.4  # of work: long beside what a task costs Dask, short beside a batch
_CHUNK_TASKS, _CHUNK_BYTES = 32, 2_000_000
_AHEAD = 3  # chunks for each worker: one under way, one there, one at the scheduler
_TRIES = 2
_LOOK_S = 1.0


@dataclass
class _Chunk:
    """Tasks that are done together, and how many workers died while they had them."""

    tasks: list[Task]
    future: Future[bytes]
    alone: bool
    deaths: int = 0


class Cluster:
    """The workers of a Dask cluster, for one batch.

    address   of the scheduler, such as "tcp://10.0.0.5:8786"
    wait_s    how long a scheduler or a first worker may take
    """

    def __init__(self, settings: Settings, address: str, wait_s: float = _WAIT_S) -> None:
        self._own, self._address, self._wait_s = settings, address, wait_s
        self._settings = there.essence(settings)
        self._text = self._settings.to_json()
        self._found: there.Found = {}
        self._first = ""  # the host that all others are compared with
        self._batch, self._number = os.urandom(8).hex(), 0
        # Dask calls back on threads of its own; what it says is read in one place.
        self._inbox: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._under_way: dict[str, _Chunk] = {}
        self._suspects: deque[Task] = deque()
        self._again: deque[Task] = deque()
        self._task_s = _CHUNK_S
        self._workers, self._seen_s = 0, 0.0
        self.ready = Ready({}, {})

    def __enter__(self) -> Cluster:
        self._client = connect(self._address, self._wait_s)
        try:
            self._begin()
            self._client.subscribe_topic("all", self._hear_event)
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self._close()

    def run(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Verdict]]:
        """Verdicts, as they are made."""
        left = iter(tasks)
        self._count()
        while True:
            self._feed(left)
            if not self._under_way and self._suspects:
                self._submit([self._suspects.popleft()], alone=True)
            if not self._under_way:
                return
            yield from self._hear()

    # Beginning and ending.

    def _begin(self) -> None:
        """Let all workers start, and compare what they are."""
        first = self._client.submit(bytes, pure=False)  # A cluster that grows on demand grows now.
        try:
            first.result(timeout=self._wait_s)
        except TimeoutError:
            raise ClusterFailed(
                f"No Dask worker has joined {self._address} within {self._wait_s:g} s.\n"
                "Next: start workers (with a batch system: wait until their jobs run)."
            ) from None
        answers = self._client.run(there.begin, self._text, on_error="return")
        for address, answer in sorted(answers.items()):
            if isinstance(answer, OSError):
                continue  # It is gone meanwhile.
            if isinstance(answer, BaseException):
                raise ClusterFailed(cannot(address, answer))
            self._compare(json.loads(answer))
        if not self._found:
            raise ClusterFailed(f"No Dask worker stayed at {self._address}.\n{COME_BACK}")
        own = there.exercises_of(self._own)
        if own != self._found["exercises"]:
            words = differences({"exercises": own}, self._found)
            raise ClusterFailed(differ("this machine", self._first, words))

    def _compare(self, said: dict[str, Any]) -> None:
        """What a worker is: no other than the first. Raises if it is."""
        host = said["host"]
        if "failed" in said:
            raise ClusterFailed(
                f"The Dask worker on {host} cannot grade: {said['failed']}\n"
                "Next: `unblocked doctor` there tests what holds attempts; the same version of "
                "unblocked has to be installed on all."
            )
        found = said["found"]
        if not self._found:
            self._found, self._first = found, host
            self.ready = Ready(found["stamps"], found["versions"])
        elif found != self._found:
            raise ClusterFailed(differ(self._first, host, differences(self._found, found)))

    def _close(self) -> None:
        # Whatever the cluster is by now, the results are with us. What it raises is of no use.
        with contextlib.suppress(Exception):
            if self._under_way:
                self._client.cancel([chunk.future for chunk in self._under_way.values()])
            self._client.run(there.end, self._text, on_error="ignore")
        self._under_way.clear()
        self._client.close()

    # Giving.

    def _feed(self, left: Iterator[Task]) -> None:
        # With one that may kill workers, nothing else is under way.
        if any(chunk.alone for chunk in self._under_way.values()):
            return
        while len(self._under_way) < _AHEAD * max(1, self._workers):
            chunk = self._next_chunk(left)
            if not chunk:
                return
            self._submit(chunk)

    def _next_chunk(self, left: Iterator[Task]) -> list[Task]:
        most = max(1, min(_CHUNK_TASKS, round(_CHUNK_S / self._task_s)))
        chunk: list[Task] = []
        size = 0
        while len(chunk) < most and size < _CHUNK_BYTES:
            task = self._again.popleft() if self._again else next(left, None)
            if task is None:
                break
            chunk.append(task)
            size += len(task.data)
        return chunk

    def _submit(self, tasks: list[Task], *, alone: bool = False) -> None:
        self._number += 1
        key = f"grade-{self._batch}-{self._number}"
        future = self._client.submit(
            there.grade,
            self._text,
            self._found,
            [tuple(task) for task in tasks],
            key=key,
            retries=_TRIES - 1,
        )
        self._under_way[key] = _Chunk(tasks, future, alone)
        future.add_done_callback(lambda _: self._inbox.put(("done", key)))

    # Hearing.

    def _hear_event(self, event: tuple[float, Any]) -> None:
        said = event[1]
        if not isinstance(said, dict):
            return
        if said.get("action") in ("add-worker", "remove-worker"):
            # One that was sent home did not die: what it had is done elsewhere as a matter of fact.
            died = said["action"] == "remove-worker" and not said.get("expected")
            self._inbox.put(("workers", list(said.get("processing-tasks", ())) if died else []))

    def _hear(self) -> Iterator[tuple[Task, Verdict]]:
        try:
            what, about = self._inbox.get(timeout=_LOOK_S)
        except queue.Empty:
            if not self._workers:
                self._count()
            return
        if what == "workers":
            self._count()
            for key in about:
                yield from self._died(key)
        elif about in self._under_way:
            yield from self._done(about)

    def _done(self, key: str) -> Iterator[tuple[Task, Verdict]]:
        from distributed import KilledWorker

        chunk = self._under_way[key]
        if chunk.future.status == "error":
            error = chunk.future.exception()
            if not isinstance(error, KilledWorker):
                raise ClusterFailed(cannot("one of them", error))
            # The scheduler gave up before we did: it is set to fewer tries.
            chunk.deaths = _TRIES - 1
            yield from self._died(key)
            return
        if chunk.future.status in ("pending", "lost") and self._client.status == "running":
            # What it had made went with its worker, before we could take it.
            del self._under_way[key]
            self._submit(chunk.tasks, alone=chunk.alone)
            return
        if chunk.future.status != "finished":
            raise ClusterFailed(f"The Dask scheduler at {self._address} is gone.\n{COME_BACK}")
        first, *lines = chunk.future.result().decode().split("\n")
        del self._under_way[key]
        said = json.loads(first)
        if "keys" not in said:
            self._compare(said)
        tasks = {task.key: task for task in chunk.tasks}
        for each, line in zip(said["keys"], lines, strict=True):
            yield tasks.pop(each), Verdict.from_json(line)
        if len(tasks) < len(chunk.tasks):
            took_s = said["took_s"] / (len(chunk.tasks) - len(tasks))
            self._task_s = max(0.001, (self._task_s + took_s) / 2)
        # Another batch with the same settings has ended the crew meanwhile.
        self._again.extend(tasks.values())

    def _died(self, key: str) -> Iterator[tuple[Task, Verdict]]:
        """A worker died that had this chunk, at work or waiting."""
        chunk = self._under_way.get(key)
        if chunk is None:
            return
        chunk.deaths += 1
        if chunk.deaths < _TRIES:
            return
        del self._under_way[key]
        self._client.cancel([chunk.future])
        if chunk.alone:
            yield chunk.tasks[0], self._no_verdict(chunk.tasks[0])
        else:
            self._suspects.extend(chunk.tasks)

    def _no_verdict(self, task: Task) -> Verdict:
        return Verdict(
            exercise=task.exercise,
            outcome="checker_error",
            points=0,
            points_of=0,
            checks=[],
            seed=self._settings.seed,
            ended="the checker died",
            printed="The Dask workers that graded this alone were lost.",
            versions=self.ready.versions,
        )

    def _count(self) -> None:
        """See how many workers there are. A batch without any is not waited for without end."""
        self._workers = len(self._client.nthreads())
        now = time.monotonic()
        if self._workers or not self._seen_s:
            self._seen_s = now
        if now - self._seen_s > self._wait_s:
            raise ClusterFailed(f"All Dask workers have left {self._address}.\n{COME_BACK}")
