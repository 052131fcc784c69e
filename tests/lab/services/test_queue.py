import asyncio
import re
import time

import pytest

from checker import lab
from checker.lab.services import Queue, QueueFull


def test_jobs_come_out_in_the_order_in_which_they_went_in():
    queue = Queue()

    async def main():
        numbers = [await queue.put(body) for body in "abc"]
        got = [await queue.get() for _ in range(3)]
        length = queue.length
        for delivery in got:
            assert await delivery.ack()
        return numbers, [delivery.body for delivery in got], length, queue.acked

    assert lab.run(main).result == ([1, 2, 3], ["a", "b", "c"], 0, 3)


def test_each_request_takes_its_latency(now):
    queue = Queue(0.1)

    async def main():
        await queue.put("a")
        delivery = await queue.get()
        await delivery.ack()

    assert lab.run(main).elapsed == 0.3


def test_a_worker_waits_for_a_job(now):
    queue = Queue()

    async def main():
        worker = asyncio.create_task(queue.get())
        await asyncio.sleep(2)
        seen = queue.waiting
        await queue.put("a")
        delivery = await worker
        await delivery.ack()
        return seen, delivery.body, now(), queue.waiting

    assert lab.run(main).result == (1, "a", 2.0, 0)


def test_workers_are_served_first_come_first():
    queue = Queue()
    order = []

    async def worker(name):
        delivery = await queue.get()
        order.append((name, delivery.body))
        await delivery.ack()

    async def main():
        async with asyncio.TaskGroup() as group:
            for name in "xyz":
                group.create_task(worker(name))
            await asyncio.sleep(1)
            for body in range(3):
                await queue.put(body)

    lab.run(main)
    assert order == [("x", 0), ("y", 1), ("z", 2)]


def test_a_job_that_is_not_acknowledged_comes_again(now):
    queue = Queue(visibility=5.0)

    async def main():
        await queue.put("a")
        first = await queue.get()
        second = await queue.get()
        seen = (first.attempt, second.attempt, now())
        late, in_time = await first.ack(), await second.ack()
        return seen, late, in_time, queue.redelivered, queue.acked

    assert lab.run(main).result == ((1, 2, 5.0), False, True, 1, 1)


def test_a_worker_that_is_still_at_it_can_keep_its_job(now):
    queue = Queue(visibility=5.0)

    async def main():
        await queue.put("a")
        delivery = await queue.get()
        for _ in range(3):
            await asyncio.sleep(4)
            assert await delivery.extend()
        assert await queue.get(timeout=4.9) is None
        return await delivery.ack(), queue.redelivered, now()

    assert lab.run(main).result == (True, 0, 16.9)


def test_a_job_that_is_given_back_comes_again_after_its_delay(now):
    queue = Queue()

    async def main():
        await queue.put("a")
        delivery = await queue.get()
        assert await delivery.nack(delay=2.0)
        hidden = queue.length, queue.taken
        again = await queue.get()
        return hidden, again.attempt, now(), await delivery.nack(), await again.ack()

    assert lab.run(main).result == ((1, 0), 2, 2.0, False, True)


def test_a_job_can_be_put_for_later(now):
    queue = Queue()

    async def main():
        await queue.put("later", delay=3.0)
        await queue.put("now")
        got = []
        for _ in range(2):
            delivery = await queue.get()
            got.append((delivery.body, now()))
            await delivery.ack()
        return got

    assert lab.run(main).result == [("now", 0.0), ("later", 3.0)]


def test_a_lost_acknowledgement_makes_a_duplicate():
    queue = Queue(visibility=5.0, lose_ack=[1])
    done = []

    async def main():
        await queue.put("charge")
        while (delivery := await queue.get(timeout=10)) is not None:
            done.append(delivery.body)
            assert await delivery.ack()
        return queue.acked, queue.delivered, queue.redelivered

    assert lab.run(main).result == (1, 2, 1)
    assert done == ["charge", "charge"]


def test_after_so_many_attempts_a_job_is_dead():
    queue = Queue(visibility=1.0, max_attempts=2)

    async def main():
        await queue.put({"id": 1})
        while (delivery := await queue.get(timeout=3)) is not None:
            if delivery.attempt == 1:
                await delivery.nack()
        return queue.dead, queue.length, queue.taken, [event.what for event in queue.log]

    dead, length, taken, log = lab.run(main).result
    assert (dead, length, taken) == ([{"id": 1}], 0, 0)
    assert log == ["put", "delivered", "returned", "redelivered", "expired", "dead"]


def test_a_full_queue_refuses():
    queue = Queue(0.1, max_length=2, name="jobs")

    async def main():
        await queue.put("a")
        await queue.put("b")
        delivery = await queue.get()
        with pytest.raises(QueueFull, match="queue 'jobs' holds 2 jobs and takes no more"):
            await queue.put("c")
        await delivery.ack()
        await queue.put("d")
        return queue.jobs

    assert lab.run(main).result == 3


def test_no_job_is_lost_whenever_a_worker_is_cancelled(now):
    def after(turns, delay):
        queue = Queue(0.1, visibility=2.0)

        async def main():
            await queue.put("a")
            task = asyncio.create_task(queue.get())
            await asyncio.sleep(delay)
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
            taken = queue.taken
            delivery = await queue.get(timeout=5)
            await delivery.ack()
            total = queue.length + queue.taken + queue.acked + len(queue.dead)
            return task.cancelled(), taken, delivery.attempt, total == queue.jobs, queue.waiting

        return lab.run(main).result

    assert after(0, 0) == (True, 1, 2, True, 0)
    assert after(0, 0.05) == (True, 1, 2, True, 0)
    assert after(2, 0.1) == (False, 1, 2, True, 0)


def test_a_waiting_worker_that_is_cancelled_hands_its_place_on(now):
    queue = Queue(visibility=3.0)

    async def main():
        await queue.put("a")
        await queue.get()
        first = asyncio.create_task(queue.get())
        second = asyncio.create_task(queue.get())
        await asyncio.sleep(1)
        first.cancel()
        delivery = await second
        await delivery.ack()
        return now(), delivery.attempt

    assert lab.run(main).result == (3.0, 2)


def test_a_put_that_is_cancelled_may_have_put_the_job():
    queue = Queue(1.0)

    async def main():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await queue.put("a")
        return queue.length

    assert lab.run(main).result == 1


def test_threads_put_and_get_too():
    queue = Queue(0.1, visibility=5.0)

    def worker():
        done = []
        while (delivery := queue.get_blocking(timeout=1.0)) is not None:
            if delivery.attempt == 1 and delivery.body == 0:
                assert delivery.nack_blocking(delay=0.5)
                continue
            assert delivery.extend_blocking()
            done.append((delivery.body, delivery.ack_blocking()))
        return done, time.monotonic()

    async def main():
        thread = asyncio.create_task(asyncio.to_thread(worker))
        for body in range(3):
            await asyncio.to_thread(queue.put_blocking, body)
        return await thread

    done, ended = lab.run(main).result
    assert done == [(1, True), (2, True), (0, True)]
    assert queue.acked == 3
    assert ended == 2.1


def test_a_thread_wakes_a_waiting_task_the_safe_way(now):
    queue = Queue()

    def put_later():
        time.sleep(1.0)
        queue.put_blocking("a")
        time.sleep(1.0)

    async def main():
        thread = asyncio.create_task(asyncio.to_thread(put_later))
        delivery = await queue.get()
        got_at = now()
        await delivery.ack()
        await thread
        return got_at

    outcome = lab.run(main)
    assert outcome.result == 1.0
    assert outcome.reports == []


def test_nobody_can_change_a_job_from_outside():
    queue = Queue(visibility=1.0)

    async def main():
        body = {"n": 1}
        await queue.put(body)
        body["n"] = 2
        (await queue.get()).body["n"] = 3
        again = await queue.get()
        await again.ack()
        return again.body

    assert lab.run(main).result == {"n": 1}


def test_jobs_never_expire_if_visibility_is_infinite():
    queue = Queue(visibility=float("inf"))

    async def main():
        await queue.put("a")
        await queue.get()
        return await queue.get(timeout=10_000), queue.taken

    assert lab.run(main).result == (None, 1)


def test_it_and_its_jobs_show_what_they_are():
    queue = Queue(name="jobs")

    async def main():
        await queue.put("a")
        return repr(await queue.get())

    assert lab.run(main).result == "<job 1, attempt 1: 'a'>"
    assert repr(queue) == "<Queue 'jobs': 1 job, 0 acknowledged>"


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"visibility": -1}, ValueError, "visibility is -1"),
        ({"max_length": 0}, ValueError, "max_length=0"),
        ({"max_attempts": True}, ValueError, "max_attempts=True"),
        ({"latency": "1"}, TypeError, "latency is '1'"),
        ({"lose_ack": 1}, TypeError, "lose_ack=1"),
    ],
)
def test_wrong_settings_are_refused_in_words(options, error, words):
    with pytest.raises(error, match=re.escape(words)):
        Queue(**options)
