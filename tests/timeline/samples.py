"""Traces made by hand, which imitate what the lab and the real clock record.

`Maker` writes events in the order in which they would be complete. Times are given in seconds.
"""

from __future__ import annotations

from checker.trace import Blocked, Cancel, End, Event, Got, Lane, Ran, Report, Trace

LOOP = 0


def ns(seconds: float) -> int:
    """Nanoseconds, exactly for what has few decimals."""
    return round(seconds * 1_000_000_000)


class Maker:
    """Makes a trace event by event."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.lanes = 0

    def lane(self, name: str, t: float = 0, *, kind: str = "task", by: int | None = 1) -> int:
        """A task, thread or process begins."""
        self.lanes += 1
        parent = LOOP if self.lanes == 1 else by
        self.events.append(Lane(ns(t), self.lanes, kind, name, parent, "app.py:20"))
        return self.lanes

    def ran(
        self,
        lane: int,
        t: float,
        then: str,
        on: str = "",
        *,
        since: float | None = None,
        lasted: float = 0,
        at: str = "app.py:7",
    ) -> None:
        """A lane held its turn for one step."""
        ready = t if since is None else since
        self.events.append(Ran(ns(t), lane, ns(ready), ns(lasted), then, on, at))

    def blocked(self, lane: int, t: float, lasted: float, on: str, at: str = "app.py:7") -> None:
        """Code held the loop."""
        self.events.append(Blocked(ns(t), lane, ns(lasted), on, at))

    def got(self, lane: int, t: float, on: str) -> None:
        """A parked task got what it was queued for."""
        self.events.append(Got(ns(t), lane, on))

    def cancel(self, lane: int, t: float, by: int = 1) -> None:
        """Somebody asked a lane to cancel."""
        self.events.append(Cancel(ns(t), lane, by, "app.py:30"))

    def report(self, lane: int, t: float, kind: str, text: str) -> None:
        """The program should hear of something."""
        self.events.append(Report(ns(t), lane, kind, text, "app.py:11"))

    def trace(self, t: float, outcome: str = "returned", turns: int = 4) -> Trace:
        """What was made, as a trace that ends now."""
        return Trace([*self.events, End(ns(t), outcome, turns)])


def sleeps() -> Trace:
    """Sleeps of 3, 1 and 2 s together."""
    make = Maker()
    main = make.lane("main")
    tasks = [make.lane(name) for name in "abc"]
    make.ran(main, 0, "waiting", "TaskGroup.__aexit__", at="app.py:12")
    for task, sleep in zip(tasks, (3, 1, 2), strict=True):
        make.ran(task, 0, "waiting", f"asyncio.sleep({sleep})")
    for name, t in (("b", 1), ("c", 2), ("a", 3)):
        make.ran(tasks["abc".index(name)], t, "returned")
    make.ran(main, 3, "returned")
    return make.trace(3)


def blocking(handlers: int = 10, sleep: float = 2) -> Trace:
    """Handlers that call time.sleep on the loop: each starves those after it."""
    make = Maker()
    main = make.lane("main")
    tasks = [make.lane(f"handler-{n}") for n in range(1, handlers + 1)]
    make.ran(main, 0, "waiting", "asyncio.gather", at="app.py:12")
    for n, task in enumerate(tasks):
        make.blocked(task, n * sleep, sleep, f"time.sleep({sleep:g})")
        make.ran(task, n * sleep, "returned", since=0, lasted=sleep)
    make.ran(main, handlers * sleep, "returned", since=handlers * sleep)
    return make.trace(handlers * sleep)


def threadpool(requests: int = 100, threads: int = 40, lasts: float = 1) -> Trace:
    """Requests whose handlers run in threads: all but the first are queued for a thread."""
    make = Maker()
    tasks = []
    for n in range(1, requests + 1):
        tasks.append(make.lane(f"request-{n}", by=LOOP))
        make.ran(tasks[-1], 0, "queued", "a thread", at="app.py:5")
    pool = [
        make.lane(f"worker-{n}", kind="thread", by=LOOP)
        for n in range(1, min(threads, requests) + 1)
    ]
    for n, task in enumerate(tasks):
        wave, thread = divmod(n, threads)
        make.got(task, wave * lasts, f"worker-{thread + 1}")
        make.ran(pool[thread], wave * lasts, "sleeping", f"time.sleep({lasts:g})", at="app.py:15")
        make.ran(task, (wave + 1) * lasts, "returned")
    for n, thread in enumerate(pool):
        last = (requests - 1 - n) // threads
        make.ran(thread, (last + 1) * lasts, "idle")
    make.events.sort(key=lambda event: event.t)
    return make.trace(-(-requests // threads) * lasts)


def semaphore(calls: int = 20, limit: int = 5) -> Trace:
    """Calls of 1 s behind a semaphore."""
    make = Maker()
    main = make.lane("main")
    tasks = [make.lane(f"fetch-{n}") for n in range(1, calls + 1)]
    make.ran(main, 0, "waiting", "TaskGroup.__aexit__", at="app.py:12")
    for n, task in enumerate(tasks):
        if n >= limit:
            make.ran(task, 0, "queued", "Semaphore.acquire", at="app.py:5")
    for n, task in enumerate(tasks):
        make.ran(task, n // limit, "waiting", "upstream GET", at="app.py:6")
        make.ran(task, n // limit + 1, "returned")
    make.events.sort(key=lambda event: event.t)
    make.ran(main, calls / limit, "returned")
    return make.trace(calls / limit)


def cancelled() -> Trace:
    """A group in which one task fails, so that its siblings are cancelled."""
    make = Maker()
    main = make.lane("main")
    tasks = [make.lane(name) for name in ("prices", "stock", "reviews")]
    make.ran(main, 0, "waiting", "TaskGroup.__aexit__", at="app.py:12")
    for task, sleep in zip(tasks, (2, 1, 3), strict=True):
        make.ran(task, 0, "waiting", f"asyncio.sleep({sleep})")
    make.ran(tasks[1], 1, "raised", "ValueError", at="app.py:9")
    make.cancel(tasks[0], 1)
    make.cancel(tasks[2], 1)
    make.ran(tasks[0], 1, "cancelled")
    make.ran(tasks[2], 1, "waiting", "asyncio.sleep(0.5)", at="app.py:14")
    make.ran(tasks[2], 1.5, "cancelled")
    make.ran(main, 1.5, "raised", "ExceptionGroup", at="app.py:12")
    return make.trace(1.5, "raised")


def stuck() -> Trace:
    """Two tasks that each wait for the lock that the other holds."""
    make = Maker()
    main = make.lane("main")
    ann, bob = make.lane("ann"), make.lane("bob")
    make.ran(main, 0, "waiting", "asyncio.gather", at="app.py:12")
    make.ran(ann, 0, "waiting", "asyncio.sleep(0.01)")
    make.ran(bob, 0, "waiting", "asyncio.sleep(0.01)")
    make.ran(ann, 0.01, "queued", "Lock.acquire", at="app.py:8")
    make.ran(bob, 0.01, "queued", "Lock.acquire", at="app.py:8")
    return make.trace(0.01, "stuck")


def leak() -> Trace:
    """A program that returns while a task of its own waits on, and a report of a wrong call."""
    make = Maker()
    main = make.lane("main")
    cleaner = make.lane("cleaner")
    make.ran(main, 0, "waiting", "asyncio.sleep(0.2)")
    make.ran(cleaner, 0, "waiting", "asyncio.sleep(3600)", at="app.py:4")
    make.report(main, 0.1, "unsafe-call", "call_soon from another thread does not wake the loop")
    make.ran(main, 0.2, "returned")
    return make.trace(0.2)


def crowd(requests: int = 1000, threads: int = 40) -> Trace:
    """A thousand alike requests in forty threads."""
    return threadpool(requests, threads)


def arrivals(requests: int = 300, every: float = 0.01, lasts: float = 0.2, pool: int = 15) -> Trace:
    """Requests that arrive one by one and need one of a few connections."""
    make = Maker()
    free = [0.0] * pool
    for n in range(requests):
        t = n * every
        task = make.lane(f"request-{n + 1}", t, by=LOOP)
        slot = min(range(pool), key=lambda k: (free[k], k))
        start = max(t, free[slot])
        if start > t:
            make.ran(task, t, "queued", "pool.acquire", at="app.py:5")
        make.ran(task, start, "waiting", "connection.execute", at="app.py:6")
        free[slot] = start + lasts
        make.ran(task, free[slot], "returned")
    make.events.sort(key=lambda event: event.t)
    return make.trace(max(free))


def measured(tasks: int = 6, steps: int = 12) -> Trace:
    """As recorded on the real clock: every step takes a little, and nothing is round."""
    make = Maker()
    main = make.lane("main")
    lanes = [make.lane(f"fetch-{n}", 0.0001) for n in range(1, tasks + 1)]
    make.ran(main, 0.00002, "waiting", "TaskGroup.__aexit__", since=0, lasted=0.00031)
    now, ready = 0.0004, dict.fromkeys(lanes, 0.0001)
    left = dict.fromkeys(lanes, steps)
    blocked = False
    while any(left.values()):
        lane = min((k for k in lanes if left[k]), key=lambda k: (ready[k], k))
        start = max(now, ready[lane])
        number = steps - left[lane]
        took = 0.00004 + 0.000013 * ((lane * 7 + number * 3) % 11)
        left[lane] -= 1
        if not blocked and lane == lanes[1] and number == 5:
            make.blocked(lane, start + 0.0001, 0.0183, "json.loads", at="app.py:18")
            took, blocked = took + 0.0185, True
        then = "waiting" if left[lane] else "returned"
        make.ran(lane, start, then, "reader.read" if left[lane] else "", since=ready[lane],
                 lasted=took)  # fmt: skip
        now = start + took
        ready[lane] = now + 0.004 + 0.00111 * ((lane * 5 + number * 7) % 9)
    make.ran(main, now, "returned", since=now, lasted=0.00005)
    return make.trace(now + 0.00005, turns=tasks * steps)


def round_robin(names: str = "abc", steps: int = 4) -> Trace:
    """Tasks that give way to one another while the clock stands still."""
    make = Maker()
    main = make.lane("main")
    tasks = [make.lane(name) for name in names]
    make.ran(main, 0, "waiting", "asyncio.gather", at="app.py:12")
    for step in range(steps):
        for task in tasks:
            make.ran(task, 0, "ready" if step < steps - 1 else "returned")
    make.ran(main, 0, "returned")
    return make.trace(0)


def spinning(turns: int = 1000) -> Trace:
    """A task that polls and never lets the clock move."""
    make = Maker()
    main = make.lane("main")
    for _ in range(turns):
        make.ran(main, 0, "ready", at="app.py:3")
    return make.trace(0, "spinning", turns)


def computing() -> Trace:
    """Two threads share the GIL, while two processes do not."""
    make = Maker()
    main = make.lane("main")
    make.ran(main, 0, "waiting", "run_in_executor", at="app.py:12")
    threads = [make.lane(f"worker-{n}", kind="thread") for n in (1, 2)]
    processes = [make.lane(f"process-{n}", kind="process") for n in (1, 2)]
    for process in processes:
        make.ran(process, 0, "computing", "lab.cpu(1)")
    make.ran(threads[0], 0, "computing", "lab.cpu(1)")
    make.ran(threads[1], 0, "queued", "the GIL")
    make.ran(threads[0], 1, "idle")
    make.ran(threads[1], 1, "computing", "lab.cpu(1)")
    for process in processes:
        make.ran(process, 1, "idle")
    make.ran(threads[1], 2, "idle")
    make.ran(main, 2, "returned")
    return make.trace(2)


def hostile() -> Trace:
    """Names and calls that try to break out of the picture."""
    make = Maker()
    main = make.lane("<script>alert(1)</script>")
    evil = make.lane('"]]>&\x00\x1b[31m\u202e' + "very" * 60, 0)
    make.ran(main, 0, "waiting", "<img src=x onerror=alert(1)>", at='a"b.py:1')
    make.ran(evil, 0, "waiting", "\ud800\ufffe]]><!--", at="'><svg onload=x>:2")
    make.ran(evil, 1, "raised", "</pre></svg><script>")
    make.ran(main, 1, "returned")
    return make.trace(1)


def empty() -> Trace:
    """A trace of nothing."""
    return Trace([])


ALL = {
    "sleeps": sleeps,
    "blocking": blocking,
    "threadpool": threadpool,
    "semaphore": semaphore,
    "cancelled": cancelled,
    "stuck": stuck,
    "leak": leak,
    "crowd": crowd,
    "arrivals": arrivals,
    "measured": measured,
    "round_robin": round_robin,
    "spinning": spinning,
    "computing": computing,
    "hostile": hostile,
    "empty": empty,
}
