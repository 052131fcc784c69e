"""How long a service takes: a number, a list by call, a function of the call, or a distribution.

Invariant: what is drawn depends on the seed, the name of the service and the number of the call
alone. So concurrency, other services and earlier failures never change a draw.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from statistics import NormalDist
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from checker.lab.services.clock import to_ns

SUBJECT = TypeVar("SUBJECT", bound="Numbered")
_Z99 = 2.3263478740408408  # How many standard deviations 99 % of a normal distribution lie below.


class Numbered(Protocol):
    """What a latency may depend on: a call, a connection, a query. Numbers begin with 1."""

    @property
    def number(self) -> int:
        """Which one it is, of its kind."""


class Distribution:
    """Latencies drawn at random, from the seed."""

    def __init__(self, words: str, draw: Callable[[random.Random], float]) -> None:
        self._words, self._draw = words, draw

    def draw(self, rng: random.Random) -> float:
        """One latency in seconds, in whole microseconds, which read better than 16 digits."""
        return round(self._draw(rng), 6)

    def __repr__(self) -> str:
        return self._words


Latency: TypeAlias = "float | Sequence[float] | Distribution | Callable[[Any], float]"
Draws: TypeAlias = Callable[[], random.Random]  # made when the first number is drawn


def uniform(low: float, high: float) -> Distribution:
    """Anything between `low` and `high` seconds, all equally likely."""
    _times("uniform", low=low, high=high)
    if low > high:
        raise ValueError(f"uniform({low}, {high}): the lower end comes first")
    return Distribution(f"uniform({low}, {high})", lambda rng: rng.uniform(low, high))


def exponential(mean: float) -> Distribution:
    """Mostly short, now and then long: the time to the next of many independent events."""
    _times("exponential", mean=mean)
    return Distribution(f"exponential({mean})", lambda rng: -mean * math.log(1 - rng.random()))


def lognormal(median: float, p99: float) -> Distribution:
    """What real services look like: half below `median`, one in a hundred above `p99`."""
    _times("lognormal", median=median, p99=p99)
    if not 0 < median <= p99:
        raise ValueError(f"lognormal({median}, {p99}): needs 0 < median <= p99")
    shape = NormalDist(math.log(median), math.log(p99 / median) / _Z99)

    def draw(rng: random.Random) -> float:
        if median == p99:
            return median
        # Half a step away from 0 and 1, where the inverse has no value.
        return math.exp(shape.inv_cdf((rng.getrandbits(52) + 0.5) / 2**52))

    return Distribution(f"lognormal({median}, {p99})", draw)


def choice(values: Sequence[float], weights: Sequence[float] | None = None) -> Distribution:
    """One of `values`, as often as its weight says; equally often without weights."""
    if not values:
        raise ValueError("choice([]): there is nothing to choose from")
    _times("choice", **{f"values[{n}]": value for n, value in enumerate(values)})
    if weights is not None and len(weights) != len(values):
        raise ValueError(f"choice: {len(values)} values, but {len(weights)} weights")
    words = f"choice({list(values)}" + (")" if weights is None else f", {list(weights)})")
    return Distribution(words, lambda rng: rng.choices(values, weights)[0])


def stream(seed: object, name: str, purpose: str, number: int) -> Draws:
    """The random numbers of one call (or connection, or query) for one purpose."""
    # To seed them takes longer than all else that is decided of a call, and few need any.
    return lambda: random.Random(f"{seed}:{name}:{purpose}:{number}")


class Delay(Generic[SUBJECT]):
    """A latency, checked when it is given; `delay.ns(...)` is that of one call."""

    def __init__(self, latency: Latency, what: str) -> None:
        self._latency, self._what = latency, what
        if isinstance(latency, str | bytes):
            to_ns(latency, what)
        elif isinstance(latency, Sequence):
            if not latency:
                raise ValueError(f"{what} is an empty list; give at least one number of seconds")
            for n, seconds in enumerate(latency, 1):
                to_ns(seconds, f"{what} of call {n}")
        elif not isinstance(latency, Distribution) and not callable(latency):
            to_ns(latency, what)

    def ns(self, subject: SUBJECT, draws: Draws) -> int | None:
        """How long it takes for this call; None means that it never ends.

        A list is by call, and its last number holds for all later calls.
        """
        latency = self._latency
        if isinstance(latency, Distribution):
            return to_ns(latency.draw(draws()), self._what)
        if isinstance(latency, Sequence):
            return to_ns(latency[min(subject.number, len(latency)) - 1], self._what)
        if callable(latency):
            answer = latency(subject)
            if isinstance(answer, Distribution):
                answer = answer.draw(draws())
            return to_ns(answer, f"{self._what} of call {subject.number}")
        return to_ns(latency, self._what)


def _times(where: str, **seconds: float) -> None:
    for name, value in seconds.items():
        if to_ns(value, f"{where}: {name}") is None:
            raise ValueError(f"{where}: {name} is infinite; give a number of seconds")
