"""The synchronous httpx: in threads, and on the loop, which it blocks."""

import asyncio
import time

import httpx
import pytest

from checker import lab
from checker.lab.services import Upstream


def in_thread(use, *args):
    async def main():
        return await asyncio.to_thread(use, *args)

    return lab.run(main)


def test_a_request_in_a_thread_takes_its_latency_and_blocks_nobody():
    users = Upstream(0.1, name="users")

    def use():
        with users.blocking_client() as client:
            return client.get("/7").json(), time.monotonic()

    outcome = in_thread(use)
    assert outcome.result == ("users/7", 0.1)
    assert outcome.blocked == []


def test_a_request_on_the_loop_blocks_it_and_is_located():
    users = Upstream(0.1)

    async def main():
        with users.blocking_client() as client:
            client.get("/7")

    outcome = lab.run(main)
    assert outcome.elapsed == 0.1
    assert sum(blocking.seconds for blocking in outcome.blocked) == 0.1
    assert {b.where.partition(":")[0] for b in outcome.blocked} == {"test_blocking_http.py"}


def test_threads_share_a_client_and_its_connections():
    service = Upstream(0.1)

    async def main():
        with service.blocking_client(limits=httpx.Limits(max_connections=10)) as client:
            async with asyncio.TaskGroup() as group:
                for n in range(20):
                    group.create_task(asyncio.to_thread(client.get, f"/{n}"))
        return service.peak, service.connections.opened

    outcome = lab.run(main, cores=16)
    assert outcome.result == (10, 10)
    assert outcome.elapsed == 0.2


def test_pool_read_and_connect_time_outs_are_the_real_ones():
    slow = Upstream(3.0, name="slow")
    far = Upstream(connect=3.0, name="far")

    def use():
        with slow.blocking_client(timeout=0.5) as client, pytest.raises(httpx.ReadTimeout):
            client.get("/")
        with far.blocking_client(timeout=0.5) as client, pytest.raises(httpx.ConnectTimeout):
            client.get("/")
        limits, timeout = httpx.Limits(max_connections=1), httpx.Timeout(None, pool=0.5)
        with (
            slow.blocking_client(limits=limits, timeout=timeout) as client,
            client.stream("GET", "/"),
            pytest.raises(httpx.PoolTimeout),
        ):
            client.get("/")
        return time.monotonic(), slow.cancelled

    assert in_thread(use).result == (4.5, 1)


def test_a_dripping_body_passes_the_read_timeout():
    service = Upstream(0.4, reply="x" * 70, drip=0.4, pieces=7)

    def use():
        with service.blocking_client(timeout=0.5) as client:
            return client.get("/").status_code

    outcome = in_thread(use)
    assert (outcome.result, outcome.elapsed) == (200, 2.8)


def test_failures_look_as_they_do_in_production():
    refusing = Upstream(refuse=True, name="refusing")
    cutting = Upstream(disconnect=True, name="cutting")

    def use():
        with refusing.blocking_client() as client, pytest.raises(httpx.ConnectError):
            client.get("/")
        with cutting.blocking_client() as client, pytest.raises(httpx.RemoteProtocolError):
            client.get("/")

    in_thread(use)


def test_a_thread_waits_for_a_place_at_the_service():
    service = Upstream(1.0, capacity=1)

    async def main():
        with service.blocking_client() as client:
            await asyncio.gather(*[asyncio.to_thread(client.get, "/") for _ in range(3)])
        return [call.ended for call in service.log]

    assert lab.run(main).result == [1.0, 2.0, 3.0]


def test_a_response_that_is_not_closed_is_on_the_leak_list():
    service = Upstream(0.1, name="shards")
    kept = []

    def use():
        client = service.blocking_client()
        kept.append((client, client.send(client.build_request("GET", "/"), stream=True)))

    assert any(
        "upstream 'shards': 1 response not closed" in leak.what for leak in in_thread(use).leaks
    )


def test_a_transport_serves_any_client_that_is_built_on_it():
    service = Upstream(0.1)

    def use():
        transport = service.blocking_transport(httpx.Limits(max_connections=3))
        with httpx.Client(transport=transport) as client:
            return client.get("https://any.host/a").json()

    assert in_thread(use).result == "upstream/a"
