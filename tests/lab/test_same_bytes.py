"""The trace is the same bytes in any process, under any hash seed, on a busy machine."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.busy import busy_machine

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("processes", [6, pytest.param(60, marks=pytest.mark.long)])
def test_two_hundred_tasks_and_threads_give_the_same_trace_in_each_process(processes: int) -> None:
    with busy_machine(), ThreadPoolExecutor(4) as pool:
        digests = set(pool.map(_digest, range(processes)))
    assert len(digests) == 1
    (found,) = digests
    lanes, digest = found.split()
    assert int(lanes) >= 200
    assert len(digest) == 64


def _digest(hash_seed: int) -> str:
    env = os.environ | {"PYTHONHASHSEED": str(hash_seed), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "error", "-m", "tests.lab.test_same_bytes"]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _main() -> None:
    import asyncio
    import queue
    import random
    import threading
    import time

    from checker import lab

    async def program() -> None:
        lock, counts = threading.Lock(), {"done": 0}
        jobs: queue.Queue[int] = queue.Queue(5)
        slots = asyncio.Semaphore(7)

        def work(n: int) -> int:
            time.sleep(n % 5 / 10)
            with lock:
                time.sleep(0.01)
                counts["done"] += 1
            return n

        def consume() -> None:
            while jobs.get() >= 0:
                time.sleep(0.02)

        async def fetch(n: int) -> int:
            async with slots:
                await asyncio.sleep(random.choice([0, 0.1, 0.2]))
            return await asyncio.to_thread(work, n)

        async def fail() -> None:
            await asyncio.sleep(0.5)
            raise ValueError("one of them")

        consumer = threading.Thread(target=consume)
        consumer.start()
        threads = [threading.Thread(target=work, args=(n,)) for n in range(40)]
        for thread in threads:
            thread.start()
        tasks = {asyncio.create_task(fetch(n)) for n in range(120)}
        done, pending = await asyncio.wait(tasks, timeout=1)
        for task in pending:
            if hash(task) % 3 == 0:
                task.cancel()
        for task in done:
            await asyncio.to_thread(jobs.put, task.result())
        await asyncio.gather(*pending, return_exceptions=True)
        try:
            async with asyncio.TaskGroup() as group:
                for n in range(60):
                    group.create_task(fetch(n))
                group.create_task(fail())
        except* ValueError:
            pass
        loop = asyncio.get_running_loop()
        futures = {loop.run_in_executor(None, work, n) for n in range(20)}
        await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
        for future in futures:
            await future
        await asyncio.to_thread(jobs.put, -1)
        for thread in {consumer, *threads}:
            await asyncio.to_thread(thread.join)

    run = lab.run(program)
    text = run.trace.dump()
    print(text.count('"what":"lane"'), hashlib.sha256(text.encode()).hexdigest())


if __name__ == "__main__":
    _main()
