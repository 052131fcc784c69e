"""httpcore's network, with services in place of hosts.

Everything above it is the real thing: httpx, its connection pool, its limits and time-outs.

Refuses any host that is no service: there is no network in the lab.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

import httpcore

from checker.lab.errors import NoNetwork
from checker.lab.services import routes
from checker.lab.services.clock import NS, now_ns
from checker.lab.services.steps import Pause, Steps, run, run_blocking

if TYPE_CHECKING:
    from checker.lab.services.upstream import Upstream
    from checker.lab.services.wire import Wire

Find: TypeAlias = "Callable[[str], Upstream]"
Options: TypeAlias = "Iterable[Any] | None"


def find_service(host: str) -> Upstream:
    """The service with this name; an unknown host is the program's mistake, and is told so."""
    service = routes.find(host)
    if service is not None:
        return service
    known = ", ".join(routes.hosts()) or "none yet"
    raise NoNetwork(
        f"there is no network in the lab, so nobody answers at {host!r}; make a service of that "
        f'name with lab.upstream(name="{host}"). Hosts that answer: {known}'
    )


def _no_unix_socket(path: str) -> NoNetwork:
    return NoNetwork(
        f"nobody listens on the Unix socket {path!r} in the lab; reach a service by its name, "
        "as in http://shards/"
    )


def _connect(find: Find, host: str, timeout: float | None) -> Steps[Wire]:
    service = find(host)
    came_ns = now_ns()
    takes_ns = service.connect_ns()
    limit_ns = _to_ns(timeout)
    if limit_ns is not None and (takes_ns is None or limit_ns <= takes_ns):
        yield Pause(came_ns + limit_ns)
        raise httpcore.ConnectTimeout(
            f"upstream {service.name!r} took no connection within {limit_ns / NS:g} s"
        )
    if takes_ns != 0:
        yield Pause(None if takes_ns is None else came_ns + takes_ns)
    if service.refuses():
        raise httpcore.ConnectError(f"upstream {service.name!r} refuses connections")
    return service.wire()


def _to_ns(seconds: float | None) -> int | None:
    return None if seconds is None or seconds == float("inf") else round(seconds * NS)


def _about(wire: Wire, info: str) -> Any:
    return wire.has_gone() if info == "is_readable" else None


class AsyncStream(httpcore.AsyncNetworkStream):
    """A connection, for asyncio. It gives way to other tasks wherever a socket would."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._wire.ready():
            await asyncio.sleep(0)
        return await run(self._wire.read(max_bytes, _to_ns(timeout)))

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await asyncio.sleep(0)
        self._wire.write(buffer)

    async def aclose(self) -> None:
        self._wire.close()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Nothing is encrypted; https:// reaches a service as http:// does."""
        return self

    def get_extra_info(self, info: str) -> Any:
        return _about(self._wire, info)


class BlockingStream(httpcore.NetworkStream):
    """A connection, for a thread."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return run_blocking(self._wire.read(max_bytes, _to_ns(timeout)))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._wire.write(buffer)

    def close(self) -> None:
        self._wire.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Nothing is encrypted; https:// reaches a service as http:// does."""
        return self

    def get_extra_info(self, info: str) -> Any:
        return _about(self._wire, info)


class AsyncBackend(httpcore.AsyncNetworkBackend):
    """Connects to services, for asyncio."""

    def __init__(self, find: Find = find_service) -> None:
        self._find = find

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Options = None,
    ) -> httpcore.AsyncNetworkStream:
        await asyncio.sleep(0)
        return AsyncStream(await run(_connect(self._find, host, timeout)))

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Options = None
    ) -> httpcore.AsyncNetworkStream:
        raise _no_unix_socket(path)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class BlockingBackend(httpcore.NetworkBackend):
    """Connects to services, for threads."""

    def __init__(self, find: Find = find_service) -> None:
        self._find = find

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Options = None,
    ) -> httpcore.NetworkStream:
        return BlockingStream(run_blocking(_connect(self._find, host, timeout)))

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Options = None
    ) -> httpcore.NetworkStream:
        raise _no_unix_socket(path)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def network_backends() -> tuple[AsyncBackend, BlockingBackend]:
    """Backends that reach every service by its name, for asyncio and for threads."""
    return AsyncBackend(), BlockingBackend()
