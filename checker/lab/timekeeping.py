"""The functions that tell the time, on the virtual clock.

`time.monotonic` and `time.perf_counter` are the clock; `time.time` and `datetime.now` are a
fixed date plus it, in UTC. Threads that are no part of the run get the real ones.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from typing import Any

from checker.lab.clock import NS, Clock, to_ns
from checker.lab.current import local
from checker.lab.swap import Swaps, original

# 2026-01-01 00:00:00 UTC: the date on which every run starts.
EPOCH_S = 1_767_225_600
_UTC = datetime.UTC


def install(swaps: Swaps, clock: Clock) -> None:
    """Replace the clocks, the calendar and sleep."""
    seconds = lambda: clock.now / NS  # noqa: E731  (one of a table of small functions)
    nanoseconds = lambda: clock.now  # noqa: E731
    for name, virtual in {
        "monotonic": seconds,
        "perf_counter": seconds,
        "monotonic_ns": nanoseconds,
        "perf_counter_ns": nanoseconds,
        "time": lambda: EPOCH_S + clock.now / NS,
        "time_ns": lambda: EPOCH_S * NS + clock.now,
    }.items():
        builtin: Any = getattr(time, name)
        swaps.builtin(builtin, _in_strands(virtual, original(builtin)))
    _install_sleep(swaps, clock)
    _install_calendar(swaps, clock)


def _in_strands(virtual: Callable[[], Any], real: Callable[[], Any]) -> Callable[[], Any]:
    def tell() -> Any:
        return real() if local.strand is None else virtual()

    return tell


def _install_sleep(swaps: Swaps, clock: Clock) -> None:
    real = original(time.sleep)

    def sleep(seconds: float) -> None:
        if local.strand is None:
            real(seconds)
            return
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        clock.sleep(to_ns(seconds), "sleeping", f"time.sleep({seconds:g})")

    swaps.builtin(time.sleep, sleep)  # type: ignore[arg-type]


def _install_calendar(swaps: Swaps, clock: Clock) -> None:
    def now_s() -> float:
        return EPOCH_S + clock.now / NS

    for name in ("gmtime", "localtime", "ctime"):
        builtin: Any = getattr(time, name)
        swaps.builtin(builtin, _of_now(original(builtin), now_s))

    def now(cls: type[datetime.datetime], tz: datetime.tzinfo | None = None) -> Any:
        if local.strand is None:
            return cls.fromtimestamp(time.time(), tz)
        passed = datetime.timedelta(microseconds=clock.now // 1000)
        moment = cls.fromtimestamp(EPOCH_S, _UTC) + passed
        return moment.astimezone(tz) if tz else moment.replace(tzinfo=None)

    def utcnow(cls: type[datetime.datetime]) -> Any:
        return now(cls, _UTC).replace(tzinfo=None)

    swaps.method(datetime.datetime, "now", classmethod(now))
    swaps.method(datetime.datetime, "utcnow", classmethod(utcnow))


def _of_now(real: Callable[..., Any], now_s: Callable[[], float]) -> Callable[..., Any]:
    """A function of a time that takes the present one if it is given none."""

    def of(seconds: float | None = None) -> Any:
        if local.strand is not None and seconds is None:
            seconds = now_s()
        return real(seconds)

    return of
