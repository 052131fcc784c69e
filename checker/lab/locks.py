"""Waiting between threads, on the virtual clock.

Every lock, event, condition, semaphore, barrier, queue and future of the standard library
waits in one of three places: a lock, a re-entrant lock, or a SimpleQueue, all written in C.
These three are replaced, and the rest stays what it is. A strand that would wait gives the
baton away instead; its time-out is one on the virtual clock.

Only one strand runs at a time, so a lock is taken without waiting unless its owner is parked.
Whoever releases wakes the first who waits; as with real locks, another may take it before.

Invariant: a lock that a strand holds is in `_held`. One that is taken and is not in it belongs
to a thread that is no part of the run, and is waited for in real time.
"""

from __future__ import annotations

import _thread
import sys
import threading
from _queue import SimpleQueue
from collections import deque
from collections.abc import Callable
from math import inf, nextafter
from queue import Empty
from typing import Any

from checker.lab import where
from checker.lab.clock import Clock, Strand
from checker.lab.current import local
from checker.lab.errors import Stop, ThreadStuck
from checker.lab.originals import (
    acquire,
    monotonic,
    release,
    rlock_acquire,
    rlock_acquire_restore,
    rlock_owned,
    rlock_release,
    rlock_release_save,
    simple_get,
    simple_put,
)
from checker.lab.swap import Swaps

_LOOK_S = 0.05  # how often who waits for a thread outside of the run looks whether it is over


class _Waiters:
    """Who waits for a thing, first come first. The thing is kept, so that its id stays its own."""

    __slots__ = ("strands", "thing")

    def __init__(self, thing: Any) -> None:
        self.thing = thing
        self.strands: deque[Strand] = deque()


class _OfItsLock:
    """A method that a condition takes from its lock as it is made, perhaps long before the run.

    What it keeps is bound to the function that was there then; here it gets the present one.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._usual: Any = threading.Condition.__dict__.get(name)

    def __get__(self, condition: Any, owner: Any = None) -> Any:
        if condition is None:
            return self._usual
        kept = condition.__dict__.get(self._name)
        if kept is None:
            return self._usual.__get__(condition)
        lock = condition._lock
        return getattr(lock, self._name) if getattr(kept, "__self__", None) is lock else kept

    def __set__(self, condition: Any, value: Any) -> None:
        condition.__dict__[self._name] = value


class Locks:
    """The replacements, for one clock."""

    def __init__(self, clock: Clock, patience_s: float) -> None:
        self._clock = clock
        self._patience_s = patience_s
        self._waiters: dict[int, _Waiters] = {}
        self._held: dict[int, str] = {}  # and the name of who took it: a task or a thread
        self.task_name: Callable[[], str] = lambda: ""  # of the task that runs now

    def wait_on(self, thing: Any, deadline: int | None, on: str, first: bool = False) -> bool:
        """Park the holder of the baton until `notify(thing)`. False if the deadline came first."""
        waiters = self._waiters.get(id(thing))
        if waiters is None:
            waiters = self._waiters[id(thing)] = _Waiters(thing)
        me = self._clock.running()
        enter = waiters.strands.appendleft if first else waiters.strands.append
        enter(me)
        woken = False
        try:
            woken = self._clock.park(deadline, "queued" if on in where.QUEUES else "waiting", on)
        finally:
            if not woken and me in waiters.strands:
                waiters.strands.remove(me)
            # Another line may stand there by now, begun after the last of ours was woken.
            if not waiters.strands and self._waiters.get(id(thing)) is waiters:
                del self._waiters[id(thing)]
        return woken

    def notify(self, thing: Any) -> bool:
        """Wake the first who waits for `thing`, if anyone does."""
        waiters = self._waiters.get(id(thing))
        if waiters is None or not waiters.strands:
            return False
        self._clock.wake(waiters.strands.popleft())
        return True

    def _taker(self) -> str:
        strand = local.strand
        if strand is None or strand is self._clock.loop:
            return self.task_name()
        return strand.name

    def holder(self, waiter: Strand) -> str:
        """The name of who holds the lock that a strand waits for."""
        for waiters in self._waiters.values():
            if waiter in waiters.strands:
                return self._held.get(id(waiters.thing), "")
        return ""

    def _deadline(self, timeout: float | None) -> int | None:
        if timeout is None or timeout < 0:
            return None
        return self._clock.after(timeout)

    def _wait_for_lock(self, lock: Any, take: Any, timeout: float, on: str) -> bool:
        """Wait until `take(lock, False)` succeeds, or time is up."""
        deadline = self._deadline(timeout)
        on = where.asked(sys._getframe(1), on)
        first = False
        while id(lock) in self._held:
            if not self.wait_on(lock, deadline, on, first):
                return False
            if take(lock, False):
                self._held[id(lock)] = self._taker()
                return True
            first = True
        return self._wait_for_outsider(lock, take, timeout)

    def _wait_for_outsider(self, lock: Any, take: Any, timeout: float) -> bool:
        """Wait in real time for a lock that a thread outside of the run holds."""
        end = monotonic() + (self._patience_s if timeout < 0 else min(timeout, self._patience_s))
        while not take(lock, True, _LOOK_S):
            if self._clock.over:
                raise Stop
            if monotonic() < end:
                continue
            if timeout >= 0:
                return False
            raise ThreadStuck(
                "the program waits for a lock that a thread outside of the run holds, and which "
                "it did not release; take and release a lock within one run"
            )
        self._held[id(lock)] = self._taker()
        return True

    def install(self, swaps: Swaps) -> None:
        """Replace the three for as long as the run lasts."""
        self._install_lock(swaps)
        self._install_rlock(swaps)
        self._install_queue(swaps)
        self._install_condition(swaps)

    def _install_lock(self, swaps: Swaps) -> None:
        held, taker = self._held, self._taker

        def acquire_lock(lock: Any, blocking: bool = True, timeout: float = -1) -> bool:
            if local.strand is None or not blocking:
                taken = acquire(lock, blocking, timeout)
                if taken and local.strand is not None:
                    held[id(lock)] = taker()
                return taken
            if acquire(lock, False):
                held[id(lock)] = taker()
                return True
            return self._wait_for_lock(lock, acquire, timeout, "Lock.acquire")

        def release_lock(lock: Any) -> None:
            # In this order: outside of the run others may take it as soon as it is free.
            held.pop(id(lock), None)
            release(lock)
            if local.strand is not None:
                self.notify(lock)

        def enter(lock: Any) -> bool:
            return acquire_lock(lock)

        def leave(lock: Any, *exc: object) -> None:
            release_lock(lock)

        for name in ("acquire", "acquire_lock"):
            swaps.method(_thread.LockType, name, acquire_lock)
        for name in ("release", "release_lock"):
            swaps.method(_thread.LockType, name, release_lock)
        swaps.method(_thread.LockType, "__enter__", enter)
        swaps.method(_thread.LockType, "__exit__", leave)

    def _install_rlock(self, swaps: Swaps) -> None:
        held, taker = self._held, self._taker

        def acquire_lock(lock: Any, blocking: bool = True, timeout: float = -1) -> bool:
            if local.strand is None or not blocking:
                taken = rlock_acquire(lock, blocking, timeout)
                if taken and local.strand is not None:
                    held[id(lock)] = taker()
                return taken
            if rlock_acquire(lock, False):
                held[id(lock)] = taker()
                return True
            return self._wait_for_lock(lock, rlock_acquire, timeout, "RLock.acquire")

        def released(lock: Any) -> None:
            if local.strand is not None and not rlock_owned(lock):
                held.pop(id(lock), None)
                self.notify(lock)

        def release_lock(lock: Any) -> None:
            rlock_release(lock)
            released(lock)

        def release_save(lock: Any) -> Any:
            state = rlock_release_save(lock)
            released(lock)
            return state

        def acquire_restore(lock: Any, state: Any) -> None:
            if local.strand is not None:
                # Wait as a strand does; then the lock is free for a moment, and nobody else runs.
                acquire_lock(lock)
                rlock_release(lock)
            rlock_acquire_restore(lock, state)

        def enter(lock: Any) -> bool:
            return acquire_lock(lock)

        def leave(lock: Any, *exc: object) -> None:
            release_lock(lock)

        owner = _thread.RLock
        swaps.method(owner, "acquire", acquire_lock)
        swaps.method(owner, "release", release_lock)
        swaps.method(owner, "__enter__", enter)
        swaps.method(owner, "__exit__", leave)
        swaps.method(owner, "_release_save", release_save)
        swaps.method(owner, "_acquire_restore", acquire_restore)

    def _install_queue(self, swaps: Swaps) -> None:
        def get(queue: Any, block: bool = True, timeout: float | None = None) -> Any:
            if local.strand is not None and self._clock.over:
                raise Stop  # A pool's thread would take the next job.
            if local.strand is None or not block:
                return simple_get(queue, block, timeout)
            if timeout is not None and timeout < 0:
                raise ValueError("'timeout' must be a non-negative number")
            deadline = self._deadline(timeout)
            first = False
            while True:
                try:
                    return simple_get(queue, False)
                except Empty:
                    if not self.wait_on(queue, deadline, "SimpleQueue.get", first):
                        raise
                    first = True

        def put(queue: Any, item: Any, block: bool = True, timeout: float | None = None) -> None:
            simple_put(queue, item)
            if local.strand is not None:
                self.notify(queue)

        swaps.method(SimpleQueue, "get", get)
        swaps.method(SimpleQueue, "get_nowait", lambda queue: get(queue, False))
        swaps.method(SimpleQueue, "put", put)
        swaps.method(SimpleQueue, "put_nowait", put)

    def _install_condition(self, swaps: Swaps) -> None:
        clock, real = self._clock, threading.Condition.wait
        semaphore = threading.Semaphore.acquire.__code__

        def wait(condition: threading.Condition, timeout: float | None = None) -> bool:
            at_once = timeout is not None and timeout <= 0 and local.strand is not None
            if at_once and sys._getframe(1).f_code is not semaphore:
                # It takes a moment for real. `futures.as_completed` counts on it: it looks until
                # the clock has passed its deadline, not only reached it. A semaphore does not,
                # and every job for a pool looks at one: the time that is read stays exact.
                clock.creep(nextafter(clock.seconds(), inf))
            return real(condition, timeout)

        swaps.attribute(threading.Condition, "wait", wait)
        for name in ("acquire", "release", "_release_save", "_acquire_restore", "_is_owned"):
            swaps.attribute(threading.Condition, name, _OfItsLock(name))
