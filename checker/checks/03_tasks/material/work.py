"""Hands work to the attempt's `Background`, and writes down what becomes of it."""

import asyncio
import gc
import inspect
import weakref

import anyio
import attempt


def make(limit, errors=None):
    """A Background whose errors are written down by their words."""
    return attempt.Background(limit, lambda error: errors.write(str(error)) if errors else None)


async def call(service, key, done, cleanup=0):
    """One piece of work: a call of a service."""
    try:
        await service.get(key)
        done.write(key)
    finally:
        if cleanup:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(cleanup)
                done.write(f"{key} cleaned up")


async def collected(numbers, done):
    """Work that waits for replies, in a client that does not hold those who wait for them."""
    background, replies = make(len(numbers)), weakref.WeakValueDictionary()

    async def wait_for_reply(number):
        replies[number] = reply = asyncio.get_running_loop().create_future()
        await reply
        done.write(number)

    for number in numbers:
        background.start(wait_for_reply(number))
    await asyncio.sleep(1)
    gc.collect()
    for number in numbers:
        if number in replies:
            replies[number].set_result(None)
    await asyncio.sleep(1)


async def bounded(service, limit, keys, after, done):
    """More work than there is room for; the same again `after` so many seconds."""
    background, told = make(limit), []
    for _ in range(2):
        works = [call(service, key, done) for key in keys]
        told.append([background.start(work) for work in works])
        told.append([inspect.getcoroutinestate(work) == inspect.CORO_CLOSED for work in works])
        await asyncio.sleep(after)
    return told


async def failing(service, keys, errors, done):
    """Work of which some fails, and one piece is cancelled."""
    background = make(len(keys) + 1, errors)

    async def gives_up():
        asyncio.current_task().cancel()
        await asyncio.sleep(1)

    background.start(gives_up())
    for key in keys:
        background.start(call(service, key, done))
    await asyncio.sleep(9)


async def drained(service, keys, seconds, done):
    """Work, a drain, and work that comes too late: before the drain ends, and after it."""
    background, told = make(len(keys) + 2), []

    async def goes_on():
        await asyncio.sleep(0.05)
        told.append(background.start(call(service, "too late", done)))

    background.start(goes_on())
    for key in keys:
        background.start(call(service, key, done))
    await asyncio.sleep(0)
    await background.drain(seconds)
    told.append(background.start(call(service, "too late", done)))
    return told


async def drained_late(service, cleanups, seconds, done, errors):
    """Work, of which each piece has a cleanup of so many seconds, and a drain."""
    background = make(len(cleanups), errors)
    for key, cleanup in cleanups.items():
        background.start(call(service, key, done, cleanup))
    await asyncio.sleep(0)
    await background.drain(seconds)
    done.write("drained")


async def drained_with_nothing_to_do():
    """A drain of nothing."""
    await make(1).drain(5)
