"""Wherever a caller is cancelled, the counts of the service are right."""

import asyncio

import anyio
import httpx
import pytest

from checker import lab
from checker.lab.services import Upstream


def balanced(service):
    sums = service.completed + service.failed + service.cancelled + service.in_flight
    return service.calls == sums


def cancel_at(start, moments):
    """Run `start()` as a task, and cancel it after a time and then some turns of the loop."""

    async def main():
        results = []
        for delay, turns in moments:
            task = asyncio.create_task(start())
            await asyncio.sleep(delay)
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
            results.append(task.cancelled())
        return results

    return main


def test_a_cancelled_call_counts_at_the_moment_it_is_cancelled():
    service = Upstream(1.0)

    async def main():
        task = asyncio.create_task(service.get("a"))
        await asyncio.sleep(0.4)
        before = service.in_flight, service.cancelled
        task.cancel()
        await asyncio.wait([task])
        return before, service.in_flight, service.cancelled, service.log[0].ended

    assert lab.run(main).result == ((1, 0), 0, 1, 0.4)


def test_a_time_out_at_the_moment_of_the_answer_is_a_cancellation():
    service = Upstream(1.0)

    async def main():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.0):
                await service.get()
        return service.cancelled, service.completed

    assert lab.run(main).result == (1, 0)


def test_an_answer_that_came_before_a_late_cancellation_is_an_answer(now):
    service = Upstream(1.0)
    blocker = Upstream(5.0, name="blocker")

    async def main():
        task = asyncio.create_task(service.get())
        await asyncio.sleep(0)
        blocker.get_blocking()
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled(), service.completed, service.cancelled, service.log[0].ended

    assert lab.run(main).result == (True, 1, 0, 1.0)


def test_the_siblings_of_a_failure_are_cancelled_in_a_task_group_and_not_in_gather():
    service = Upstream(lambda call: call.number, fail=[1])

    async def grouped():
        async with asyncio.TaskGroup() as group:
            for key in range(3):
                group.create_task(service.get(key))

    async def gathered():
        return await asyncio.gather(*map(service.get, range(3)))

    async def main(how):
        try:
            await how()
        except Exception:
            await asyncio.sleep(5)
        return service.failed, service.cancelled, service.completed

    assert lab.run(main, grouped).result == (1, 2, 0)
    assert lab.run(main, gathered).result == (1, 0, 2)


def test_direct_calls_stay_balanced_whenever_they_are_cancelled():
    service = Upstream(0.1)
    moments = [(0, 0), (0, 1), (0, 5), (0.05, 0), (0.1, 0), (0.1, 1), (0.2, 0)]

    async def main():
        cancelled = await cancel_at(service.get, moments)()
        assert balanced(service)
        return cancelled, service.calls, service.cancelled, service.completed, service.in_flight

    cancelled, calls, given_up, completed, in_flight = lab.run(main).result
    assert cancelled == [True, True, True, True, True, False, False]
    assert (calls, given_up, completed, in_flight) == (7, 5, 2, 0)


def test_calls_that_wait_for_a_place_leave_the_queue_when_they_are_cancelled():
    service = Upstream(1.0, capacity=1)

    async def main():
        tasks = [asyncio.create_task(service.get(key)) for key in "abcd"]
        await asyncio.sleep(0.5)
        before = service.in_flight, service.waiting
        tasks[1].cancel()
        tasks[0].cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        after = service.in_flight, service.waiting
        await asyncio.wait(tasks)
        return before, after, [call.ended for call in service.log]

    before, after, ended = lab.run(main).result
    assert before == (4, 3)
    assert after == (2, 1)
    assert ended == [0.5, 0.5, 1.5, 2.5]


def test_http_calls_stay_balanced_whenever_they_are_cancelled():
    service = Upstream(0.1, reply="0123456789", connect=0.1, drip=0.1, pieces=3)
    moments = [
        (delay, turns) for delay in (0, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4) for turns in range(13)
    ]

    async def main():
        async with service.client() as client:

            async def start():
                await client.get("/a")

            cancelled = await cancel_at(start, moments)()
            assert balanced(service)
            assert service.in_flight == 0
            assert service.connections.busy == 0
            # The client still works.
            await asyncio.gather(*[client.get("/b") for _ in range(3)])
        assert service.connections.open == 0
        return cancelled, service.cancelled, service.completed

    run = lab.run(main)
    cancelled, given_up, completed = run.result
    assert True in cancelled
    assert False in cancelled
    # Those that were cancelled while they connected made no call.
    assert 0 < given_up < cancelled.count(True)
    assert completed >= cancelled.count(False) + 3
    assert run.leaks == []


def test_the_pool_of_httpcore_loses_a_slot_where_it_takes_its_own_lock():
    """A defect of httpcore 1.0.9, the same on real sockets: it is no mistake of a program."""
    service = Upstream(0.1, connect=0.1)

    async def loses_a_slot(moment):
        async with service.client(limits=httpx.Limits(max_connections=1)) as client:

            async def start():
                await client.get("/a")

            await cancel_at(start, [moment])()
            try:
                await client.get("/b")
            except httpx.PoolTimeout:
                return True
            return False

    async def main():
        moments = [(delay, turns) for delay in (0, 0.1, 0.15, 0.2) for turns in range(8)]
        return [moment for moment in moments if await loses_a_slot(moment)]

    # Connected, but the request not yet sent; and answered, but the response not yet closed.
    assert lab.run(main).result == [(0.1, 1), (0.2, 2)]


def test_a_scope_that_cancels_again_at_every_await_leaves_nothing_open():
    service = Upstream(1.0)

    async def main():
        async with service.client() as client:
            with anyio.move_on_after(0.5):
                await client.get("/a")
            return service.in_flight, service.cancelled, service.connections.open

    assert lab.run(main).result == (0, 1, 0)


def test_a_coroutine_that_is_closed_is_a_caller_that_left():
    service = Upstream(1.0)

    async def main():
        coroutine = service.get()
        coroutine.send(None)
        before = service.in_flight
        coroutine.close()
        return before, service.in_flight, service.cancelled

    assert lab.run(main).result == (1, 0, 1)
