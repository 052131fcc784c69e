"""Point 5: a thread that waits for another counts as waiting, and its time-outs are virtual."""

from __future__ import annotations

import asyncio
import concurrent.futures
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from checker import lab
from checker.trace import Ran
from tests.lab.places import place

MODULE_LOCK = threading.Lock()
MODULE_RLOCK = threading.RLock()
MODULE_CONDITION = threading.Condition()
MODULE_SEMAPHORE = threading.Semaphore(2)
MODULE_QUEUE: queue.Queue[int] = queue.Queue()

Seen = list[tuple[str, float]]
Body = Callable[[Callable[[str], None]], None]


def in_threads(*bodies: Body) -> Seen:
    """Run each body in a thread of its own; return what they noted, with its time."""

    async def main() -> Seen:
        seen: Seen = []

        def note(what: str) -> None:
            seen.append((what, time.monotonic()))

        threads = [threading.Thread(target=body, args=[note]) for body in bodies]
        for thread in threads:
            thread.start()
        for thread in threads:
            await asyncio.to_thread(thread.join)
        return seen

    run = lab.run(main)
    assert run.leaks == []
    assert run.blocked == []
    found: Seen = run.result
    return found


@pytest.mark.parametrize("lock", [threading.Lock, threading.RLock, lambda: MODULE_LOCK])
def test_a_lock_is_passed_on_in_the_order_of_the_waiters(lock: Callable[[], Any]) -> None:
    shared = lock()

    def hold(name: str) -> Body:
        def body(note: Callable[[str], None]) -> None:
            with shared:
                note(name)
                time.sleep(1)

        return body

    found = in_threads(*(hold(name) for name in "abcd"))
    assert found == [("a", 0), ("b", 1), ("c", 2), ("d", 3)]


@pytest.mark.parametrize("lock", [threading.Lock, threading.RLock])
def test_a_lock_is_waited_for_only_so_long(lock: Callable[[], Any]) -> None:
    shared = lock()

    def hold(note: Callable[[str], None]) -> None:
        with shared:
            time.sleep(2)
        note("released")

    def impatient(note: Callable[[str], None]) -> None:
        note(f"at once: {shared.acquire(blocking=False)}")
        note(f"after 0.5 s: {shared.acquire(timeout=0.5)}")
        note(f"with patience: {shared.acquire(timeout=5)}")
        shared.release()

    assert in_threads(hold, impatient) == [
        ("at once: False", 0), ("after 0.5 s: False", 0.5),
        ("released", 2), ("with patience: True", 2),
    ]  # fmt: skip


def test_a_time_out_that_ties_with_the_release_goes_by_sequence() -> None:
    """The release was set first (it sleeps first), so the waiter has the lock in time."""

    def race(waiter_first: bool) -> Seen:
        lock = threading.Lock()
        lock_is_taken = threading.Event()

        def hold(note: Callable[[str], None]) -> None:
            with lock:
                lock_is_taken.set()
                if waiter_first:
                    time.sleep(0.5)
                    time.sleep(0.5)
                else:
                    time.sleep(1)

        def wait(note: Callable[[str], None]) -> None:
            lock_is_taken.wait()
            got = lock.acquire(timeout=1)
            note(f"got it: {got}")
            if got:
                lock.release()

        return in_threads(hold, wait)

    assert race(waiter_first=False) == [("got it: True", 1)]
    assert race(waiter_first=True) == [("got it: False", 1)]


def test_a_waiter_that_gave_up_is_not_handed_the_lock() -> None:
    lock = threading.Lock()

    def hold(note: Callable[[str], None]) -> None:
        with lock:
            time.sleep(3)

    def give_up(note: Callable[[str], None]) -> None:
        note(f"gave up: {not lock.acquire(timeout=1)}")

    def stay(note: Callable[[str], None]) -> None:
        with lock:
            note("has it")

    assert in_threads(hold, give_up, stay) == [("gave up: True", 1), ("has it", 3)]


def test_who_comes_by_may_take_a_lock_before_the_one_that_was_woken() -> None:
    """As with real locks: a release wakes a waiter, and does not give it the lock."""
    lock = threading.Lock()

    def greedy(note: Callable[[str], None]) -> None:
        for turn in range(3):
            with lock:
                note(f"greedy {turn}")
                time.sleep(1)

    def patient(note: Callable[[str], None]) -> None:
        with lock:
            note("patient")

    assert in_threads(greedy, patient) == [
        ("greedy 0", 0), ("greedy 1", 1), ("greedy 2", 2), ("patient", 3),
    ]  # fmt: skip


def test_a_lock_may_be_released_by_another_thread() -> None:
    lock = threading.Lock()

    def take_twice(note: Callable[[str], None]) -> None:
        lock.acquire()
        lock.acquire()
        note("taken twice")

    def release(note: Callable[[str], None]) -> None:
        time.sleep(1)
        lock.release()

    assert in_threads(take_twice, release) == [("taken twice", 1)]


def test_a_reentrant_lock_counts() -> None:
    lock = threading.RLock()

    def nested(note: Callable[[str], None]) -> None:
        with lock, lock, lock:
            time.sleep(1)
        note("left all")

    def other(note: Callable[[str], None]) -> None:
        with lock:
            note("other")
        with pytest.raises(RuntimeError, match="cannot release un-acquired lock"):
            lock.release()

    assert in_threads(nested, other) == [("left all", 1), ("other", 1)]


def test_locks_made_at_import_work_in_one_run_after_the_other() -> None:
    def body(note: Callable[[str], None]) -> None:
        with MODULE_LOCK, MODULE_RLOCK, MODULE_SEMAPHORE:
            time.sleep(1)
            note("inside")
        with MODULE_CONDITION:
            MODULE_CONDITION.wait(0.5)
        MODULE_QUEUE.put(1)
        note(f"queue: {MODULE_QUEUE.get(timeout=1)}")

    for _ in range(3):
        assert in_threads(body, body) == [
            ("inside", 1), ("queue: 1", 1.5), ("inside", 2), ("queue: 1", 2.5),
        ]  # fmt: skip


def test_an_event_wakes_all_at_the_moment_it_is_set() -> None:
    event = threading.Event()

    def wait(note: Callable[[str], None]) -> None:
        note(f"{event.wait(timeout=0.5)}")
        note(f"{event.wait()}")

    def set_it(note: Callable[[str], None]) -> None:
        time.sleep(2)
        event.set()
        note("set")

    assert in_threads(wait, wait, set_it) == [
        ("False", 0.5), ("False", 0.5), ("set", 2), ("True", 2), ("True", 2),
    ]  # fmt: skip


@pytest.mark.parametrize("lock", [threading.Lock, threading.RLock])
def test_a_condition_wakes_as_many_as_are_notified(lock: Callable[[], Any]) -> None:
    condition = threading.Condition(lock())

    def wait(name: str) -> Body:
        def body(note: Callable[[str], None]) -> None:
            with condition:
                note(f"{name}: {condition.wait(timeout=10)}")

        return body

    def notify(note: Callable[[str], None]) -> None:
        for count in (1, 2):
            time.sleep(1)
            with condition:
                condition.notify(count)

    assert in_threads(*(wait(name) for name in "abcd"), notify) == [
        ("a: True", 1), ("b: True", 2), ("c: True", 2), ("d: False", 10),
    ]  # fmt: skip


def test_a_condition_waits_for_something_to_be_true() -> None:
    condition = threading.Condition()
    level = {"value": 0}

    def wait(note: Callable[[str], None]) -> None:
        with condition:
            note(f"{condition.wait_for(lambda: level['value'] >= 3, timeout=9)}")
            note(f"{condition.wait_for(lambda: level['value'] >= 9, timeout=0.25)}")

    def raise_it(note: Callable[[str], None]) -> None:
        for _ in range(4):
            time.sleep(1)
            with condition:
                level["value"] += 1
                condition.notify_all()

    assert in_threads(wait, raise_it) == [("True", 3), ("False", 3.25)]


def test_a_condition_of_a_nested_lock_gives_all_of_it_back() -> None:
    condition = threading.Condition(threading.RLock())

    def wait(note: Callable[[str], None]) -> None:
        with condition, condition:
            condition.wait()
            note("woken, and holds it twice again")

    def notify(note: Callable[[str], None]) -> None:
        time.sleep(1)
        with condition:
            condition.notify()
            time.sleep(1)
        note("let go")

    assert in_threads(wait, notify) == [("let go", 2), ("woken, and holds it twice again", 2)]


def test_a_semaphore_lets_so_many_in() -> None:
    slots = threading.BoundedSemaphore(2)

    def enter(name: str) -> Body:
        def body(note: Callable[[str], None]) -> None:
            with slots:
                note(name)
                time.sleep(1)

        return body

    def impatient(note: Callable[[str], None]) -> None:
        note(f"impatient: {slots.acquire(timeout=0.75)}")

    found = in_threads(*(enter(name) for name in "abcde"), impatient)
    assert found == [
        ("a", 0), ("b", 0), ("impatient: False", 0.75), ("c", 1), ("d", 1), ("e", 2),
    ]  # fmt: skip


def test_a_barrier_holds_until_all_are_there_and_breaks_on_time() -> None:
    barrier = threading.Barrier(3)

    def arrive(after: float) -> Body:
        def body(note: Callable[[str], None]) -> None:
            time.sleep(after)
            barrier.wait()
            note(f"passed {after:g}")
            try:
                barrier.wait(timeout=after)
            except threading.BrokenBarrierError:
                note(f"broken {after:g}")

        return body

    found = in_threads(arrive(3), arrive(1), arrive(2))
    assert [(what, at) for what, at in found if "passed" in what] == [
        ("passed 3", 3), ("passed 1", 3), ("passed 2", 3),
    ]  # fmt: skip


def test_a_barrier_that_nobody_else_reaches_breaks_after_its_time_out() -> None:
    barrier = threading.Barrier(2, timeout=1.5)

    def arrive(note: Callable[[str], None]) -> None:
        with pytest.raises(threading.BrokenBarrierError):
            barrier.wait()
        note(f"broken: {barrier.broken}")

    assert in_threads(arrive) == [("broken: True", 1.5)]


@pytest.mark.parametrize("kind", [queue.Queue, queue.LifoQueue, queue.PriorityQueue])
def test_a_bounded_queue_holds_its_producer(kind: Callable[[int], queue.Queue[int]]) -> None:
    items = kind(2)

    def produce(note: Callable[[str], None]) -> None:
        for n in range(4):
            items.put(n)
            note(f"put {n}")

    def consume(note: Callable[[str], None]) -> None:
        for _ in range(4):
            time.sleep(1)
            items.get()
            items.task_done()

    def join(note: Callable[[str], None]) -> None:
        time.sleep(0)
        items.join()
        note("all done")

    assert in_threads(produce, consume, join) == [
        ("put 0", 0), ("put 1", 0), ("put 2", 1), ("put 3", 2), ("all done", 4),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", [queue.Queue, queue.SimpleQueue])
def test_an_empty_queue_gives_up_after_its_time_out(kind: Callable[[], Any]) -> None:
    items = kind()

    def get(note: Callable[[str], None]) -> None:
        for timeout in (0, 0.1, 0.2, 1):
            with pytest.raises(queue.Empty):
                items.get(timeout=timeout)
            note(f"{timeout:g}")
        with pytest.raises(queue.Empty):
            items.get_nowait()
        note(items.get(timeout=5))

    def put(note: Callable[[str], None]) -> None:
        time.sleep(2)
        items.put("an item")

    found = in_threads(get, put)
    assert [what for what, _ in found] == ["0", "0.1", "0.2", "1", "an item"]
    assert [at for _, at in found] == pytest.approx([0, 0.1, 0.3, 1.3, 2], abs=1e-12)


def test_a_full_queue_gives_up_after_its_time_out() -> None:
    items: queue.Queue[int] = queue.Queue(1)

    def put(note: Callable[[str], None]) -> None:
        items.put(1)
        with pytest.raises(queue.Full):
            items.put(2, timeout=0.5)
        note("full")

    assert in_threads(put) == [("full", 0.5)]


def test_consumers_that_are_woken_together_are_all_woken_again() -> None:
    """The line of those who wait is begun anew by the first, while the second is on its way."""
    items: queue.SimpleQueue[str] = queue.SimpleQueue()

    def consume(note: Callable[[str], None]) -> None:
        while (item := items.get()) != "end":
            if item == "slow":
                time.sleep(1)
                note(item)

    def produce(note: Callable[[str], None]) -> None:
        time.sleep(1)
        for item in ("quick", "quick"):
            items.put(item)
        time.sleep(1)
        for item in ("slow", "slow"):
            items.put(item)
        time.sleep(9)
        for _ in range(2):
            items.put("end")

    assert in_threads(consume, consume, produce) == [("slow", 3), ("slow", 3)]


def test_a_pool_whose_threads_were_idle_together_uses_them_together_again() -> None:
    async def main() -> list[float]:
        loop = asyncio.get_running_loop()
        took = []
        with ThreadPoolExecutor(2) as pool:
            for seconds in (1, 0, 1, 0, 1):
                began = time.monotonic()
                jobs = [loop.run_in_executor(pool, time.sleep, seconds) for _ in range(2)]
                await asyncio.gather(*jobs)
                took.append(time.monotonic() - began)
        return took

    assert lab.run(main).result == [1, 0, 1, 0, 1]


def test_a_line_that_was_begun_anew_loses_nobody_who_wants_a_lock() -> None:
    """a and b are woken for one lock, one after the other; c comes to stand in line between."""
    lock, let_c_come = threading.Lock(), threading.Event()

    def hold(note: Callable[[str], None]) -> None:
        lock.acquire()
        time.sleep(1)
        lock.release()
        let_c_come.set()
        lock.acquire()
        lock.release()

    def want(name: str) -> Body:
        def body(note: Callable[[str], None]) -> None:
            if name == "c":
                let_c_come.wait()
            with lock:
                note(name)
                time.sleep(1)

        return body

    found = in_threads(hold, want("a"), want("b"), want("c"))
    assert found == [("a", 1), ("b", 2), ("c", 3)]


def test_conditions_from_before_the_run_wait_on_the_virtual_clock() -> None:
    """They took the methods of their lock as they were made."""
    condition = threading.Condition()

    def wait(note: Callable[[str], None]) -> None:
        condition.acquire()
        note(f"{condition.wait(5)}")
        condition.release()

    def notify(note: Callable[[str], None]) -> None:
        condition.acquire()
        condition.notify()
        time.sleep(1)
        note("let go")
        condition.release()

    assert in_threads(wait, notify) == [("let go", 1), ("True", 1)]
    with condition:
        assert condition.wait(0) is False


def test_conditions_from_one_run_work_in_the_next_and_outside() -> None:
    async def make() -> threading.Condition:
        return threading.Condition()

    condition: threading.Condition = lab.run(make).result

    def wait(note: Callable[[str], None]) -> None:
        with condition:
            note(f"{condition.wait(5)}")

    def notify(note: Callable[[str], None]) -> None:
        with condition:
            condition.notify()
            time.sleep(1)

    for _ in range(2):
        assert in_threads(wait, notify) == [("True", 1)]
    assert condition.acquire(blocking=False)
    assert condition.wait(0) is False
    condition.release()


def test_joins_wait_until_the_end_or_the_time_out() -> None:
    async def main() -> list[tuple[bool, float]]:
        thread = threading.Thread(target=time.sleep, args=[3])
        thread.start()
        seen = []
        for timeout in (0, 1, -1, 0.5, None):
            await asyncio.to_thread(thread.join, timeout)
            seen.append((thread.is_alive(), time.monotonic()))
        thread.join()
        return seen

    assert lab.run(main).result == [
        (True, 0), (True, 1), (True, 1), (True, 1.5), (False, 3),
    ]  # fmt: skip


def test_many_may_join_one() -> None:
    slow = {}

    def work(note: Callable[[str], None]) -> None:
        slow["thread"] = threading.current_thread()
        time.sleep(2)

    def join(note: Callable[[str], None]) -> None:
        time.sleep(1)
        slow["thread"].join()
        note("joined")

    assert in_threads(work, join, join, join) == [("joined", 2)] * 3


# Futures of executors.


def nap(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def test_results_of_executors_have_virtual_time_outs() -> None:
    def body(note: Callable[[str], None]) -> None:
        with ThreadPoolExecutor(3) as pool:
            future = pool.submit(nap, 3)
            with pytest.raises(TimeoutError):
                future.result(timeout=1)
            note("gave up")
            note(f"{future.result(timeout=9):g}")
            assert pool.submit(int, "x").exception(timeout=1) is not None

    assert in_threads(body) == [("gave up", 1), ("3", 3)]


def test_wait_for_the_first_the_first_failure_and_all() -> None:
    def fail(seconds: float) -> None:
        time.sleep(seconds)
        raise ValueError

    def body(note: Callable[[str], None]) -> None:
        with ThreadPoolExecutor(9) as pool:
            futures: list[Future[Any]] = [pool.submit(nap, 3), pool.submit(nap, 1)]
            futures.append(pool.submit(fail, 2))
            for when in ("FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED"):
                done, pending = concurrent.futures.wait(futures, return_when=when)
                note(f"{when}: {len(done)}")
            futures.append(pool.submit(nap, 10))
            done, pending = concurrent.futures.wait(futures, timeout=2)
            note(f"time-out: {len(done)} {len(pending)}")

    assert in_threads(body) == [
        ("FIRST_COMPLETED: 1", 1), ("FIRST_EXCEPTION: 2", 2),
        ("ALL_COMPLETED: 3", 3), ("time-out: 3 1", 5),
    ]  # fmt: skip


def test_as_completed_yields_in_the_order_of_the_ends_and_gives_up_on_time() -> None:
    def body(note: Callable[[str], None]) -> None:
        with ThreadPoolExecutor(9) as pool:
            futures = [pool.submit(nap, seconds) for seconds in (3, 1, 2, 9)]
            ended = concurrent.futures.as_completed(futures, timeout=5)
            for _ in range(3):
                note(f"{next(ended).result():g}")
            with pytest.raises(TimeoutError, match=r"1 \(of 4\) futures unfinished"):
                next(ended)
            note("gave up")

    found = in_threads(body)
    assert [what for what, _ in found] == ["1", "2", "3", "gave up"]
    assert [round(at, 9) for _, at in found] == [1, 2, 3, 5]


def test_a_job_that_has_not_begun_can_be_cancelled() -> None:
    def body(note: Callable[[str], None]) -> None:
        with ThreadPoolExecutor(1) as pool:
            first, second = pool.submit(nap, 2), pool.submit(nap, 2)
            assert not first.running()
            time.sleep(1)
            note(f"{first.cancel()} {second.cancel()}")
        note("left")

    assert in_threads(body) == [("False True", 1), ("left", 2)]


def test_shutdown_can_drop_what_has_not_begun() -> None:
    def body(note: Callable[[str], None]) -> None:
        pool = ThreadPoolExecutor(1)
        futures = [pool.submit(nap, 1) for _ in range(5)]
        time.sleep(0.5)
        pool.shutdown(cancel_futures=True)
        note(f"{sum(future.cancelled() for future in futures)} dropped")

    assert in_threads(body) == [("4 dropped", 1)]


# What the trace and the watchdog say.


def test_the_trace_says_that_a_thread_waits_for_what_and_where() -> None:
    event = threading.Event()

    def wait() -> None:
        event.wait()

    async def main() -> None:
        thread = threading.Thread(target=wait)
        thread.start()
        await asyncio.sleep(1)
        event.set()
        thread.join()

    run = lab.run(main)
    steps = [event for event in run.trace if isinstance(event, Ran) and event.lane == 2]
    assert [(step.t, step.then) for step in steps] == [(0, "waiting"), (10**9, "returned")]
    assert steps[0].at == place(wait, "event.wait()")


def _with(lock: Any) -> None:
    with lock:
        pass


def _put(jobs: queue.Queue[int]) -> None:
    jobs.put(1)


THINGS: list[tuple[Callable[[Any], None], Any, Callable[[Any], None], str, str]] = [
    (_with, threading.Lock, lambda lock: lock.release(), "queued", "Lock.acquire"),
    (_with, threading.RLock, lambda lock: lock.release(), "queued", "RLock.acquire"),
    (_with, threading.Condition, lambda lock: lock.release(), "queued", "RLock.acquire"),
    (_with, lambda: threading.Semaphore(1), lambda sem: sem.release(), "queued",
     "Semaphore.acquire"),
    (lambda event: event.wait(), threading.Event, lambda event: event.set(), "waiting",
     "Event.wait"),
    (_put, lambda: queue.Queue(1), lambda jobs: jobs.get(), "waiting", "Queue.put"),
    (lambda future: future.result(), Future, lambda future: future.set_result(1), "waiting",
     "Future.result"),
]  # fmt: skip


@pytest.mark.parametrize(("wait", "make", "end", "then", "on"), THINGS)
def test_a_thread_that_wants_a_lock_is_queued_and_others_wait_for_what_the_program_called(
    wait: Callable[[Any], None],
    make: Callable[[], Any],
    end: Callable[[Any], None],
    then: str,
    on: str,
) -> None:
    async def main() -> None:
        thing = make()
        for begin in ("acquire", "put"):
            if hasattr(thing, begin):
                getattr(thing, begin)(*([1] if begin == "put" else []))
        thread = threading.Thread(target=wait, args=[thing])
        thread.start()
        await asyncio.sleep(1)
        end(thing)
        thread.join()

    run = lab.run(main)
    first = next(event for event in run.trace if isinstance(event, Ran) and event.lane == 2)
    assert (first.t, first.then, first.on) == (0, then, on)


def test_a_thread_that_neither_ends_nor_waits_is_named_with_its_line() -> None:
    going = [True]

    def spin() -> None:
        while going:
            pass

    async def main() -> None:
        await asyncio.to_thread(spin)

    with pytest.raises(lab.ThreadStuck) as raised:
        lab.run(main, patience=0.1)
    going.clear()
    text = str(raised.value)
    lines = {place(spin, "while going"), place(spin, "pass")}
    assert "thread-1 has run for 0.1 s" in text
    assert any(line in text for line in lines)


def test_a_thread_that_waits_for_one_outside_of_the_run_for_ever_is_told_so() -> None:
    held = threading.Lock()
    held.acquire()

    async def main() -> None:
        held.acquire()

    with pytest.raises(lab.ThreadStuck, match="a thread outside of the run holds"):
        lab.run(main, patience=0.1)
    held.release()
