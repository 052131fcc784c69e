"""Programs that are hard to stop. Each says `user.now()` once it is where it is to be stopped."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.lab.stopping import User

Program = Callable[[User], Awaitable[Any]]
PROGRAMS: dict[str, Program] = {}


def program(function: Program) -> Program:
    PROGRAMS[function.__name__] = function
    return function


def work() -> int:
    return sum(range(50))


def spin() -> None:
    while True:
        pass


def spin_and_swallow() -> None:
    while True:
        try:
            work()
        except BaseException:
            pass


def spin_and_swallow_tightly() -> None:
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


@program
async def spins(user: User) -> None:
    user.now()
    spin()


@program
async def spins_and_swallows(user: User) -> None:
    user.now()
    spin_and_swallow()


@program
async def spins_and_swallows_tightly(user: User) -> None:
    user.now()
    spin_and_swallow_tightly()


@program
async def swallows_keyboard_interrupt(user: User) -> None:
    user.now()
    while True:
        try:
            spin()
        except KeyboardInterrupt:
            pass


@program
async def swallows_twice_over(user: User) -> None:
    def inner() -> None:
        while True:
            try:
                spin_and_swallow()
            except BaseException:
                pass

    user.now()
    while True:
        try:
            inner()
        except BaseException:
            pass


@program
async def suppresses_everything(user: User) -> None:
    user.now()
    while True:
        with contextlib.suppress(BaseException):
            work()


@program
async def spins_in_finally(user: User) -> None:
    try:
        user.now()
        spin()
    finally:
        try:
            spin()
        finally:
            while True:
                work()


@program
async def swallows_at_every_await(user: User) -> None:
    user.now()
    while True:
        try:
            await asyncio.sleep(1)
        except BaseException:
            pass


@program
async def spins_with_sleep_0(user: User) -> None:
    user.now()
    while True:
        await asyncio.sleep(0)


@program
async def many_tasks_swallow_cancellation(user: User) -> None:
    async def ticker() -> None:
        while True:
            try:
                await asyncio.sleep(1)
            except asyncio.CancelledError:
                pass

    async with asyncio.TaskGroup() as group:
        for _ in range(500):
            group.create_task(ticker())
        await asyncio.sleep(5)
        user.now()


@program
async def a_group_that_begins_again(user: User) -> None:
    async def ticker() -> None:
        while True:
            await asyncio.sleep(0.001)

    user.now()
    while True:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(ticker())
                group.create_task(ticker())
        except* BaseException:
            pass


@program
async def a_callback_calls_itself(user: User) -> None:
    loop = asyncio.get_running_loop()

    def again() -> None:
        loop.call_later(0.001, again)
        with contextlib.suppress(BaseException):
            work()

    again()
    user.now()
    await asyncio.Event().wait()


@program
async def a_generator_spins(user: User) -> None:
    def numbers() -> Iterator[int]:
        while True:
            yield 1

    user.now()
    for _ in numbers():
        pass


@program
async def a_generator_swallows(user: User) -> None:
    def numbers() -> Iterator[int]:
        while True:
            try:
                yield 1
            except BaseException:
                pass

    user.now()
    while True:
        try:
            for _ in numbers():
                pass
        except BaseException:
            pass


@program
async def a_finaliser_spins(user: User) -> None:
    class Dies:
        def __del__(self) -> None:
            user.now()
            spin()

    Dies()
    await asyncio.Event().wait()


@program
async def a_thread_spins(user: User) -> None:
    def job() -> None:
        user.now()
        spin()

    await asyncio.to_thread(job)


@program
async def a_thread_swallows(user: User) -> None:
    def job() -> None:
        user.now()
        spin_and_swallow()

    await asyncio.to_thread(job)


@program
async def a_thread_swallows_tightly(user: User) -> None:
    def job() -> None:
        user.now()
        spin_and_swallow_tightly()

    await asyncio.to_thread(job)


@program
async def a_thread_spins_while_the_loop_sleeps(user: User) -> None:
    def job() -> None:
        user.now()
        spin()

    threading.Thread(target=job).start()
    time.sleep(5)


@program
async def a_thread_swallows_while_the_loop_waits_for_it(user: User) -> None:
    def job() -> None:
        user.now()
        spin_and_swallow()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(job).result()


@program
async def a_thread_starts_threads(user: User) -> None:
    def job() -> None:
        user.now()
        while True:
            with contextlib.suppress(BaseException):
                thread = threading.Thread(target=work)
                thread.start()
                thread.join()

    await asyncio.to_thread(job)


@program
async def threads_sleep_and_swallow(user: User) -> None:
    def job() -> None:
        while True:
            with contextlib.suppress(BaseException):
                time.sleep(0.001)

    jobs = [asyncio.create_task(asyncio.to_thread(job)) for _ in range(4)]
    await asyncio.sleep(1)
    user.now()
    await asyncio.gather(*jobs)


@program
async def forty_threads_are_parked(user: User) -> None:
    event = threading.Event()
    async with asyncio.TaskGroup() as group:
        for _ in range(40):
            group.create_task(asyncio.to_thread(event.wait))
        await asyncio.sleep(1)
        user.now()
        spin()
