"""Services against simple models of them, on programs made at random."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from checker import lab
from checker.lab.services import Queue, Upstream

# A caller comes at a time, needs so long to be served, and may leave: in hundredths of a second.
# They leave between the others' moments, since at equal times the order is a matter of taste.
callers = st.lists(
    st.tuples(
        st.integers(0, 20),
        st.integers(1, 10),
        st.none() | st.integers(0, 20).map(lambda n: n + 0.5),
    ),
    min_size=1,
    max_size=12,
)


async def crowd(callers, call):
    """Let all come; returns when each was served or left, in hundredths, and which of the two."""
    clock = asyncio.get_running_loop().time

    async def one(number, comes, leaves):
        await asyncio.sleep(comes / 100)
        try:
            async with asyncio.timeout(None if leaves is None else leaves / 100):
                await call(number)
        except TimeoutError:
            return round(clock() * 100, 6), "left"
        return round(clock() * 100, 6), "served"

    jobs = [one(number, comes, leaves) for number, (comes, _, leaves) in enumerate(callers)]
    return await asyncio.gather(*jobs)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(callers, st.integers(1, 4))
def test_a_capacity_is_a_semaphore_in_front_of_a_sleep(callers, capacity):
    takes = {number: needs / 100 for number, (_, needs, _) in enumerate(callers)}
    service = Upstream(lambda call: takes[call.key], capacity=capacity)

    async def modelled():
        slots = asyncio.Semaphore(capacity)

        async def call(number):
            async with slots:
                await asyncio.sleep(takes[number])

        return await crowd(callers, call)

    async def direct():
        return await crowd(callers, service.get), service.calls

    async def over_http():
        async with service.client(timeout=None) as client:
            return await crowd(callers, lambda number: client.get(f"/{number}"))

    expected = lab.run(modelled, trace=False).result
    found, calls = lab.run(direct, trace=False).result
    assert found == expected
    assert calls == len(callers)
    assert service.completed == sum(how == "served" for _, how in expected)
    assert service.cancelled == sum(how == "left" for _, how in expected)
    assert service.in_flight == service.waiting == 0
    takes.update({str(number): takes[number] for number in list(takes)})
    assert lab.run(over_http, trace=False).result == expected


workers = st.lists(
    st.tuples(st.integers(0, 30), st.sampled_from(["ack", "nack", "die", "extend"])),
    min_size=1,
    max_size=15,
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(workers, st.integers(1, 5), st.integers(1, 3))
def test_a_queue_loses_no_job_and_hands_none_out_twice_at_once(workers, jobs, patience):
    queue = Queue(0.01, visibility=0.1, max_attempts=patience)
    holders = {}

    async def worker(starts, does):
        await asyncio.sleep(starts / 100)
        delivery = await queue.get(timeout=0.2)
        if delivery is None:
            return
        # In hundredths; the broker handed it out one before its answer was here.
        began = round(asyncio.get_running_loop().time() * 100) - 1
        assert began >= holders.get(delivery.number, 0)
        if does == "die":
            holders[delivery.number] = began + 10
            return
        # It is held for as long as the broker takes it to be, whatever its worker does then.
        accepted = await getattr(delivery, does)()
        assert accepted
        holders[delivery.number] = began + (1 if does != "extend" else 11)

    async def main():
        for number in range(jobs):
            await queue.put(number)
        async with asyncio.TaskGroup() as group:
            for starts, does in workers:
                group.create_task(worker(starts, does))
        counted = queue.length + queue.taken + queue.acked + len(queue.dead)
        await asyncio.sleep(1)
        return counted, queue.taken, queue.length + queue.acked + len(queue.dead)

    assert lab.run(main, trace=False).result == (jobs, 0, jobs)
    assert queue.delivered <= jobs * patience
