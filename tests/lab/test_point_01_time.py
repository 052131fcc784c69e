"""Point 1: time is an integer of nanoseconds that starts at 0, and every clock follows it."""

from __future__ import annotations

import asyncio
import datetime
import functools
import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC
from datetime import datetime as datetime_type
from time import ctime, gmtime, localtime, monotonic, monotonic_ns, perf_counter, sleep, time_ns
from typing import Any

import pytest

from checker import lab
from checker.lab import originals

NEW_YEAR = 1_767_225_600  # 2026-01-01 00:00:00 UTC
TABLE = {"sleep": sleep, "clock": monotonic}
LATER = functools.partial(sleep, 1.5)


def kept(clock: Callable[[], float] = time.monotonic, pause: Any = time.sleep) -> float:
    """A function that took the clock and sleep long before any run."""
    pause(0.25)
    return clock()


class Watch:
    """A class that took the clock as an attribute."""

    read = staticmethod(time.perf_counter)


def test_every_clock_starts_at_zero_and_the_date_at_new_year() -> None:
    async def main() -> list[float]:
        loop = asyncio.get_running_loop()
        return [
            loop.time(), time.monotonic(), time.perf_counter(), time.monotonic_ns(),
            time.perf_counter_ns(), time.time() - NEW_YEAR, time.time_ns() - NEW_YEAR * 10**9,
        ]  # fmt: skip

    assert lab.run(main).result == [0] * 7


def test_every_clock_follows_a_wait() -> None:
    async def main() -> list[float]:
        await asyncio.sleep(2.5)
        loop = asyncio.get_running_loop()
        return [loop.time(), time.monotonic(), time.perf_counter(), time.time() - NEW_YEAR]

    run = lab.run(main)
    assert run.result == [2.5] * 4
    assert run.elapsed_ns == 2_500_000_000
    assert run.elapsed == 2.5


def test_nanoseconds_are_integers() -> None:
    async def main() -> tuple[Any, ...]:
        await asyncio.sleep(0.123456789)
        return time.monotonic_ns(), time.perf_counter_ns(), time.time_ns()

    found = lab.run(main).result
    assert found == (123_456_789, 123_456_789, NEW_YEAR * 10**9 + 123_456_789)
    assert all(type(each) is int for each in found)


def test_names_taken_before_the_run_are_virtual_too() -> None:
    async def main() -> list[float]:
        sleep(1)
        TABLE["sleep"](1)  # type: ignore[operator]
        LATER()
        return [monotonic(), perf_counter(), TABLE["clock"](), Watch.read(), kept()]  # type: ignore[operator]

    assert lab.run(main).result == [3.5, 3.5, 3.5, 3.5, 3.75]


def test_nanosecond_names_taken_before_the_run_are_virtual_too() -> None:
    async def main() -> tuple[int, int]:
        sleep(3)
        return monotonic_ns(), time_ns()

    assert lab.run(main).result == (3 * 10**9, (NEW_YEAR + 3) * 10**9)


def test_the_calendar_follows_the_clock() -> None:
    async def main() -> list[datetime.datetime]:
        await asyncio.sleep(86_400 + 0.25)
        return [
            datetime.datetime.now(), datetime_type.now(UTC).replace(tzinfo=None),
            datetime.datetime.today(), datetime.datetime.fromtimestamp(time.time()),
        ]  # fmt: skip

    moment = datetime.datetime(2026, 1, 2, 0, 0, 0, 250_000)
    assert lab.run(main).result == [moment] * 4


def test_the_deprecated_utcnow_follows_too() -> None:
    async def main() -> datetime.datetime:
        await asyncio.sleep(1)
        # Called by its name, so that no deprecation warning of the type checker gets in the way.
        now: datetime.datetime = getattr(datetime.datetime, "utcnow")()  # noqa: B009
        return now

    assert lab.run(main).result == datetime.datetime(2026, 1, 1, 0, 0, 1)


def test_now_of_a_subclass_is_of_that_class_and_keeps_the_zone() -> None:
    class Moment(datetime.datetime):
        pass

    zone = datetime.timezone(datetime.timedelta(hours=5, minutes=30))

    async def main() -> tuple[Moment, Moment]:
        await asyncio.sleep(1)
        return Moment.now(), Moment.now(zone)

    naive, aware = lab.run(main).result
    assert type(naive) is type(aware) is Moment
    assert naive == datetime.datetime(2026, 1, 1, 0, 0, 1)
    assert aware == datetime.datetime(2026, 1, 1, 5, 30, 1, tzinfo=zone)
    assert aware.utcoffset() == datetime.timedelta(hours=5, minutes=30)


def test_functions_of_the_present_moment_are_virtual() -> None:
    async def main() -> list[Any]:
        await asyncio.sleep(61)
        return [
            time.strftime("%Y-%m-%d %H:%M:%S"), time.strftime("%M", time.gmtime()),
            time.asctime(), time.ctime(), ctime(),
            tuple(localtime())[:6], tuple(gmtime())[:6], datetime.date.today(),
            time.clock_gettime(time.CLOCK_MONOTONIC),
            time.clock_gettime_ns(time.CLOCK_REALTIME),
        ]  # fmt: skip

    said = "Thu Jan  1 00:01:01 2026"
    fields = (2026, 1, 1, 0, 1, 1)
    assert lab.run(main).result == [
        "2026-01-01 00:01:01", "01", said, said, said, fields, fields,
        datetime.date(2026, 1, 1), 61.0, (NEW_YEAR + 61) * 10**9,
    ]  # fmt: skip


def test_functions_of_a_given_moment_are_as_ever() -> None:
    async def main() -> list[Any]:
        return [
            time.gmtime(0).tm_year, time.ctime(0), time.asctime(time.gmtime(0)),
            time.strftime("%Y", time.gmtime(0)),
            datetime.datetime.fromtimestamp(0, UTC).year,
        ]  # fmt: skip

    said = "Thu Jan  1 00:00:00 1970"
    assert lab.run(main).result == [1970, said, said, "1970", 1970]


def test_cpu_time_is_not_virtual() -> None:
    async def main() -> tuple[float, float]:
        await asyncio.sleep(1000)
        return time.process_time(), time.thread_time()

    before = time.process_time()
    process, thread = lab.run(main).result
    assert before <= process <= time.process_time()
    assert thread <= time.thread_time()


@pytest.fixture
def far_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A host on the other side of the world."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("far_zone")
def test_the_hosts_time_zone_plays_no_part() -> None:
    async def main() -> list[Any]:
        now = datetime.datetime.now()
        return [
            now, time.localtime().tm_hour, time.strftime("%H %Z"), time.tzname[0],
            now.astimezone().utcoffset(), now.timestamp() - time.time(),
            datetime.datetime.fromtimestamp(0).hour, os.environ["TZ"],
        ]  # fmt: skip

    zero = datetime.timedelta(0)
    expected = [
        datetime.datetime(2026, 1, 1), 0, "00 UTC", "UTC", zero, 0.0, 0, "Asia/Tokyo",
    ]  # fmt: skip
    assert lab.run(main).result == expected
    assert time.tzname[0] == "JST"
    assert time.localtime(0).tm_hour == 9


@pytest.mark.parametrize("seconds", [0.1, 1 / 3, 0.001, 1e-6])
def test_waits_add_up_without_drift(seconds: float) -> None:
    async def main() -> None:
        for _ in range(1000):
            await asyncio.sleep(seconds)

    assert lab.run(main).elapsed_ns == 1000 * round(seconds * 10**9)


def test_waits_on_different_roads_add_up_exactly() -> None:
    async def main() -> float:
        await asyncio.sleep(0.1)
        time.sleep(0.2)
        await asyncio.to_thread(time.sleep, 0.3)
        lab.cpu(0.4)
        return time.monotonic()

    assert lab.run(main).result == 1.0


def test_a_year_takes_no_time() -> None:
    year = 365 * 86_400

    async def main() -> float:
        await asyncio.sleep(year)
        time.sleep(year)
        return time.monotonic()

    began = originals.monotonic()
    assert lab.run(main).result == 2 * year
    assert originals.monotonic() - began < year / 1000


@pytest.mark.parametrize(
    ("seconds", "error"), [(-1, ValueError), (-1e-9, ValueError), ("1", TypeError)]
)
def test_sleep_refuses_what_it_refuses_for_real(seconds: Any, error: type[Exception]) -> None:
    async def main() -> None:
        with pytest.raises(error):
            time.sleep(seconds)

    assert lab.run(main).elapsed == 0


def test_sleep_takes_no_keyword_as_for_real() -> None:
    async def main() -> None:
        with pytest.raises(TypeError):
            time.sleep(seconds=1)  # type: ignore[call-arg]

    assert lab.run(main).elapsed == 0


def test_a_wait_for_ever_ends_with_what_ends_it() -> None:
    async def main() -> float:
        task = asyncio.create_task(asyncio.sleep(float("inf")))
        await asyncio.sleep(7)
        task.cancel()
        async with asyncio.timeout(None):
            await asyncio.sleep(1)
        return time.monotonic()

    assert lab.run(main).result == 8


def test_waits_shorter_than_the_clocks_unit_still_come_to_an_end() -> None:
    async def main() -> int:
        end = time.monotonic() + 1e-12
        rounds = 0
        while time.monotonic() < end:
            rounds += 1
            time.sleep(end - time.monotonic())
        return rounds

    run = lab.run(main)
    assert run.result == 1
    assert run.elapsed_ns == 0


def test_the_clock_of_a_second_run_starts_at_zero_again() -> None:
    async def main() -> float:
        began = time.monotonic()
        await asyncio.sleep(5)
        return began

    assert [lab.run(main).result for _ in range(3)] == [0, 0, 0]


def test_after_the_run_the_clocks_are_real() -> None:
    async def main() -> None:
        await asyncio.sleep(10_000)

    names = ("monotonic", "perf_counter", "time", "monotonic_ns", "perf_counter_ns", "time_ns")
    before = [getattr(time, name)() for name in names]
    lab.run(main)
    after = [getattr(time, name)() for name in names]
    assert all(b < a for b, a in zip(before, after, strict=True))
    assert originals.monotonic() - before[0] < 10_000
    assert time.sleep(0) is None  # type: ignore[func-returns-value]
    assert datetime.datetime.now(UTC).timestamp() == pytest.approx(time.time(), abs=5)


def test_a_thread_outside_of_the_run_has_the_real_clock() -> None:
    """It waits until the program lets it go, and the program waits until it has looked."""
    go, looked = threading.Event(), threading.Lock()
    found: list[float] = []
    looked.acquire()

    def outsider() -> None:
        go.wait()
        found.extend([time.monotonic(), time.time(), datetime.datetime.now(UTC).timestamp()])
        time.sleep(0.001)
        found.append(time.monotonic())
        looked.release()

    thread = threading.Thread(target=outsider)
    thread.start()
    before = time.monotonic(), time.time()

    async def main() -> float:
        await asyncio.sleep(1_000_000)
        go.set()
        looked.acquire()
        return time.monotonic()

    run = lab.run(main)
    thread.join()
    looked.release()
    assert run.result == 1_000_000
    monotonic_then, time_then, date_then, later = found
    assert before[0] <= monotonic_then < later <= time.monotonic()
    assert before[1] <= time_then <= date_then <= time.time()
    assert later - monotonic_then >= 0.001
