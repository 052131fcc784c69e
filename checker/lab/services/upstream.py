"""A service that a program calls, directly or over HTTP, and that a check controls and measures.

Invariant: a call is counted the moment it comes and the moment it ends, however it ends.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from checker.lab.services import routes
from checker.lab.services.behaviour import ECHO, Behaviour, Failure, at_least_one
from checker.lab.services.calls import Call, Ledger, Serving
from checker.lab.services.clock import NS, finite_ns, now_ns, to_ns
from checker.lab.services.connections import Connections
from checker.lab.services.latency import Delay, Latency
from checker.lab.services.reply import Answer, UpstreamError
from checker.lab.services.service import Service, count
from checker.lab.services.steps import Pause, Steps, run, run_blocking
from checker.lab.services.which import Which

if TYPE_CHECKING:
    import httpx

    from checker.lab.services.wire import Wire


class Attempt(NamedTuple):
    """An attempt to connect, as a latency may look at it."""

    number: int
    started: float


class Upstream(Service):
    """A service outside of the program.

    latency     seconds until the answer: a number, a list by call (its last number holds for
                all later calls), a function of the call, or a distribution; math.inf for never
    reply       what it answers: a JSON value, bytes, an iterator of pieces, a tuple (status,
                body, headers), or a function of the call that returns one of these. Without it,
                "name/key"
    fail        which calls fail: a list of call numbers, a probability, True, or a function of
                the call; or a status or an exception, with which all calls fail
    error       how they fail: a status (500), or an exception
    hang        which calls are never answered
    disconnect  which calls it hangs up on, in the middle of the body
    drip        seconds between two of the `pieces` in which the body is sent
    refuse      True, or a function of the time: connections are refused
    connect     seconds that it takes to connect over HTTP, given as a latency is
    keep_alive  seconds after which it closes an idle connection; its client learns of it
                `close_notice` seconds later
    capacity    how many calls it serves at once; others wait
    seed        what distributions and probabilities draw from; without it, the run's seed

    Its name is its host name: http://name/key is the call `get("key")`. A new run begins with
    new counts.
    """

    def __init__(
        self,
        latency: Latency = 0.1,
        *,
        name: str = "upstream",
        reply: Any = ECHO,
        fail: Which | Failure = False,
        error: Failure = 500,
        hang: Which = False,
        disconnect: Which = False,
        drip: float = 0.0,
        pieces: int = 10,
        refuse: bool | Callable[[float], bool] = False,
        connect: Latency = 0.0,
        keep_alive: float = float("inf"),
        close_notice: float = 0.0,
        capacity: int | None = None,
        seed: int | None = None,
    ) -> None:
        super().__init__(name, seed)
        self._behaviour = Behaviour(
            name=name,
            latency=latency,
            reply=reply,
            fail=fail,
            error=error,
            hang=hang,
            disconnect=disconnect,
            drip=drip,
            pieces=pieces,
        )
        self._connect: Delay[Attempt] = Delay(connect, "connect")
        self._refuse = refuse
        self.idle_limit_ns = to_ns(keep_alive, "keep_alive")
        self.close_notice_ns = finite_ns(close_notice, "close_notice")
        if capacity is not None:
            at_least_one("capacity", capacity)
        self._capacity = capacity
        self.reset()
        self.enter()
        routes.add(self)

    # Calling it.

    async def get(self, key: Any = None, body: Any = None) -> Any:
        """Call it and wait for the answer, without HTTP."""
        return await run(self._exchange(key, body))

    __call__ = get

    def get_blocking(self, key: Any = None, body: Any = None) -> Any:
        """Call it and block the thread until the answer is there."""
        return run_blocking(self._exchange(key, body))

    @property
    def url(self) -> str:
        """Where it can be reached over HTTP."""
        return f"http://{self.name.lower()}"

    def client(self, **options: Any) -> httpx.AsyncClient:
        """An `httpx.AsyncClient` whose base URL is this service; takes httpx's own options."""
        from checker.lab.services.transport import client

        return client(self, options)

    def blocking_client(self, **options: Any) -> httpx.Client:
        """An `httpx.Client` whose base URL is this service; takes httpx's own options."""
        from checker.lab.services.transport import blocking_client

        return blocking_client(self, options)

    def transport(self, limits: httpx.Limits | None = None) -> httpx.AsyncBaseTransport:
        """For `httpx.AsyncClient(transport=...)`; every host then is this service."""
        from checker.lab.services.transport import AsyncTransport

        return AsyncTransport(self, limits)

    def blocking_transport(self, limits: httpx.Limits | None = None) -> httpx.BaseTransport:
        """For `httpx.Client(transport=...)`; every host then is this service."""
        from checker.lab.services.transport import BlockingTransport

        return BlockingTransport(self, limits)

    # What was measured.

    @property
    def calls(self) -> int:
        """How many calls came."""
        return self._books().calls

    @property
    def in_flight(self) -> int:
        """How many have not ended, those that wait for one of the `capacity` places included."""
        return self._books().in_flight

    @property
    def waiting(self) -> int:
        """How many wait for one of the `capacity` places."""
        return self._books().waiting

    @property
    def peak(self) -> int:
        """The most that were in flight at once."""
        return self._books().peak

    @property
    def completed(self) -> int:
        """How many were answered, with a status below 400."""
        return self._books().completed

    @property
    def failed(self) -> int:
        """How many ended in an error or a disconnect that this service made."""
        return self._books().failed

    @property
    def cancelled(self) -> int:
        """How many were given up by their caller."""
        return self._books().cancelled

    @property
    def log(self) -> list[Call]:
        """All calls, in the order in which they came."""
        return list(self._books().log)

    @property
    def connections(self) -> Connections:
        """Counts of the connections over HTTP: opened, open, busy, peak, refused."""
        self.enter()
        return self._connections

    def reset(self) -> None:
        """Count anew; what is in flight no longer counts, and connections are closed."""
        self._ledger = Ledger(self._capacity)
        self._connections = Connections()

    def left_open(self) -> str | None:
        """Responses and connections that nobody closed."""
        busy = self._connections.busy
        idle = self._connections.open - busy
        found = [f"{count(busy, 'response')} not closed"] if busy else []
        if idle:
            found.append(f"{count(idle, 'idle connection')} of a client that was not closed")
        return f"upstream {self.name!r}: {', '.join(found)}" if found else None

    def __repr__(self) -> str:
        books = self._ledger
        return (
            f"<Upstream {self.name!r}: {count(books.calls, 'call')}, {books.in_flight} in flight, "
            f"peak {books.peak}>"
        )

    # For the transports.

    def refuses(self) -> bool:
        """Whether it refuses connections now; counts the refusal."""
        refused = self._refuse(now_ns() / NS) if callable(self._refuse) else self._refuse
        if refused:
            self.connections.refuse()
        return bool(refused)

    def connect_ns(self) -> int | None:
        """How long it takes to connect this time."""
        attempt = Attempt(self.connections.ask(), now_ns() / NS)
        return self._connect.ns(attempt, self._draws("connect", attempt.number))

    def wire(self) -> Wire:
        """Its end of a new connection."""
        from checker.lab.services.wire import Wire

        return Wire(self)

    def begin(self, call: Call, *, whole: bool) -> tuple[Ledger, Serving]:
        """Take a call on. `whole`: its caller takes the answer in one piece."""
        self.enter()
        ledger = self._ledger
        ledger.arrive(call)
        try:
            answer = self._behaviour.answer(call, self._draws, whole=whole)
        except BaseException:
            ledger.fail(call)
            raise
        return ledger, ledger.admit(call, answer)

    # Within.

    def _books(self) -> Ledger:
        self.enter()
        # A run that is over leaves its books as they were: the clock of whoever reads them now
        # says nothing about them.
        if self._same_run:
            self._ledger.settle()
        return self._ledger

    def _exchange(self, key: Any, body: Any) -> Steps[Any]:
        if self.refuses():
            yield Pause(now_ns())
            raise ConnectionRefusedError(f"upstream {self.name!r} refuses connections")
        call = Call(0, key, body, path="/" if key is None else f"/{key}")
        ledger, serving = self.begin(call, whole=True)
        try:
            while not serving.served:
                seen = serving.bell.count
                yield Pause(ledger.look_again_ns(serving), serving.bell, seen)
                ledger.settle()
            yield Pause(serving.end_ns)
            ledger.finish(serving)
        finally:
            ledger.leave(call)
        return self._result(call, serving.answer)

    def _result(self, call: Call, answer: Answer) -> Any:
        if answer.error is not None:
            raise answer.error
        name = f"upstream {self.name!r}"
        if answer.cut:
            raise ConnectionResetError(f"{name} hung up in the middle of its answer to {call}")
        if answer.status >= 400:
            raise UpstreamError(
                f"{name} answered {answer.status} to {call}",
                answer.status,
                answer.value,
                answer.headers,
            )
        return answer.value
