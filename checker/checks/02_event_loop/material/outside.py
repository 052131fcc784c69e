"""What is around a loop built by hand: a clock, sockets with a selector, and a thread to run in.

The clock's sleeps and the selector's time-outs pass on the lab's virtual clock. What cannot end
is refused with an error: to ask on and on in place of sleeping, and to wait for what never comes.
"""

import asyncio
import selectors
import socket
import time

ASKED = 5_000  # questions in a row, while nothing moves, that are a busy loop
NAPS = 1_500  # more sleeps than that are polling


class Polling(Exception):
    """A loop asks and asks in place of sleeping."""


class Comparisons:
    """How many there were. Not kept in the class of times: to set what is in a class is slow."""

    made = 0


comparisons = Comparisons()


class Instant(float):
    """A time that counts how often times are compared."""

    def __add__(self, other):
        return Instant(float(self) + other)

    __radd__ = __add__

    __hash__ = float.__hash__


def _counted(name):
    plain = getattr(float, name)

    def compare(self, other):
        comparisons.made += 1
        return plain(self, other)

    return compare


for _name in ("__lt__", "__le__", "__gt__", "__ge__", "__eq__"):
    setattr(Instant, _name, _counted(_name))


class Clock:
    """What a loop is given for a clock: it tells the time, and sleeps. `naps` hears of sleeps."""

    def __init__(self, naps):
        self._naps, self._asked, self._slept, self._at_least = naps, 0, 0, 0.0
        self._zero = time.monotonic()

    def now(self):
        """Seconds since the loop's world began."""
        self._asked += 1
        if self._asked > ASKED:
            raise Polling(
                f"the loop asked the clock {ASKED:,} times while no time passed: it goes round and "
                "round in place of sleeping until the earliest deadline"
            )
        return Instant(max(time.monotonic() - self._zero, self._at_least))

    def sleep_until(self, when):
        """Sleep, the whole thread, until then."""
        seconds = float(when) - (time.monotonic() - self._zero)
        if seconds > 0:
            self._asked, self._slept = 0, self._slept + 1
            if self._slept > NAPS:
                raise Polling(
                    f"the loop slept {NAPS:,} times, and more is to come: one sleep until the "
                    "earliest deadline would do, and it waits in short steps"
                )
            self._naps.write([float(when)])
            time.sleep(seconds)
            # The clock counts nanoseconds; who slept until a time must not read an earlier one.
            self._at_least = float(when)


class Selector(selectors.DefaultSelector):
    """The real selector, on real sockets; but its time-outs pass on the virtual clock.

    mail   {socket's name: [[time, bytes], …]}: what arrives from outside, and when
    """

    def __init__(self, clock, mail, peers):
        super().__init__()
        self._clock, self._looked = clock, 0
        arrivals = [(at, peers[name], data) for name, all in mail.items() for at, data in all]
        self._arrivals = sorted(arrivals, key=lambda arrival: arrival[0])

    def register(self, fileobj, events, data=None):
        """As the real one, with words of its own for a socket that is watched already."""
        if fileobj in self.get_map():
            raise KeyError(
                "this socket is watched already: unregister it when you wake its program"
            )
        return super().register(fileobj, events, data)

    def select(self, timeout=None):
        """The sockets that can be read, after waiting for them for at most `timeout` seconds."""
        self._looked += 1
        if self._looked > ASKED:
            raise Polling(
                f"select was called {ASKED:,} times while no time passed: when nobody is ready, "
                "give it a time-out: until the earliest deadline, or None"
            )
        self._deliver()
        found = super().select(0)
        if found or (timeout is not None and timeout <= 0):
            return found
        return self._wait(timeout)

    def _wait(self, timeout):
        end = None if timeout is None else float(self._clock.now() + timeout)
        while True:
            due = self._arrivals[0][0] if self._arrivals else None
            if end is None and due is None:
                raise RuntimeError(
                    "select(None) sleeps for ever: no socket can be read, and nothing is coming"
                )
            first = min(moment for moment in (end, due) if moment is not None)
            self._looked = 0
            self._clock.sleep_until(first)
            self._deliver()
            found = super().select(0)
            if found or (end is not None and first >= end):
                return found

    def _deliver(self):
        while self._arrivals and self._arrivals[0][0] <= self._clock.now():
            _, peer, data = self._arrivals.pop(0)
            peer.send(data)


class Sockets:
    """Pairs of real sockets. `mail` comes from outside; both ends of `pairs` are for programs."""

    def __init__(self, clock, mail, pairs):
        self._pairs = {name: socket.socketpair() for name in mail}
        for one, other in pairs:
            self._pairs[one] = here, there = socket.socketpair()
            self._pairs[other] = there, here
        for here, there in self._pairs.values():
            here.setblocking(False)
            there.setblocking(False)
        peers = {name: there for name, (_, there) in self._pairs.items()}
        self.selector = Selector(clock, mail, peers)

    def named(self, name):
        return self._pairs[name][0]

    def read(self, name):
        try:
            return self.named(name).recv(100).decode()
        except BlockingIOError:
            return "nothing: there was nothing to read"

    def close(self):
        self.selector.close()
        for here, there in self._pairs.values():
            here.close()
            there.close()


async def in_thread(work):
    """Let the attempt's loop have a thread of its own, where its sleeps hold nobody else up."""

    def call():
        try:
            return work()
        except (StopIteration, GeneratorExit) as error:
            # These may not come out of a thread as they are.
            name = type(error).__name__
            words = f"a {name} came out of the loop: where a program ends, catch it"
            raise RuntimeError(words).with_traceback(error.__traceback__) from None

    return await asyncio.to_thread(call)


def load_clock_and_sockets():
    """Nothing: to call this brings the module in, so that others can import it."""
