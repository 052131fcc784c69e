"""The eight checks of the two exercises as plain asserts, on the real clock.

nbgrader, otter-grader and pytest are given this file: what they run is the same code. Right
answers await 0.3 s in it, in all. It needs the standard library alone.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any

ITEMS = ["tea", "rice", "salt", "soap", "rope", "ink", "wool", "oil", "figs", "nails"]
NAMES = ["profile", "orders", "offers"]
Quote = Callable[["Service", str, float], Awaitable[Any]]
Dashboard = Callable[["Service", "Service", "Service", str], Awaitable[Any]]


class ServiceError(Exception):
    """A service that fails."""


class Service:
    """Stands for a service: it answers after a while, and knows when it was asked."""

    def __init__(self, name: str, latency_s: float, refusals: int = -1, fails: bool = False):
        self.name, self.latency_s, self.fails = name, latency_s, fails
        self.refusals = refusals
        self.asked: dict[str, list[float]] = {}

    async def get(self, key: str) -> Any:
        """Ask, and give the loop back meanwhile."""
        self._ask(key)
        await asyncio.sleep(self.latency_s)
        return self._answer(key)

    def get_blocking(self, key: str) -> Any:
        """Ask, and hold the thread meanwhile."""
        self._ask(key)
        time.sleep(self.latency_s)
        return self._answer(key)

    def _ask(self, key: str) -> None:
        self.asked.setdefault(key, []).append(time.monotonic())

    def _answer(self, key: str) -> Any:
        if self.fails:
            raise ServiceError(self.name)
        if self.refusals < 0:
            return f"{self.name}/{key}"
        return None if len(self.asked[key]) <= self.refusals else 42


def run(main: Callable[[], Awaitable[Any]]) -> Any:
    """Run a program on a loop of its own. A notebook's thread has a loop that runs already."""
    found: list[Any] = []

    async def whole() -> None:
        found.append(await main())

    def in_thread() -> None:
        try:
            asyncio.run(whole())
        except Exception as error:
            found.append(error)

    thread = threading.Thread(target=in_thread)
    thread.start()
    thread.join()
    return found[0]


def price(quote: Quote) -> None:
    """It asks until there is a price, and returns that."""
    shop = Service("shop", 0.002, refusals=2)
    assert run(lambda: quote(shop, "tea", 0.002)) == 42


def pauses(quote: Quote) -> None:
    """Before it asks again it pauses, for as long as it was told."""
    shop = Service("shop", 0.005, refusals=2)
    run(lambda: quote(shop, "tea", 0.01))
    asked = shop.asked["tea"]
    assert len(asked) == 3
    assert all(later - earlier >= 0.0149 for earlier, later in pairwise(asked))


def ten_at_once(quote: Quote) -> None:
    """Ten at once take as long as one."""
    shop = Service("shop", 0.01, refusals=1)

    async def main() -> float:
        began = time.monotonic()
        await asyncio.gather(*(quote(shop, item, 0.02) for item in ITEMS))
        return time.monotonic() - began

    assert 0.0399 <= run(main) <= 0.15


def loop_never_held(quote: Quote) -> None:
    """While it waits, the loop is free for others."""
    shop = Service("shop", 0.03, refusals=1)

    async def main() -> float:
        gaps = [0.0]

        async def beat() -> None:
            before = time.monotonic()
            while True:
                await asyncio.sleep(0.001)
                now = time.monotonic()
                gaps.append(now - before)
                before = now

        beating = asyncio.create_task(beat())
        await asyncio.sleep(0)
        await quote(shop, "tea", 0.03)
        await asyncio.sleep(0)
        beating.cancel()
        return max(gaps)

    assert run(main) < 0.0299


def time_of_slowest(dashboard: Dashboard) -> None:
    """The page takes as long as the slowest service."""
    services = _services(0.04, 0.05, 0.045)

    async def main() -> float:
        began = time.monotonic()
        await dashboard(*services, "ada")
        return time.monotonic() - began

    assert 0.0499 <= run(main) <= 0.094


def order(dashboard: Dashboard) -> None:
    """The answers stand as [profile, orders, offers], whoever answers first."""
    services = _services(0.03, 0.02, 0.01)
    assert run(lambda: dashboard(*services, "ada")) == [f"{name}/ada" for name in NAMES]


def failure_arrives(dashboard: Dashboard) -> None:
    """If a service fails, its error reaches the caller."""
    services = _services(0.015, 0.015, 0.015)
    services[1].fails = True
    assert ServiceError in _kinds(run(lambda: dashboard(*services, "ada")))


def asked_once(dashboard: Dashboard) -> None:
    """Each service is asked once."""
    services = _services(0.03, 0.03, 0.03)
    run(lambda: dashboard(*services, "ada"))
    assert [len(each.asked["ada"]) for each in services] == [1, 1, 1]


def _services(*latencies_s: float) -> tuple[Service, Service, Service]:
    first, second, third = (
        Service(name, latency_s) for name, latency_s in zip(NAMES, latencies_s, strict=True)
    )
    return first, second, third


def _kinds(found: Any) -> list[type]:
    if isinstance(found, BaseExceptionGroup):
        return [kind for each in found.exceptions for kind in _kinds(each)]
    return [type(found)]
