import asyncio

from checker import lab
from checker.lab.services import Upstream


def test_at_most_capacity_calls_are_served_at_once_first_come_first():
    service = Upstream(1.0, capacity=2)

    async def main():
        tasks = [asyncio.create_task(service.get(key)) for key in range(5)]
        await asyncio.sleep(0.5)
        seen = service.in_flight, service.waiting
        await asyncio.wait(tasks)
        return seen, [call.ended for call in service.log], service.peak, service.waiting

    assert lab.run(main).result == ((5, 3), [1.0, 1.0, 2.0, 2.0, 3.0], 5, 0)


def test_the_latency_counts_from_the_moment_of_being_served():
    service = Upstream([3.0, 0.5], capacity=1)

    async def main():
        await asyncio.gather(service.get("a"), service.get("b"))
        return [call.ended for call in service.log]

    assert lab.run(main).result == [3.0, 3.5]


def test_a_hanging_call_keeps_its_place():
    service = Upstream(1.0, capacity=1, hang=[1])

    async def main():
        hanging = asyncio.create_task(service.get("a"))
        waiting = asyncio.create_task(service.get("b"))
        await asyncio.sleep(10)
        seen = service.waiting
        hanging.cancel()
        await waiting
        return seen, service.log[1].ended

    assert lab.run(main).result == (1, 11.0)


def test_places_are_handed_on_while_the_loop_is_blocked():
    service = Upstream(0.1, capacity=1)
    slow = Upstream(2.0, name="slow")

    async def main():
        tasks = [asyncio.create_task(service.get(key)) for key in range(3)]
        await asyncio.sleep(0)
        slow.get_blocking()
        await asyncio.wait(tasks)
        return [call.ended for call in service.log]

    run = lab.run(main)
    assert run.result == [0.1, 0.2, 0.3]
    assert run.elapsed == 2.0


def test_a_reader_that_stalls_does_not_hold_up_those_who_wait():
    service = Upstream(0.1, reply="0123456789", drip=0.1, pieces=10, capacity=1)

    async def main():
        async with service.client() as client, client.stream("GET", "/a"):
            # The headers are here; nobody reads the body, which is complete at 1.0.
            other = asyncio.create_task(service.get("b"))
            await other
            return service.log[1].ended

    assert lab.run(main).result == 2.0


def test_the_next_in_line_keeps_watch_when_the_first_leaves():
    service = Upstream(0.1, reply="0123456789", drip=0.1, pieces=10, capacity=1)

    async def main():
        async with service.client() as client, client.stream("GET", "/a"):
            first = asyncio.create_task(service.get("b"))
            second = asyncio.create_task(service.get("c"))
            await asyncio.sleep(0.4)
            first.cancel()
            await second
            return service.log[2].ended

    assert lab.run(main).result == 2.0


def test_calls_over_http_wait_for_their_turn_too():
    service = Upstream(1.0, capacity=2)

    async def main():
        async with service.client() as client:
            await asyncio.gather(*[client.get(f"/{key}") for key in range(5)])
        return [call.ended for call in service.log]

    assert lab.run(main).result == [1.0, 1.0, 2.0, 2.0, 3.0]


def test_threads_and_tasks_stand_in_one_line():
    service = Upstream(1.0, capacity=1)

    async def main():
        await asyncio.gather(
            service.get("a"),
            asyncio.to_thread(service.get_blocking, "b"),
            service.get("c"),
            asyncio.to_thread(service.get_blocking, "d"),
        )
        return {call.key: call.ended for call in service.log}

    ended = lab.run(main).result
    assert sorted(ended.values()) == [1.0, 2.0, 3.0, 4.0]
    assert ended["a"] == 1.0
