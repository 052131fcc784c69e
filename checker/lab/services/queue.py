"""A job broker outside of the program, with at-least-once delivery.

What a caller asks for has happened when it is sent; the latency is the wait for the broker's
word. So a `put` that is cancelled may have put the job, and a `get` that is cancelled may have
taken one, which comes back when its time is over.
"""

from __future__ import annotations

import itertools
from copy import deepcopy
from typing import Any, NamedTuple

from checker.lab.services.behaviour import at_least_one
from checker.lab.services.broker import Broker, Event, Job
from checker.lab.services.clock import NS, finite_ns, now_ns, to_ns
from checker.lab.services.latency import Delay, Latency
from checker.lab.services.service import Service, count
from checker.lab.services.steps import Bell, Pause, Steps, run, run_blocking
from checker.lab.services.which import Choice, Which


class QueueFull(Exception):
    """The broker holds as many jobs as it accepts."""


class Operation(NamedTuple):
    """A request to the broker, as a latency or a loss may look at it."""

    number: int
    started: float
    what: str  # put, get, ack, nack or extend


class Delivery:
    """A job in the hands of a worker: acknowledge it when its work is done."""

    def __init__(self, queue: Queue, broker: Broker, job: Job) -> None:
        self._queue, self._broker, self._job = queue, broker, job
        self._token = job.token
        self.number = job.number
        self.attempt = job.attempts
        self.body: Any = deepcopy(job.body)

    async def ack(self) -> bool:
        """The work is done. False if that came too late: the job may be with another worker."""
        return await run(self._tell("ack"))

    async def nack(self, delay: float = 0.0) -> bool:
        """Give it back, for another attempt after `delay` seconds. False if that came too late."""
        return await run(self._tell("nack", delay))

    async def extend(self) -> bool:
        """Still at work: it stays hidden for another `visibility` from now. False if too late."""
        return await run(self._tell("extend"))

    def ack_blocking(self) -> bool:
        """`ack`, for a thread."""
        return run_blocking(self._tell("ack"))

    def nack_blocking(self, delay: float = 0.0) -> bool:
        """`nack`, for a thread."""
        return run_blocking(self._tell("nack", delay))

    def extend_blocking(self) -> bool:
        """`extend`, for a thread."""
        return run_blocking(self._tell("extend"))

    def __repr__(self) -> str:
        return f"<job {self.number}, attempt {self.attempt}: {self.body!r}>"

    def _tell(self, what: str, delay: float = 0.0) -> Steps[bool]:
        hidden_ns = finite_ns(delay, "delay")
        broker, job, at_ns = self._broker, self._job, now_ns()
        lost = what == "ack" and self._queue.loses_ack()
        with broker.changing():
            held = broker.holds(job, self._token, at_ns)
            if held and what == "nack":
                broker.give_back(job, at_ns, hidden_ns)
            elif held and what == "extend":
                self._token = broker.extend(job, at_ns)
            elif held and not lost:
                broker.finish(job, at_ns)
        yield from self._queue.wait_for_word(what)
        return held


class Queue(Service):
    """A job broker.

    latency       seconds until the broker has answered: a number, a list by operation (its last
                  number holds for all later ones), a function of the operation, or a distribution
    visibility    seconds for which a job is hidden once it was handed out; if it was not
                  acknowledged by then, it is handed out again. math.inf for never
    max_length    how many jobs it holds, those handed out included; one more raises QueueFull
    max_attempts  how often a job is handed out before it is put aside as dead
    lose_ack      which acknowledgements get lost: a list of numbers, a probability, True, or a
                  function of the operation; the worker hears of success, and the job comes again
    seed          what distributions and probabilities draw from; without it, the run's seed

    A new run begins with an empty queue and new counts.
    """

    def __init__(
        self,
        latency: Latency = 0.0,
        *,
        visibility: float = 30.0,
        max_length: int | None = None,
        max_attempts: int | None = None,
        lose_ack: Which = False,
        name: str = "queue",
        seed: int | None = None,
    ) -> None:
        super().__init__(name, seed)
        self._latency: Delay[Operation] = Delay(latency, "latency")
        self._visibility_ns = to_ns(visibility, "visibility")
        for what, number in (("max_length", max_length), ("max_attempts", max_attempts)):
            if number is not None:
                at_least_one(what, number)
        self._max_length, self._max_attempts = max_length, max_attempts
        self._lose_ack = Choice(lose_ack, "lose_ack")
        self.reset()
        self.enter()

    # Using it.

    async def put(self, body: Any, delay: float = 0.0) -> int:
        """Put a job, to be handed out after `delay` seconds; returns its number."""
        return await run(self._put(body, delay))

    async def get(self, timeout: float | None = None) -> Delivery | None:
        """Wait for a job. With a `timeout`: None if there was none in that many seconds."""
        return await run(self._get(timeout))

    def put_blocking(self, body: Any, delay: float = 0.0) -> int:
        """`put`, for a thread."""
        return run_blocking(self._put(body, delay))

    def get_blocking(self, timeout: float | None = None) -> Delivery | None:
        """`get`, for a thread."""
        return run_blocking(self._get(timeout))

    # What was measured.

    @property
    def length(self) -> int:
        """How many jobs wait to be handed out."""
        return self._books().count("ready", "hidden")

    @property
    def taken(self) -> int:
        """How many are handed out and not acknowledged."""
        return self._books().count("taken")

    @property
    def jobs(self) -> int:
        """How many were put."""
        return self._books().put

    @property
    def acked(self) -> int:
        """How many were acknowledged."""
        return self._books().acked

    @property
    def delivered(self) -> int:
        """How often a job was handed out."""
        return self._books().delivered

    @property
    def redelivered(self) -> int:
        """How often that was not for the first time."""
        return self._books().redelivered

    @property
    def dead(self) -> list[Any]:
        """The jobs that were put aside after `max_attempts`."""
        return deepcopy(self._books().dead)

    @property
    def waiting(self) -> int:
        """How many workers wait for a job."""
        return len(self._books().getters)

    @property
    def log(self) -> list[Event]:
        """What happened to the jobs, in order."""
        return list(self._books().log)

    def reset(self) -> None:
        """Begin anew: empty, and with new counts."""
        self._broker = Broker(self._visibility_ns, self._max_attempts)
        self._operations, self._acks = itertools.count(1), itertools.count(1)

    def left_open(self) -> str | None:
        """Jobs that were taken and not acknowledged."""
        taken = self._broker.count("taken")
        return (
            f"queue {self.name!r}: {count(taken, 'job')} taken, not acknowledged" if taken else None
        )

    def __repr__(self) -> str:
        broker = self._broker
        return f"<Queue {self.name!r}: {count(broker.put, 'job')}, {broker.acked} acknowledged>"

    # For its deliveries.

    def wait_for_word(self, what: str) -> Steps[None]:
        """Wait until the broker has answered."""
        at_ns = now_ns()
        operation = Operation(next(self._operations), at_ns / NS, what)
        takes_ns = self._latency.ns(operation, self._draws("latency", operation.number))
        yield Pause(None if takes_ns is None else at_ns + takes_ns)

    def loses_ack(self) -> bool:
        """Whether this acknowledgement gets lost."""
        ack = Operation(next(self._acks), now_ns() / NS, "ack")
        return bool(self._lose_ack.picks(ack, self._draws("lose_ack", ack.number)))

    # Within.

    def _books(self) -> Broker:
        self.enter()
        # A run that is over leaves its books as they were.
        if self._same_run:
            with self._broker.changing():
                self._broker.settle(now_ns())
        return self._broker

    def _put(self, body: Any, delay: float) -> Steps[int]:
        self.enter()
        hidden_ns = finite_ns(delay, "delay")
        broker, job = self._broker, None
        with broker.changing():
            if self._max_length is None or len(broker.held) < self._max_length:
                job = broker.add(deepcopy(body), now_ns(), hidden_ns)
        yield from self.wait_for_word("put")
        if job is None:
            raise QueueFull(f"queue {self.name!r} holds {self._max_length} jobs and takes no more")
        return job.number

    def _get(self, timeout: float | None) -> Steps[Delivery | None]:
        self.enter()
        broker, bell, moment_ns = self._broker, Bell(), now_ns()
        limit_ns = None if timeout is None else to_ns(timeout, "timeout")
        deadline_ns = None if limit_ns is None else moment_ns + limit_ns
        broker.getters.append(bell)
        try:
            while True:
                seen = bell.count
                with broker.changing():
                    job = broker.take(bell, moment_ns)
                    until_ns = broker.look_again_ns(bell)
                if job is not None:
                    break
                expires = deadline_ns is not None and (until_ns is None or deadline_ns <= until_ns)
                until_ns = deadline_ns if expires else until_ns
                rang = yield Pause(until_ns, bell, seen)
                if expires and not rang:
                    return None
                moment_ns = now_ns() if rang else max(now_ns(), until_ns or 0)
        finally:
            with broker.changing():
                broker.leave(bell)
        delivery = Delivery(self, broker, job)
        yield from self.wait_for_word("get")
        return delivery
