"""Who called, who is being served, who waits, and how each call ended.

The world outside goes on by itself: a call that needs 0.1 s has ended 0.1 s after it was served,
also when the caller's loop is blocked until 2.0 and reads the answer then. So an end is not an
event that somebody must be awake for. It is a time, known from the moment of serving, and the
ledger settles all ends up to now before it answers any question.

Invariant: calls == completed + failed + cancelled + in_flight, at every moment.
Invariant: at most `capacity` calls are served at once; the rest wait, first come first.
A call that is given up at the very moment at which its answer comes counts as cancelled, since
that is what its caller saw.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from checker.lab.services.clock import NS, now_ns
from checker.lab.services.lock import Guard
from checker.lab.services.reply import Answer
from checker.lab.services.steps import Bell


@dataclass(slots=True, eq=False)
class Call:
    """One call, as the log keeps it. Times are in seconds on the clock of the run."""

    number: int
    key: Any
    body: Any = None
    method: str = "GET"
    path: str = "/"
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    started: float = 0.0
    ended: float | None = None
    outcome: str = "in flight"  # then completed, failed or cancelled
    status: int | None = None
    in_flight: int = 0  # how many were, this one included, when it came

    def __str__(self) -> str:
        ended = "" if self.ended is None else f" to {self.ended:g}"
        return f"call {self.number} ({self.key!r}) {self.started:g}{ended}: {self.outcome}"


class Serving:
    """A call that has not ended, and what the service will do with it."""

    def __init__(self, call: Call, answer: Answer, came_ns: int) -> None:
        self.call = call
        self.answer = answer
        self.came_ns = came_ns
        self.served = False
        self.due_ns: int | None = None  # when the answer begins
        self.end_ns: int | None = None  # when it is complete; None: when it has been taken
        self.bell = Bell()


class Ledger:
    """The books of one service for one run."""

    def __init__(self, capacity: int | None = None) -> None:
        self.calls = self.completed = self.failed = self.cancelled = self.peak = 0
        self.log: list[Call] = []
        self._capacity = capacity
        self._guard = Guard()
        self._open: dict[int, Call] = {}
        self._served: dict[int, Serving] = {}
        self._queue: dict[int, Serving] = {}
        self._ends: list[tuple[int, int, Serving]] = []
        self._to_ring: list[Bell] = []

    @property
    def in_flight(self) -> int:
        """Calls that came and have not ended, those that wait for their turn included."""
        return len(self._open)

    @property
    def waiting(self) -> int:
        """Calls that wait until one of the `capacity` places is free."""
        return len(self._queue)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        # Bells ring after the guard is released, since a ring may run the listener's code.
        with self._guard:
            yield
            bells, self._to_ring = self._to_ring, []
        for bell in bells:
            bell.ring()

    def arrive(self, call: Call) -> None:
        """Note a call that came, and give it its number."""
        at_ns = now_ns()
        with self._changing():
            self._settle(at_ns)
            self.calls += 1
            call.number = self.calls
            call.started = at_ns / NS
            self.log.append(call)
            self._open[call.number] = call
            call.in_flight = len(self._open)
            self.peak = max(self.peak, call.in_flight)

    def admit(self, call: Call, answer: Answer) -> Serving:
        """Serve the call as `answer` says, as soon as there is a place."""
        serving = Serving(call, answer, now_ns())
        with self._changing():
            self._settle(serving.came_ns)
            if self._capacity is not None and len(self._served) >= self._capacity:
                self._queue[call.number] = serving
            else:
                self._serve(serving, serving.came_ns)
        return serving

    def settle(self) -> None:
        """End whatever has ended by now."""
        if self._ends:
            at_ns = now_ns()
            with self._changing():
                self._settle(at_ns)

    def look_again_ns(self, serving: Serving) -> int | None:
        """When a call that waits for its turn should look again; None: when its bell rings.

        The first in the queue keeps watch for the end of a call that nobody attends any more.
        """
        with self._guard:
            first = next(iter(self._queue.values()), None)
            return self._ends[0][0] if serving is first and self._ends else None

    def finish(self, serving: Serving) -> None:
        """The caller has the whole answer."""
        at_ns = max(now_ns(), serving.end_ns or 0)
        with self._changing():
            self._settle(at_ns)
            if serving.call.number in self._open:
                self._end(serving.call, at_ns, serving.answer.outcome)

    def leave(self, call: Call) -> None:
        """The caller is gone: if the call has not ended before this moment, it is cancelled."""
        at_ns = now_ns()
        with self._changing():
            self._settle(at_ns - 1)
            if call.number in self._open:
                self._end(call, at_ns, "cancelled")

    def fail(self, call: Call) -> None:
        """The call broke while the service made its answer."""
        at_ns = now_ns()
        with self._changing():
            if call.number in self._open:
                self._end(call, at_ns, "failed")

    def _settle(self, at_ns: int) -> None:
        while self._ends and self._ends[0][0] <= at_ns:
            end_ns, number, serving = heapq.heappop(self._ends)
            if number in self._open:
                self._end(serving.call, end_ns, serving.answer.outcome)

    def _end(self, call: Call, at_ns: int, outcome: str) -> None:
        del self._open[call.number]
        call.ended = at_ns / NS
        call.outcome = outcome
        if outcome == "completed":
            self.completed += 1
        elif outcome == "failed":
            self.failed += 1
        else:
            self.cancelled += 1
        first = next(iter(self._queue), None)
        self._queue.pop(call.number, None)
        self._served.pop(call.number, None)
        while self._queue and len(self._served) < (self._capacity or 0):
            number = next(iter(self._queue))
            self._serve(self._queue.pop(number), at_ns)
        if self._queue and next(iter(self._queue)) != first:
            # Whoever is the first now has to keep watch.
            self._to_ring.append(next(iter(self._queue.values())).bell)

    def _serve(self, serving: Serving, at_ns: int) -> None:
        answer = serving.answer
        serving.served = True
        self._served[serving.call.number] = serving
        if answer.latency_ns is not None:
            serving.due_ns = max(at_ns, serving.came_ns) + answer.latency_ns
            serving.call.status = answer.status
            if answer.lasts_ns is not None:
                serving.end_ns = serving.due_ns + answer.lasts_ns
                heapq.heappush(self._ends, (serving.end_ns, serving.call.number, serving))
        self._to_ring.append(serving.bell)
