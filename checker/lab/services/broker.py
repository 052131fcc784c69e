"""The jobs that a queue holds, and whose turn it is: the inside of the broker.

Invariant: put == length + taken + acked + dead, at every moment. No job is ever lost.
A job is "ready", "hidden" (put with a delay, or given back with one), "taken" or gone. Each hand
over gives it a new token, so a worker that is late is told from the one that has the job now.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from checker.lab.services.clock import NS
from checker.lab.services.lock import Guard
from checker.lab.services.steps import Bell


class Event(NamedTuple):
    """Something that happened to a job. The time is in seconds on the clock of the run."""

    at: float
    what: str  # put, delivered, redelivered, acked, returned, expired or dead
    job: int
    attempt: int


class Job:
    """One job."""

    def __init__(self, number: int, body: Any) -> None:
        self.number = number
        self.body = body
        self.attempts = 0
        self.state = "ready"
        self.token = 0


class Broker:
    """The books of one queue for one run."""

    def __init__(self, visibility_ns: int | None, max_attempts: int | None) -> None:
        self.put = self.acked = self.delivered = self.redelivered = 0
        self.log: list[Event] = []
        self.dead: list[Any] = []
        self.held: dict[int, Job] = {}
        self.getters: deque[Bell] = deque()
        self._visibility_ns = visibility_ns
        self._max_attempts = max_attempts
        self._ready: list[tuple[int, int, Job]] = []  # (since when, number, job)
        self._hidden: list[tuple[int, int, int, Job]] = []  # (until when, number, token, job)
        self._guard = Guard()
        self._to_ring: list[Bell] = []

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the books; bells ring after they are released."""
        with self._guard:
            yield
            bells, self._to_ring = self._to_ring, []
        for bell in bells:
            bell.ring()

    def count(self, *states: str) -> int:
        """How many jobs are in one of these states."""
        return sum(job.state in states for job in self.held.values())

    # What follows is called while the books are held.

    def add(self, body: Any, at_ns: int, hidden_ns: int) -> Job:
        """Take a new job in."""
        self.settle(at_ns)
        self.put += 1
        job = self.held[self.put] = Job(self.put, body)
        self._note(at_ns, "put", job)
        self._lay(job, at_ns, hidden_ns)
        return job

    def take(self, bell: Bell, at_ns: int) -> Job | None:
        """The next job, if this worker is the first in line and there is one."""
        self.settle(at_ns)
        if not self._ready or self.getters[0] is not bell:
            return None
        job = heapq.heappop(self._ready)[2]
        job.state, job.token = "taken", job.token + 1
        job.attempts += 1
        self.delivered += 1
        self.redelivered += job.attempts > 1
        self._note(at_ns, "delivered" if job.attempts == 1 else "redelivered", job)
        self._hide(job, at_ns, self._visibility_ns)
        return job

    def look_again_ns(self, bell: Bell) -> int | None:
        """When a worker that found nothing should look again; None: when its bell rings."""
        while self._hidden and self._hidden[0][2] != self._hidden[0][3].token:
            heapq.heappop(self._hidden)
        return self._hidden[0][0] if self._hidden and self.getters[0] is bell else None

    def leave(self, bell: Bell) -> None:
        """A worker waits no longer; the one behind it keeps watch."""
        self.getters.remove(bell)
        self._ring_first()

    def holds(self, job: Job, token: int, at_ns: int) -> bool:
        """Whether this delivery of the job is still the valid one."""
        self.settle(at_ns)
        return job.state == "taken" and job.token == token

    def finish(self, job: Job, at_ns: int) -> None:
        """Its work is done."""
        self.acked += 1
        job.state = "acked"
        job.token += 1
        del self.held[job.number]
        self._note(at_ns, "acked", job)

    def give_back(self, job: Job, at_ns: int, hidden_ns: int, what: str = "returned") -> None:
        """It needs another attempt."""
        job.token += 1
        self._note(at_ns, what, job)
        if self._max_attempts is not None and job.attempts >= self._max_attempts:
            job.state = "dead"
            del self.held[job.number]
            self.dead.append(job.body)
            self._note(at_ns, "dead", job)
        else:
            self._lay(job, at_ns, hidden_ns)

    def extend(self, job: Job, at_ns: int) -> int:
        """Its worker is still at it; returns the token with which it goes on."""
        job.token += 1
        self._hide(job, at_ns, self._visibility_ns)
        return job.token

    def settle(self, at_ns: int) -> None:
        """Let go on what was hidden until now."""
        while self._hidden and self._hidden[0][0] <= at_ns:
            until_ns, _, token, job = heapq.heappop(self._hidden)
            if token != job.token:
                continue
            if job.state == "taken":
                self.give_back(job, until_ns, 0, "expired")
            else:
                self._lay(job, until_ns, 0)

    def _lay(self, job: Job, at_ns: int, hidden_ns: int) -> None:
        if hidden_ns:
            job.state = "hidden"
            self._hide(job, at_ns, hidden_ns)
        else:
            job.state = "ready"
            heapq.heappush(self._ready, (at_ns, job.number, job))
        self._ring_first()

    def _hide(self, job: Job, at_ns: int, hidden_ns: int | None) -> None:
        if hidden_ns is not None:
            heapq.heappush(self._hidden, (at_ns + hidden_ns, job.number, job.token, job))

    def _ring_first(self) -> None:
        if self.getters:
            self._to_ring.append(self.getters[0])

    def _note(self, at_ns: int, what: str, job: Job) -> None:
        self.log.append(Event(at_ns / NS, what, job.number, job.attempts))
