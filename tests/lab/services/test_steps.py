import asyncio
import threading

import pytest

from checker import lab
from checker.lab.services.clock import now_ns
from checker.lab.services.steps import Bell, Pause, run, run_blocking


def test_a_pause_until_a_time_takes_that_long_for_tasks_and_threads():
    def steps():
        rang = yield Pause(now_ns() + 500_000_000)
        return rang, now_ns()

    async def main():
        return await run(steps()), await asyncio.to_thread(run_blocking, steps())

    assert lab.run(main).result == ((False, 500_000_000), (False, 1_000_000_000))


def test_a_bell_ends_a_pause_early_for_tasks_and_threads():
    bell = Bell()

    def steps():
        rang = yield Pause(now_ns() + 5_000_000_000, bell, bell.count)
        return rang, now_ns()

    async def main():
        async with asyncio.TaskGroup() as group:
            waiting = [
                group.create_task(run(steps())),
                group.create_task(asyncio.to_thread(run_blocking, steps())),
            ]
            await asyncio.sleep(1)
            bell.ring()
        return [task.result() for task in waiting]

    assert lab.run(main).result == [(True, 1_000_000_000)] * 2


def test_a_bell_that_rang_before_the_pause_is_not_missed():
    def steps():
        bell = Bell()
        seen = bell.count
        bell.ring()
        return (yield Pause(None, bell, seen))

    async def main():
        return await run(steps()), await asyncio.to_thread(run_blocking, steps())

    assert lab.run(main).result == (True, True)


def test_nobody_listens_to_a_bell_after_the_pause():
    bell = Bell()

    def steps():
        yield Pause(now_ns() + 1, bell, bell.count)

    async def main():
        await run(steps())
        await asyncio.to_thread(run_blocking, steps())
        task = asyncio.create_task(run(steps()))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        return bell._sleepers

    assert lab.run(main).result == []


def test_an_interruption_is_raised_at_the_pause():
    seen = []

    def steps():
        try:
            yield Pause(None)
        except BaseException as error:
            seen.append(type(error))
            raise
        finally:
            seen.append(now_ns())

    async def main():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2):
                await run(steps())

    lab.run(main)
    assert seen == [asyncio.CancelledError, 2_000_000_000]


def test_a_service_may_ring_from_any_thread_on_the_real_loop_too():
    bell = Bell()

    def steps():
        return (yield Pause(None, bell, bell.count))

    async def main():
        waiting = asyncio.create_task(run(steps()))
        await asyncio.sleep(0)
        thread = threading.Thread(target=bell.ring)
        thread.start()
        try:
            return await asyncio.wait_for(waiting, 10)
        finally:
            thread.join()

    assert asyncio.run(main()) is True
