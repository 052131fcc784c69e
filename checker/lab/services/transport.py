"""httpx clients and transports that reach services, and the patch that lets all clients do so.

The pool is httpcore's own, so limits, time-outs, keep-alive and their exceptions are the real
ones. So are its weaknesses (httpcore 1.0.9): a slot is lost if a request is cancelled while the
pool takes its own lock, the pool time-out starts anew whenever a connection becomes free, and
its work grows with the square of the number of requests that wait.
"""

from __future__ import annotations

import functools
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpcore
import httpx
from httpcore._backends.auto import AutoBackend
from httpcore._backends.sync import SyncBackend

from checker.lab import current
from checker.lab.services import routes
from checker.lab.services.network import (
    AsyncBackend,
    BlockingBackend,
    find_service,
    network_backends,
)
from checker.lab.swap import Swaps

if TYPE_CHECKING:
    from checker.lab.services.upstream import Upstream

# What httpx itself takes when nobody says anything.
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=5.0)


class AsyncTransport(httpx.AsyncHTTPTransport):
    """httpx's transport, with one service at the end of every connection."""

    def __init__(self, service: Upstream, limits: httpx.Limits | None = None) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=_light_context(),
            network_backend=AsyncBackend(lambda host: service),
            **_pool_options(limits),
        )


class BlockingTransport(httpx.HTTPTransport):
    """The same, for threads."""

    def __init__(self, service: Upstream, limits: httpx.Limits | None = None) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=_light_context(),
            network_backend=BlockingBackend(lambda host: service),
            **_pool_options(limits),
        )


def _pool_options(limits: httpx.Limits | None) -> dict[str, Any]:
    limits = _LIMITS if limits is None else limits
    if not isinstance(limits, httpx.Limits):
        raise TypeError(f"limits={limits!r}: use httpx.Limits(max_connections=...)")
    return {
        "max_connections": limits.max_connections,
        "max_keepalive_connections": limits.max_keepalive_connections,
        "keepalive_expiry": limits.keepalive_expiry,
    }


def transport_for(url: str, limits: httpx.Limits | None = None) -> AsyncTransport:
    """A transport to the service that the URL names."""
    return AsyncTransport(find_service(httpx.URL(url).host), limits)


def client(service: Upstream, options: dict[str, Any]) -> httpx.AsyncClient:
    """An asynchronous client of one service."""
    transport = AsyncTransport(service, options.pop("limits", None))
    return httpx.AsyncClient(**{"transport": transport, "base_url": service.url, **options})


def blocking_client(service: Upstream, options: dict[str, Any]) -> httpx.Client:
    """A synchronous client of one service."""
    transport = BlockingTransport(service, options.pop("limits", None))
    return httpx.Client(**{"transport": transport, "base_url": service.url, **options})


@functools.cache
def _light_context() -> ssl.SSLContext:
    """A TLS context without certificates: nothing is encrypted here, and loading them takes
    20 ms of real time, which the lab would see as a blocked loop."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def install(swaps: Swaps, *, real_network: bool = False) -> None:
    """Let every httpx client of a run reach services by host name, also one made before the run.

    A host that is no service is refused, or looked for on the real network if that is asked for.
    Threads that belong to no run meet httpx as it is.
    """
    asynchronous, blocking = network_backends()
    replaced: list[tuple[Any, str, Callable[..., Any]]] = [
        (AutoBackend, "connect_tcp", asynchronous.connect_tcp),
        (SyncBackend, "connect_tcp", blocking.connect_tcp),
        # A proxy of the machine that this runs on must not stand between a client and a service.
        (httpx._client, "get_environment_proxies", dict),
    ]
    if not real_network:
        replaced += [
            (AutoBackend, "connect_unix_socket", asynchronous.connect_unix_socket),
            (SyncBackend, "connect_unix_socket", blocking.connect_unix_socket),
            (httpx._transports.default, "create_ssl_context", _create_ssl_context),
        ]
    for owner, name, ours in replaced:
        by_host = real_network and name == "connect_tcp"
        chosen = _in_runs(owner.__dict__[name], ours, isinstance(owner, type), by_host)
        swaps.attribute(owner, name, chosen)


@contextmanager
def installed(*, real_network: bool = False) -> Iterator[None]:
    """The same for the length of a block."""
    swaps = Swaps()
    install(swaps, real_network=real_network)
    try:
        yield
    finally:
        swaps.undo()


def _in_runs(
    original: Callable[..., Any], ours: Callable[..., Any], is_method: bool, by_host: bool
) -> Callable[..., Any]:
    """`ours` within a run (if `by_host`: for the hosts that are services), else `original`."""

    @functools.wraps(original)
    def chosen(*args: Any, **options: Any) -> Any:
        rest = args[1:] if is_method else args
        if current.machine() is None:
            return original(*args, **options)
        if by_host and routes.find(options.get("host") or rest[0]) is None:
            return original(*args, **options)
        return ours(*rest, **options)

    return chosen


def _create_ssl_context(*args: Any, **options: Any) -> ssl.SSLContext:
    return _light_context()
