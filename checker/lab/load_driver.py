"""Offers load to an app, and measures it as its users feel it.

With `rate` the load is open: each request arrives at its due time, whether or not earlier ones
are answered, and also while the app blocks the loop. Its latency counts from the due time, so
what waits behind a blocked loop is not left out (no "coordinated omission"). With `users` the
load is closed: each user sends, waits for the answer, thinks, and sends again.

A client here needs no task: it reads what arrives as it arrives, and what it costs is the app.
Invariant: every request that arrived has ended when `load` returns, and stands in the report.
Refuses both kinds of load at once, and none.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Literal

from checker.lab import current
from checker.lab.asgi import Server, serve
from checker.lab.asgi.request import Request
from checker.lab.asgi.wire import (
    HIGH_WATER_BYTES,
    NOBODY,
    App,
    Headers,
    Message,
    Signal,
    request_headers,
)
from checker.lab.load_report import LoadReport, Sent

NS = 1_000_000_000
Path = str | Callable[[int], str]
Arrivals = Literal["even", "poisson"]


async def load(
    target: App | Server,
    path: Path = "/",
    *,
    rate: float | None = None,
    users: int | None = None,
    duration: float,
    method: str = "GET",
    headers: Headers | None = None,
    body: bytes = b"",
    think: float = 0.0,
    timeout: float | None = None,
    arrivals: Arrivals = "even",
) -> LoadReport:
    """Send requests for `duration` seconds, wait for the last one to end, and report.

    target: a server, or an app that is served for as long as the load lasts.
    path: of every request, or a function of the request's number, which begins at 0.
    rate: requests per second, open; arrivals "even", or "poisson" by the seed of the run.
    users: how many send one after another, closed; `think` is each one's pause after an answer.
    timeout: seconds after which a client gives up, counted from when its request was due.
    """
    if (rate is None) == (users is None):
        raise TypeError("load takes one of rate= (open: so many per second) and users= (closed)")
    until_ns = round(duration * NS)
    async with nullcontext(target) if isinstance(target, Server) else serve(target) as server:
        generator = _Generator(server, path, method, headers, body, timeout)
        try:
            if rate is not None:
                kind = f"{rate:g}/s for {duration:g} s, {arrivals}"
                await generator.offer(_due_times(rate, until_ns, arrivals))
            else:
                assert users is not None
                kind = f"{users} users for {duration:g} s, thinking {think:g} s"
                await generator.use(users, until_ns, think)
        finally:
            generator.leave()
    return LoadReport(kind, [client.sent() for client in generator.clients], until_ns)


def _due_times(rate: float, until_ns: int, arrivals: Arrivals) -> Iterator[int]:
    if not rate > 0:
        raise ValueError(f"the rate of a load is a number of requests per second, not {rate!r}")
    if arrivals == "even":
        number = 0
        while (due_ns := round(number * NS / rate)) < until_ns:
            yield due_ns
            number += 1
    elif arrivals == "poisson":
        machine = current.machine()
        chance = random.Random(machine.seed if machine else 0)
        due_s = chance.expovariate(rate)
        while (due_ns := round(due_s * NS)) < until_ns:
            yield due_ns
            due_s += chance.expovariate(rate)
    else:
        raise ValueError(f"arrivals are 'even' or 'poisson', not {arrivals!r}")


class _Generator:
    """One load: its clients, in the order in which they arrived, and its clock."""

    def __init__(
        self,
        server: Server,
        path: Path,
        method: str,
        headers: Headers | None,
        body: bytes,
        timeout: float | None,
    ) -> None:
        self.clients: list[_Client] = []
        self.loop = asyncio.get_running_loop()
        self.timeout_ns = None if timeout is None else round(timeout * NS)
        self.outstanding = 0
        self.idle = Signal()
        self._start_s = self.loop.time()
        self._server = server
        self._path = path
        self._method = method
        self._headers = request_headers(headers, len(body))
        self._body = body

    def now_ns(self) -> int:
        """Time since the load began."""
        return round((self.loop.time() - self._start_s) * NS)

    def at(self, due_ns: int, callback: Callable[[], None]) -> asyncio.TimerHandle:
        """Call back at a time of the load."""
        return self.loop.call_at(self._start_s + due_ns / NS, callback)

    async def offer(self, due_times: Iterator[int]) -> None:
        """Open load: send each request when it is due, or at once if that has passed."""
        for due_ns in due_times:
            if self.now_ns() < due_ns:
                due = asyncio.Event()
                self.at(due_ns, due.set)
                await due.wait()
            self._send(due_ns)
        while self.outstanding:
            self.idle.clear()
            await self.idle.wait()

    async def use(self, users: int, until_ns: int, think: float) -> None:
        """Closed load: each user waits for an answer before it sends again."""
        async with asyncio.TaskGroup() as group:
            for number in range(1, users + 1):
                group.create_task(self._user(until_ns, think), name=f"user {number}")

    async def _user(self, until_ns: int, think: float) -> None:
        while (now_ns := self.now_ns()) < until_ns:
            await self._send(now_ns).ended.wait()
            if think:
                await asyncio.sleep(think)

    def leave(self) -> None:
        """Give up what is still outstanding, which is so only if the load was cut short."""
        for client in self.clients:
            client.leave()

    def _send(self, due_ns: int) -> _Client:
        number = len(self.clients)
        path = self._path if isinstance(self._path, str) else self._path(number)
        client = _Client(self, due_ns)
        at_once = self._body if len(self._body) <= HIGH_WATER_BYTES else None
        headers = self._headers.copy()
        request = self._server.open(client, self._method, path, headers, at_once)
        if at_once is None:
            self._server.spawn(request.feed(self._body, False), f"body of {request}")
        client.request = request
        self.clients.append(client)
        self.outstanding += 1
        return client


class _Client:
    """One request. It reads at once whatever arrives, and gives up at its deadline."""

    __slots__ = (
        "_deadline_ns",
        "_due_ns",
        "_ended_ns",
        "_error",
        "_generator",
        "_owed_bytes",
        "_status",
        "_timer",
        "ended",
        "request",
    )

    def __init__(self, generator: _Generator, due_ns: int) -> None:
        self._generator = generator
        self._due_ns = due_ns
        self._ended_ns = due_ns
        self._status: int | None = None
        self._error: str | None = None
        self._owed_bytes: int | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._deadline_ns: int | None = None
        if generator.timeout_ns is not None:
            self._deadline_ns = due_ns + generator.timeout_ns
            self._timer = generator.at(self._deadline_ns, self.leave)
        self.ended = Signal()
        self.request: Request | None = None

    def sent(self) -> Sent:
        """What came of it."""
        status = None if self._error else self._status
        return Sent(self._due_ns, self._ended_ns, status, self._error)

    def arrived(self, message: Message) -> None:
        """The server wrote a message."""
        assert self.request is not None
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._owed_bytes = self.request.length_bytes
        else:
            size_bytes = len(message["body"])
            self.request.took(size_bytes)
            if self._owed_bytes is not None:
                self._owed_bytes -= size_bytes
        if self._owed_bytes == 0 or message.get("more_body") is False:
            self.request.client = NOBODY
            self._end(None)

    def broken(self, why: str | BaseException) -> None:
        """The server closed the connection."""
        self._end("broken")

    def leave(self) -> None:
        """Give up, unless it has ended."""
        if self.request is not None:
            self.request.leave()
            self._end("timeout")

    def _end(self, error: str | None) -> None:
        generator = self._generator
        self._ended_ns = generator.now_ns()
        if self._deadline_ns is not None and self._ended_ns > self._deadline_ns:
            # The loop was blocked at the deadline. A client is not: it gave up in time.
            self._ended_ns, error = self._deadline_ns, "timeout"
        self._error = error
        if self._timer is not None:
            self._timer.cancel()
        self.request = None
        self.ended.set()
        generator.outstanding -= 1
        if not generator.outstanding:
            generator.idle.set()
