"""What we rely on inside of anyio, httpx, httpcore, Starlette, FastAPI, uvicorn and blockbuster."""

from __future__ import annotations

import asyncio
import inspect
import threading
from typing import Any

import anyio
import anyio.to_thread
import httpcore
import httpx
from anyio._backends import _asyncio
from blockbuster import BlockBuster
from fastapi import Depends, FastAPI
from httpcore._async import connection_pool
from httpcore._backends.auto import AutoBackend
from httpcore._backends.sync import SyncBackend
from starlette.background import BackgroundTask
from starlette.responses import StreamingResponse

from tests.promises.promise import relied_on


@relied_on(
    "anyio", "anyio._backends._asyncio.CancelScope, CancelScope._child_scopes", "lab/order.py"
)
def a_scope_keeps_those_within_it_in_one_set() -> None:
    """`CancelScope.__init__` can be set. A scope keeps the scopes within it in `_child_scopes`, of
    which it wants `add`, `remove` or `discard`, and to walk it; it holds no other set of scopes."""
    used: list[str] = []

    class Ordered(dict[Any, None]):
        def add(self, thing: Any) -> None:
            used.append("add")
            self[thing] = None

        def discard(self, thing: Any) -> None:
            used.append("out")
            self.pop(thing, None)

        remove = discard

    kind: Any = _asyncio.CancelScope
    begin = kind.__init__

    def init(scope: Any, *args: Any, **kwargs: Any) -> None:
        begin(scope, *args, **kwargs)
        assert type(scope._child_scopes) is set
        scope._child_scopes = Ordered()

    async def main() -> bool:
        with anyio.CancelScope() as outer, anyio.CancelScope():
            outer.cancel()
            await anyio.sleep(1)
        return outer.cancelled_caught

    kind.__init__ = init
    try:
        assert asyncio.run(main())
    finally:
        kind.__init__ = begin
    assert used == ["add", "out"]


@relied_on("anyio", "CancelScope._deliver_cancellation", "lab/loop.py")
def a_cancellation_is_delivered_again_by_one_method() -> None:
    """While a task that anyio has cancelled cleans up, the loop calls
    `CancelScope._deliver_cancellation` on each turn, by `call_soon`, and nothing else happens."""
    names: set[str] = set()

    class Loop(asyncio.SelectorEventLoop):
        def call_soon(self, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
            names.add(getattr(args[0], "__qualname__", ""))
            return super().call_soon(*args, **kwargs)

    async def main() -> None:
        with anyio.CancelScope() as outer:
            outer.cancel()
            with anyio.CancelScope(shield=True):
                await anyio.sleep(0.01)

    loop = Loop()
    loop.run_until_complete(main())
    loop.close()
    assert "CancelScope._deliver_cancellation" in names


@relied_on(
    "anyio",
    "CapacityLimiter.acquire, CapacityLimiter.acquire_on_behalf_of",
    "lab/where.py, lab/program.py",
)
def a_limiter_of_forty_is_waited_for_under_these_names() -> None:
    """A job for a thread waits for its turn in `CapacityLimiter.acquire_on_behalf_of`, or in
    `acquire`. The default limiter has 40 tokens, and takes another number."""

    async def main() -> None:
        limiter = anyio.to_thread.current_default_thread_limiter()
        assert limiter.total_tokens == 40
        limiter.total_tokens = 1
        assert limiter.total_tokens == 1
        held = threading.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(anyio.to_thread.run_sync(held.wait))
            waits: Any = group.create_task(anyio.to_thread.run_sync(bool))
            while not limiter.statistics().tasks_waiting:
                await asyncio.sleep(0)
            names, inner = [], waits.get_coro()
            while hasattr(inner, "cr_code"):
                names.append(inner.cr_code.co_qualname)
                inner = inner.cr_await
            held.set()
        assert "CapacityLimiter.acquire_on_behalf_of" in names
        assert "acquire" in anyio.CapacityLimiter.__dict__

    asyncio.run(main())


@relied_on(
    "anyio",
    "anyio._backends._asyncio.WorkerThread.run, WorkerThread.queue",
    "lab/names.py, lab/stuck.py, lab/threads.py",
)
def a_worker_of_anyio_is_a_thread_that_takes_jobs_from_a_queue() -> None:
    """anyio's workers are `threading.Thread`s of its own type, called `AnyIO worker thread`, that
    take jobs from a `queue.Queue` in `WorkerThread.run`."""

    async def main() -> Any:
        return await anyio.to_thread.run_sync(threading.current_thread)

    thread = asyncio.run(main())
    assert isinstance(thread, _asyncio.WorkerThread)
    assert type(thread).__module__.startswith("anyio")
    assert type(thread).run.__qualname__ == "WorkerThread.run"
    assert thread.name.startswith("AnyIO worker thread")
    assert type(thread.queue).__module__ == "queue"


@relied_on(
    "httpcore",
    "httpcore._backends.auto.AutoBackend, httpcore._backends.sync.SyncBackend",
    "lab/services/transport.py, lab/services/network.py",
)
def a_connection_of_httpcore_begins_in_its_backend() -> None:
    """A pool without a `network_backend` takes `AutoBackend` or `SyncBackend`, and opens each
    connection by the method `connect_tcp(host, port, timeout, local_address, socket_options)` or
    `connect_unix_socket(path, timeout, socket_options)` of that type."""
    connects = ["host", "port", "timeout", "local_address", "socket_options"]
    unix = ["path", "timeout", "socket_options"]
    for kind in (AutoBackend, SyncBackend):
        owner: Any = kind
        assert list(inspect.signature(owner.connect_tcp).parameters)[1:] == connects
        assert list(inspect.signature(owner.connect_unix_socket).parameters)[1:] == unix
        for name in ("connect_tcp", "connect_unix_socket"):
            assert name in owner.__dict__

    class Reached(Exception):
        pass

    def refuse(*args: Any, **options: Any) -> Any:
        raise Reached

    owner, before = SyncBackend, SyncBackend.connect_tcp
    owner.connect_tcp = refuse
    try:
        with httpx.Client(trust_env=False) as client:
            client.get("http://nowhere.invalid/")
    except Reached:
        pass
    else:
        raise AssertionError("the backend was not asked")
    finally:
        owner.connect_tcp = before


@relied_on("httpcore", "AsyncPoolRequest.wait_for_connection", "lab/where.py")
def a_request_waits_for_a_connection_under_this_name() -> None:
    """A request for which no connection of the pool is free waits in
    `AsyncPoolRequest.wait_for_connection`."""
    waits = connection_pool.AsyncPoolRequest.wait_for_connection
    assert waits.__qualname__ == "AsyncPoolRequest.wait_for_connection"
    assert inspect.iscoroutinefunction(waits)
    assert "wait_for_connection(" in inspect.getsource(
        httpcore.AsyncConnectionPool.handle_async_request
    )


@relied_on(
    "httpx",
    "httpx._client.get_environment_proxies, httpx._transports.default.create_ssl_context",
    "lab/services/transport.py",
)
def a_client_looks_for_proxies_and_certificates_by_these_names() -> None:
    """A client calls `get_environment_proxies` as a global name of `httpx._client`, and its
    transport `create_ssl_context` as one of `httpx._transports.default`, as it is made."""
    asked: list[str] = []
    module, transports = vars(httpx._client), vars(httpx._transports.default)
    before = module["get_environment_proxies"], transports["create_ssl_context"]

    def context(*args: Any, **options: Any) -> Any:
        asked.append("context")
        return before[1](*args, **options)

    def proxies() -> dict[str, Any]:
        asked.append("proxies")
        return {}

    module["get_environment_proxies"], transports["create_ssl_context"] = proxies, context
    try:
        httpx.Client().close()
    finally:
        module["get_environment_proxies"], transports["create_ssl_context"] = before
    assert sorted(asked) == ["context", "proxies"]


@relied_on("httpx", "HTTPTransport._pool, AsyncHTTPTransport._pool", "lab/services/transport.py")
def a_transport_of_httpx_is_a_pool_of_httpcore() -> None:
    """A transport uses nothing of itself but the pool in `_pool`, so one that is made with another
    pool, and without `__init__`, sends its requests through that."""

    class Pool(httpcore.ConnectionPool):
        def handle_request(self, request: Any) -> Any:
            return httpcore.Response(204)

    class Transport(httpx.HTTPTransport):
        def __init__(self) -> None:
            self._pool = Pool()

    with httpx.Client(transport=Transport()) as client:
        assert client.get("http://anywhere.invalid/").status_code == 204
    assert "_pool" in vars(httpx.AsyncHTTPTransport())


@relied_on(
    "Starlette, FastAPI",
    "starlette.concurrency.run_in_threadpool, starlette.concurrency.iterate_in_threadpool",
    "lab/threads.py, attempt/guest.py",
)
def whatever_is_plain_def_runs_in_a_worker_of_anyio() -> None:
    """A handler, a dependency and a background task that are plain `def`, and each step of a stream
    from a plain iterator, run in a thread of anyio's, with its default limiter."""
    kinds: list[type] = []

    def note() -> None:
        kinds.append(type(threading.current_thread()))

    def numbers() -> Any:
        note()
        yield b"1"

    app = FastAPI()

    @app.get("/")
    def handler(dependency: None = Depends(note)) -> StreamingResponse:
        note()
        return StreamingResponse(numbers(), background=BackgroundTask(note))

    async def main() -> None:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
            assert (await client.get("/")).content == b"1"

    asyncio.run(main())
    assert kinds == [_asyncio.WorkerThread] * 4


@relied_on("blockbuster", "BlockBuster.functions, BlockBusterFunction", "lab/blocking.py")
def the_catalogue_of_calls_that_block_can_be_read() -> None:
    """`BlockBuster().functions` has a title and a description of each call that blocks: where it is
    (`module`, `func_name`), the original, and the frames and arguments that are exempt. Sleeps and
    locks are those that begin with `time.` and `threading.`; nothing is replaced before
    `activate`."""
    functions: Any = BlockBuster().functions
    assert {"time.sleep", "io.BufferedReader.read", "sqlite3.Connection.execute"} <= set(functions)
    assert any(title.startswith("threading.") for title in functions)
    for title, function in functions.items():
        if function.original_func is None:
            continue
        assert function.module is not None, title
        assert hasattr(function.module, function.func_name), title
        assert all(len(each) == 2 for each in function.can_block_functions), title
        assert callable(function.can_block_predicate), title
