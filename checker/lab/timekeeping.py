"""The functions that tell the time, on the virtual clock.

`time.monotonic` and `time.perf_counter` are the clock; `time.time` and `datetime.now` are a
fixed date plus it. Threads that are no part of the run get the real ones. So does everybody who
asks for CPU time: `time.process_time` and `time.thread_time` tell what was computed for real, and
stand still in `lab.cpu`.

The time zone is UTC for as long as the run lasts, and for the whole process: local times come
from the C library, which has one zone for all.
"""

from __future__ import annotations

import datetime
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from checker.lab import where
from checker.lab.clock import NS, Clock
from checker.lab.current import local
from checker.lab.swap import Swaps, original

# 2026-01-01 00:00:00 UTC: the date on which every run starts.
EPOCH_S = 1_767_225_600
_UTC = datetime.UTC


def install(swaps: Swaps, clock: Clock) -> None:
    """Replace the clocks, the calendar and sleep."""
    seconds = clock.seconds
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
    _install_clock_gettime(swaps, clock)
    _install_zone(swaps)
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
        # A service that is called from a thread sleeps in the program's name.
        on = where.called(sys._getframe(1)) or f"time.sleep({seconds:g})"
        clock.sleep(clock.after(seconds) - clock.now, "sleeping", on)

    swaps.builtin(time.sleep, sleep)  # type: ignore[arg-type]


def _install_clock_gettime(swaps: Swaps, clock: Clock) -> None:
    began = {time.CLOCK_REALTIME: EPOCH_S * NS}
    for name in ("CLOCK_MONOTONIC", "CLOCK_MONOTONIC_RAW", "CLOCK_BOOTTIME", "CLOCK_UPTIME_RAW"):
        if hasattr(time, name):
            began[getattr(time, name)] = 0
    for name, unit in (("clock_gettime", NS), ("clock_gettime_ns", 1)):
        builtin: Any = getattr(time, name)
        swaps.builtin(builtin, _clock_by_number(original(builtin), clock, began, unit))


def _clock_by_number(
    real: Callable[[int], Any], clock: Clock, began: dict[int, int], unit: int
) -> Callable[[int], Any]:
    def tell(number: int) -> Any:
        if local.strand is None or number not in began:
            return real(number)
        now = began[number] + clock.now
        return now if unit == 1 else now / unit

    return tell


def _install_zone(swaps: Swaps) -> None:
    if time.tzname == ("UTC", "UTC"):
        return

    def undo() -> None:
        if (zone := os.environ.get("TZ")) is None:
            os.unsetenv("TZ")
        else:
            os.putenv("TZ", zone)
        time.tzset()

    swaps.later(undo)
    # The C library alone is told: the program's environment stays as it is.
    os.putenv("TZ", "UTC0")
    time.tzset()


def _install_calendar(swaps: Swaps, clock: Clock) -> None:
    def now_s() -> float:
        return EPOCH_S + clock.now / NS

    localtime = original(time.localtime)
    for name, at, present in (
        ("gmtime", 0, now_s),
        ("localtime", 0, now_s),
        ("ctime", 0, now_s),
        ("asctime", 0, lambda: localtime(now_s())),
        ("strftime", 1, lambda: localtime(now_s())),
    ):
        builtin: Any = getattr(time, name)
        swaps.builtin(builtin, _of_now(original(builtin), at, present))

    def now(cls: type[datetime.datetime], tz: datetime.tzinfo | None = None) -> Any:
        if local.strand is None:
            return cls.fromtimestamp(time.time(), tz)
        passed = datetime.timedelta(microseconds=clock.now // 1000)
        moment = cls.fromtimestamp(EPOCH_S, _UTC) + passed
        return moment.astimezone(tz) if tz else moment.replace(tzinfo=None)

    def utcnow(cls: type[datetime.datetime]) -> Any:
        return now(cls, _UTC).replace(tzinfo=None)

    def today(cls: type[datetime.date]) -> datetime.date:
        return cls.fromtimestamp(time.time())

    # Up to Python 3.14 this is what it does by itself. The one of 3.15 asks the C library for the
    # time when it is called for `date` itself (`date.today` in CPython's _datetimemodule.c).
    swaps.method(datetime.date, "today", classmethod(today))
    swaps.method(datetime.datetime, "now", classmethod(now))
    swaps.method(datetime.datetime, "utcnow", classmethod(utcnow))


def _of_now(real: Callable[..., Any], at: int, present: Callable[[], Any]) -> Callable[..., Any]:
    """A function of a moment that takes the present one if it is given none."""

    def of(*args: Any) -> Any:
        if local.strand is not None and (len(args) <= at or args[at] is None):
            args = (*args[:at], present())
        return real(*args)

    return of
