"""A service meets each run as new, and outside of the lab it is ordinary asyncio code."""

import asyncio
import time

import httpx
import pytest

from checker import lab
from checker.lab.services import Database, Queue, Upstream, uniform


def test_each_run_meets_an_upstream_as_new():
    shards = Upstream(uniform(0.1, 2.0), name="shards")

    async def main():
        await asyncio.gather(*map(shards.get, range(5)))
        return [(call.number, call.ended) for call in shards.log]

    first, second = lab.run(main).result, lab.run(main).result
    assert first == second
    assert shards.calls == 5


def test_counts_can_be_read_after_the_run_and_stay_as_they_were():
    shards = Upstream([0.5, 5.0], reply="0123456789", drip=1.0)
    kept = []

    async def main():
        client = shards.client()
        kept.extend([client, await client.send(client.build_request("GET", "/"), stream=True)])
        kept.append(asyncio.create_task(shards.get("late")))
        await asyncio.sleep(1.0)

    lab.run(main)
    # The task was cancelled with the run; the body of the first call was still on its way.
    assert (shards.calls, shards.completed, shards.cancelled, shards.in_flight) == (2, 0, 1, 1)
    assert shards.left_open() == "upstream 'upstream': 1 response not closed"


def test_a_run_that_has_not_used_a_service_yet_sees_no_counts_of_the_run_before():
    shards = Upstream()

    async def use():
        await shards.get()
        return shards.calls

    async def look():
        return shards.calls, shards.connections.opened

    assert lab.run(use).result == 1
    assert lab.run(look).result == (0, 0)


def test_a_client_that_outlives_its_run_connects_anew():
    shards = Upstream(0.1)
    client = shards.client()

    async def main():
        return (await client.get("/a")).json(), shards.connections.opened

    async def last():
        try:
            return await main()
        finally:
            await client.aclose()

    assert lab.run(main).result == ("upstream/a", 1)
    assert lab.run(last).result == ("upstream/a", 1)
    assert shards.connections.open == 0


def test_a_service_made_within_a_run_belongs_to_it():
    made = []

    async def main():
        queue = Queue(name="jobs")
        made.append(queue)
        await queue.put("a")
        await queue.get()

    outcome = lab.run(main)
    assert [leak.what for leak in outcome.leaks] == ["queue 'jobs': 1 job taken, not acknowledged"]


def test_the_same_program_and_seed_give_the_same_trace():
    def trace(seed):
        shards = Upstream(uniform(0.1, 2.0), name="shards", fail=0.2)
        database = Database(5, uniform(0.01, 0.1), name="rows")

        async def one(key):
            async with database.connect() as connection:
                await connection.add("n")
            try:
                async with shards.client() as client:
                    await client.get(f"/{key}")
                await shards.get(key)
            except Exception:
                await asyncio.to_thread(shards.get_blocking, "again")

        async def main():
            await asyncio.gather(*map(one, range(5)), return_exceptions=True)

        return lab.run(main, seed=seed).trace.dump()

    assert trace(3) == trace(3)
    assert trace(3) != trace(4)


def test_on_plain_asyncio_everything_works_in_real_time():
    shards = Upstream(0.001, capacity=2, drip=0.0005, pieces=3)
    database = Database(2, 0.001)
    queue = Queue(0.001)

    async def main():
        async with shards.client() as client:
            responses = await asyncio.gather(*[client.get(f"/{n}") for n in range(4)])
        threads = [asyncio.to_thread(shards.get_blocking, n) for n in range(4)]
        answers = await asyncio.gather(*threads, *map(shards.get, range(4)))
        async with database.connect() as connection, connection.transaction():
            await connection.add("n")
        waiting = asyncio.create_task(queue.get())
        await asyncio.to_thread(queue.put_blocking, "job")
        job = await waiting
        await job.ack()
        return [response.json() for response in responses], answers, job.body

    began = time.monotonic()
    replies, answers, body = asyncio.run(main())
    assert replies == [f"upstream/{n}" for n in range(4)]
    assert answers == replies * 2
    assert body == "job"
    assert (shards.calls, shards.completed, shards.in_flight) == (12, 12, 0)
    assert (shards.connections.open, database.rows, queue.acked) == (0, {"n": 1}, 1)
    # Twelve calls of 2 ms, two at a time: the latencies were waited for, on the real clock.
    assert time.monotonic() - began >= 0.012


def test_without_a_run_a_time_out_of_the_real_loop_cancels_a_call():
    shards = Upstream(hang=True)

    async def main():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.001):
                await shards.get()
        async with shards.client(timeout=0.001) as client:
            with pytest.raises(httpx.ReadTimeout):
                await client.get("/")

    asyncio.run(main())
    assert (shards.calls, shards.cancelled) == (2, 2)


def test_many_threads_at_once_keep_the_counts_whole():
    shards = Upstream(0.0, capacity=3)
    rows = Database(50, 0.0)

    def work(key):
        for _ in range(20):
            shards.get_blocking(key)
            with rows.connect_blocking() as connection:
                connection.add("n")

    async def main():
        await asyncio.gather(*[asyncio.to_thread(work, key) for key in range(8)])

    asyncio.run(main())
    assert (shards.calls, shards.completed, shards.in_flight) == (160, 160, 0)
    assert [call.number for call in shards.log] == list(range(1, 161))
    assert rows.rows == {"n": 160}
    assert (rows.connections.opened, rows.connections.open) == (160, 0)
