"""Queues within the loop, between threads, and between the two."""

from __future__ import annotations

import asyncio
import queue
import threading
import time

from tests.lab.programs.program import STEP, Log, program


@program(
    "a bounded Queue makes the producer wait for the consumer",
    """
    0  put 1
    0  put 2
    0  got 1
    0  put 3
    2  got 2
    2  put 4
    4  got 3
    6  got 4
    8  returned
    """,
)
async def bounded(log: Log) -> None:
    items: asyncio.Queue[int] = asyncio.Queue(maxsize=2)

    async def produce() -> None:
        for item in (1, 2, 3, 4):
            await items.put(item)
            log(f"put {item}")

    async def consume() -> None:
        for _ in range(4):
            log(f"got {await items.get()}")
            await asyncio.sleep(2 * STEP)

    await asyncio.gather(produce(), consume())


@program(
    "join waits until every item is done, not only taken",
    """
    1  worker 1 did a
    1  worker 2 did b
    2  worker 1 did c
    2  joined
    2  returned
    """,
)
async def join(log: Log) -> None:
    items: asyncio.Queue[str] = asyncio.Queue()

    async def work(number: int) -> None:
        while True:
            item = await items.get()
            await asyncio.sleep(STEP)
            log(f"worker {number} did {item}")
            items.task_done()

    for item in "abc":
        items.put_nowait(item)
    workers = [asyncio.create_task(work(number)) for number in (1, 2)]
    await items.join()
    log("joined")
    for worker in workers:
        worker.cancel()
    await asyncio.gather(*workers, return_exceptions=True)


@program(
    "a getter that gives up does not swallow the item of the next one",
    """
    1  a: TimeoutError
    2  b: first
    2  returned
    """,
)
async def getter_gives_up(log: Log) -> None:
    items: asyncio.Queue[str] = asyncio.Queue()

    async def get(name: str, steps: float) -> None:
        try:
            log(f"{name}: {await asyncio.wait_for(items.get(), steps * STEP)}")
        except TimeoutError:
            log(f"{name}: TimeoutError")

    both = asyncio.gather(get("a", 1), get("b", 5))
    await asyncio.sleep(2 * STEP)
    items.put_nowait("first")
    await both


@program(
    "a PriorityQueue hands out the smallest, a LifoQueue the newest",
    """
    0  priority 1 2 3
    0  newest 2 1 3
    0  returned
    """,
)
async def kinds(log: Log) -> None:
    smallest: asyncio.Queue[int] = asyncio.PriorityQueue()
    newest: asyncio.Queue[int] = asyncio.LifoQueue()
    for label, items in (("priority", smallest), ("newest", newest)):
        for item in (3, 1, 2):
            await items.put(item)
        taken = [str(await items.get()) for _ in range(3)]
        log(f"{label} {' '.join(taken)}")


@program(
    "a full queue.Queue holds the thread that puts; an empty one the thread that gets",
    """
    0  put 1
    2  got 1
    3  put 2, which waited
    4  got 2
    5  put 3, which waited
    6  got 3
    8  got 4, for which it waited
    8  returned
    """,
)
async def between_threads(log: Log) -> None:
    items: queue.Queue[int] = queue.Queue(maxsize=1)

    def produce() -> None:
        items.put(1)
        log("put 1")
        for item in (2, 3):
            items.put(item)
            time.sleep(STEP)
            log(f"put {item}, which waited")
        time.sleep(3 * STEP)
        items.put(4)

    def consume() -> None:
        for item in (1, 2, 3):
            time.sleep(2 * STEP)
            assert items.get() == item
            log(f"got {item}")
        log(f"got {items.get()}, for which it waited")

    await asyncio.gather(asyncio.to_thread(produce), asyncio.to_thread(consume))


@program(
    "time-outs of queue.Queue: Full and Empty come when they are due",
    """
    2  Empty
    3  nothing at once: Empty
    5  Full
    6  taken before the time-out
    6  returned
    """,
)
async def thread_timeouts(log: Log) -> None:
    items: queue.Queue[int] = queue.Queue(maxsize=1)

    def use() -> None:
        try:
            items.get(timeout=2 * STEP)
        except queue.Empty:
            log("Empty")
        time.sleep(STEP)
        try:
            items.get_nowait()
        except queue.Empty:
            log("nothing at once: Empty")
        items.put(1)
        try:
            items.put(2, timeout=2 * STEP)
        except queue.Full:
            log("Full")
        items.put(3, timeout=2 * STEP)
        log("taken before the time-out")

    def take_late() -> None:
        time.sleep(6 * STEP)
        items.get()

    await asyncio.gather(asyncio.to_thread(use), asyncio.to_thread(take_late))


@program(
    "a SimpleQueue wakes the thread that waited longest",
    """
    0  a waits
    1  b waits
    3  a got x
    5  b got y
    5  returned
    """,
)
async def simple_queue(log: Log) -> None:
    items: queue.SimpleQueue[str] = queue.SimpleQueue()

    def take(name: str, after: float) -> None:
        time.sleep(after * STEP)
        log(f"{name} waits")
        log(f"{name} got {items.get()}")

    threads = asyncio.gather(asyncio.to_thread(take, "a", 0), asyncio.to_thread(take, "b", 1))
    await asyncio.sleep(3 * STEP)
    items.put("x")
    await asyncio.sleep(2 * STEP)
    items.put("y")
    await threads


@program(
    "queue.Queue.join in a thread waits until task_done was called for every item",
    """
    2  did a
    4  did b
    4  joined
    4  returned
    """,
)
async def thread_join(log: Log) -> None:
    items: queue.Queue[str | None] = queue.Queue()

    def work() -> None:
        while (item := items.get()) is not None:
            time.sleep(2 * STEP)
            log(f"did {item}")
            items.task_done()
        items.task_done()

    worker = threading.Thread(target=work)
    worker.start()
    for item in ("a", "b", None):
        items.put(item)
    await asyncio.to_thread(items.join)
    log("joined")
    worker.join()


@program(
    "a thread feeds an asyncio.Queue through the loop, and is held while it is full",
    """
    0  put 1
    2  got 1
    3  put 2, which waited
    4  got 2
    5  put 3, which waited
    6  got 3
    6  returned
    """,
)
async def thread_to_loop(log: Log) -> None:
    items: asyncio.Queue[int] = asyncio.Queue(maxsize=1)
    loop = asyncio.get_running_loop()

    def produce() -> None:
        asyncio.run_coroutine_threadsafe(items.put(1), loop).result()
        log("put 1")
        for item in (2, 3):
            asyncio.run_coroutine_threadsafe(items.put(item), loop).result()
            time.sleep(STEP)
            log(f"put {item}, which waited")

    thread = asyncio.create_task(asyncio.to_thread(produce))
    for _ in range(3):
        await asyncio.sleep(2 * STEP)
        log(f"got {await items.get()}")
    await thread
