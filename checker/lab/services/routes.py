"""Which service answers to which host name.

A service is reachable by its name as soon as it is made. A later one of the same name takes its
place, so that a notebook's cell can be run again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checker.lab.services.upstream import Upstream

_routes: dict[str, Upstream] = {}


def add(service: Upstream) -> None:
    """Let a service be reached by its name."""
    host = service.name.lower()
    # Taken out first, so that the newest stands last in the list of hosts.
    _routes.pop(host, None)
    _routes[host] = service


def find(host: str) -> Upstream | None:
    """The service of that name, if there is one."""
    return _routes.get(host.lower())


def hosts() -> list[str]:
    """The names that can be reached, in the order in which the services were made."""
    return list(_routes)


@contextmanager
def scope() -> Iterator[None]:
    """Forget at the end what was made within, and bring back what it replaced."""
    before = dict(_routes)
    try:
        yield
    finally:
        _routes.clear()
        _routes.update(before)
