"""Checks of blocking/tell_apart: each of the eight functions is run, and what it does is measured.

The functions stand in the exercise too. These here decide, so that an edited copy changes nothing.
"""

import asyncio
import time

from checker import lab

WORDS = ["blocks", "yields", "neither"]


async def nap():
    await asyncio.sleep(1)


async def step_aside():
    await asyncio.sleep(0)


async def delegate():
    async def helper():
        time.sleep(1)

    await helper()


async def think():
    async def helper():
        return 6 * 7

    return await helper()


async def count():
    lab.cpu(1)


async def borrow_a_thread():
    await asyncio.to_thread(time.sleep, 1)


async def take_a_free_lock():
    async with asyncio.Lock():
        pass


async def forget():
    asyncio.sleep(1)


EIGHT = [nap, step_aside, delegate, think, count, borrow_a_thread, take_a_free_lock, forget]

WHY = {
    nap: "asyncio.sleep gives the loop back at once, and asks to be woken.",
    step_aside: "A sleep of 0 s lets no time pass; what it lets pass is turns, one for each "
    "task that is ready.",
    delegate: "`await` alone gives nothing back: it runs the helper on the spot, and the helper "
    "blocks. `async def` is only a way to write a function.",
    think: "`await` alone gives nothing back: it runs the helper on the spot, and the helper "
    "returns without ever waiting.",
    count: "Computing needs the one thread that the loop runs on. `async def` is only a way to "
    "write a function, and takes nobody's work away.",
    borrow_a_thread: "The sleep blocks, but in a thread of its own; the loop waits for it as it "
    "waits for anything else.",
    take_a_free_lock: "A lock makes a task wait while somebody else holds it; nobody holds it.",
    forget: "Without `await` the sleep is only made, and never started; then it is thrown away.",
}


async def measured(function):
    """Run it in a task of its own: the word for it, and what was seen."""

    async def alone():
        loop = asyncio.get_running_loop()
        turns: list[str] = []
        loop.call_soon(turns.append, "somebody else's")
        began = loop.time()
        await function()
        return bool(turns), loop.time() - began

    others_ran, took = await asyncio.create_task(alone(), name=function.__name__)
    seen = f"{took:g} s passed, and another task had {'a' if others_ran else 'no'} turn meanwhile"
    return "yields" if others_ran else "blocks" if took else "neither", seen


async def compare(given, functions):
    """Hold the answers for some functions against what these do."""
    wrong, reasons = [], []
    for function in functions:
        word, seen = await measured(function)
        name, answer = function.__name__, given.get(function.__name__)
        if answer == word:
            continue
        wrong.append(name)
        # Whoever has not answered yet learns nothing of the answer.
        reasons.append(
            f"{name} is said to be {answer!r}: {seen}. {WHY[function]}"
            if answer in WORDS
            else f"{name} has no answer yet."
        )
    assert wrong == [], "\n".join(reasons)


async def test_all_eight(attempt):
    """There is an answer for each of the eight, in one of the three words."""
    given = await attempt.call("answers")
    names = [function.__name__ for function in EIGHT]
    missing = [name for name in names if name not in given]
    unknown = [name for name in given if name not in names]
    others = [name for name in names if name in given and given[name] not in WORDS]
    said = [f"{name} is missing" for name in missing]
    said += [f"there is no function {name}" for name in unknown]
    said += [f"{name} is said to be {given[name]!r}, which is none of the words" for name in others]
    assert missing + unknown + others == [], (
        f"{'; '.join(said)}. Give each name one of: {', '.join(WORDS)}."
    )


async def test_sleeps(attempt):
    """nap, delegate and forget do what you say when they run."""
    await compare(await attempt.call("answers"), [nap, delegate, forget])


async def test_awaits(attempt):
    """step_aside, think and take_a_free_lock do what you say when they run."""
    await compare(await attempt.call("answers"), [step_aside, think, take_a_free_lock])


async def test_work(attempt):
    """count and borrow_a_thread do what you say when they run."""
    await compare(await attempt.call("answers"), [count, borrow_a_thread])
