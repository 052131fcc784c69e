"""What came of a load: how many of each kind, how long they took, how many per second.

Latencies are exact and kept one by one, in the order of arrival. A percentile is one of them, by
nearest rank: p99 is the smallest latency that at least 99 % of the requests did not exceed.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from functools import cached_property
from math import ceil
from typing import NamedTuple, TypeVar

NS = 1_000_000_000
_PERCENTILES = (50, 90, 99, 100)
_T = TypeVar("_T", int, str)


class Sent(NamedTuple):
    """One request. Times count from the beginning of the load."""

    due_ns: int
    ended_ns: int
    status: int | None  # None if it has an error
    error: str | None  # "timeout": the client gave up; "broken": the server closed too early

    @property
    def latency_ns(self) -> int:
        """From when it was due until its last byte, or until it failed."""
        return self.ended_ns - self.due_ns

    @property
    def good(self) -> bool:
        """Whether it was answered with 2xx."""
        return self.status is not None and 200 <= self.status < 300


class LoadReport:
    """The requests of a load and what they sum up to. Printed, it is a table."""

    def __init__(self, kind: str, requests: list[Sent], duration_ns: int) -> None:
        self.kind = kind
        self.requests = requests
        self._duration_ns = duration_ns

    @property
    def statuses(self) -> dict[int, int]:
        """How many were answered with each status."""
        return _count([sent.status for sent in self.requests if sent.status is not None])

    @property
    def errors(self) -> dict[str, int]:
        """How many failed in each way."""
        return _count([sent.error for sent in self.requests if sent.error is not None])

    @property
    def good(self) -> LoadReport:
        """The same for the requests alone that were answered with 2xx."""
        good = [sent for sent in self.requests if sent.good]
        return LoadReport(f"{self.kind}, 2xx only", good, self._duration_ns)

    @cached_property
    def latencies_ns(self) -> list[int]:
        """Of each request, in the order of arrival."""
        return [sent.latency_ns for sent in self.requests]

    @property
    def latencies(self) -> list[float]:
        """The same in seconds."""
        return [latency_ns / NS for latency_ns in self.latencies_ns]

    @cached_property
    def _sorted_ns(self) -> list[int]:
        return sorted(self.latencies_ns)

    def percentile(self, percent: float) -> float:
        """In seconds: the smallest latency that at least `percent` % did not exceed."""
        if not 0 <= percent <= 100:
            raise ValueError(f"a percentile is between 0 and 100, not {percent!r}")
        if not self.requests:
            raise ValueError(f"there is no percentile of no requests ({self.kind})")
        # Fractions, since 99.9 % of 1000 must be 999 and not a little more.
        rank = ceil(Fraction(str(percent)) * len(self.requests) / 100)
        return self._sorted_ns[max(rank, 1) - 1] / NS

    @property
    def p50(self) -> float:
        """Half of the requests took no longer than this, in seconds."""
        return self.percentile(50)

    @property
    def p90(self) -> float:
        """90 % of the requests took no longer than this, in seconds."""
        return self.percentile(90)

    @property
    def p99(self) -> float:
        """99 % of the requests took no longer than this, in seconds."""
        return self.percentile(99)

    @property
    def max(self) -> float:
        """The longest latency, in seconds."""
        return self.percentile(100)

    @property
    def elapsed(self) -> float:
        """Seconds until arrivals stopped, or until the last request ended if that was later."""
        ends = [sent.ended_ns for sent in self.requests]
        return max([self._duration_ns, *ends]) / NS

    @property
    def throughput(self) -> float:
        """Answers per second, of any status."""
        return sum(self.statuses.values()) / self.elapsed if self.elapsed else 0.0

    @property
    def goodput(self) -> float:
        """Answers per second, of 2xx alone."""
        return len(self.good.requests) / self.elapsed if self.elapsed else 0.0

    def __str__(self) -> str:
        good = self.good
        lines = [f"{len(self.requests)} requests: {self.kind}; over after {self.elapsed:g} s"]
        counts = {f"status {status}": count for status, count in self.statuses.items()}
        counts |= {f"error {error}": count for error, count in self.errors.items()}
        lines += [f"  {name:<14}{count:>10}" for name, count in counts.items()]
        lines.append(f"  {'throughput':<14}{self.throughput:>10.6g}/s")
        lines.append(f"  {'goodput (2xx)':<14}{self.goodput:>10.6g}/s")
        lines.append(f"  {'latency':<14}{'all':>12}{'2xx':>12}")
        for percent in _PERCENTILES:
            name = "max" if percent == 100 else f"p{percent}"
            lines.append(f"  {name:<14}{self._cell(percent):>12}{good._cell(percent):>12}")
        return "\n".join(lines)

    __repr__ = __str__

    def _cell(self, percent: int) -> str:
        return f"{self.percentile(percent):.6g} s" if self.requests else "-"


def _count(things: list[_T]) -> dict[_T, int]:
    return dict(sorted(Counter(things).items()))
