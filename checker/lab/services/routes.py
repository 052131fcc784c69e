"""Which service answers to which host name.

A service is reachable by its name as soon as it is made. A later one of the same name takes its
place, so that a notebook's cell can be run again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checker.lab.services.upstream import Upstream

_routes: dict[str, Upstream] = {}
# Who else may know of services, where some of them live in another process.
_further: list[tuple[Callable[[str], Upstream | None], Callable[[], list[str]]]] = []


def add(service: Upstream) -> None:
    """Let a service be reached by its name."""
    host = service.name.lower()
    # Taken out first, so that the newest stands last in the list of hosts.
    _routes.pop(host, None)
    _routes[host] = service


def find(host: str) -> Upstream | None:
    """The service of that name, if there is one."""
    found = _routes.get(host.lower())
    for ask, _ in _further if found is None else ():
        found = found or ask(host)
    return found


def hosts() -> list[str]:
    """The names that can be reached, in the order in which the services were made."""
    return [*_routes, *(host for _, known in _further for host in known())]


@contextmanager
def further(
    ask: Callable[[str], Upstream | None], known: Callable[[], list[str]]
) -> Iterator[None]:
    """Within, ask for the services of another process too."""
    _further.append((ask, known))
    try:
        yield
    finally:
        _further.remove((ask, known))


@contextmanager
def scope() -> Iterator[None]:
    """Begin without any, forget at the end what was made within, and bring back what was before."""
    before = dict(_routes)
    _routes.clear()
    try:
        yield
    finally:
        _routes.clear()
        _routes.update(before)
