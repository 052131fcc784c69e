"""Checks of event_loop/break_it: the data is given to the faulty code, on the check's side.

That code stands in the exercise too; these copies decide, so that an edited one changes nothing.
"""

import asyncio
import heapq
from collections import deque
from dataclasses import dataclass, field


@dataclass(order=True)
class Timer:
    deadline: float
    number: int = field(compare=False)


def wakes_from_a_heap(sleepers):
    heap = []
    for number, (begins, seconds) in enumerate(sleepers):
        heapq.heappush(heap, Timer(begins + seconds, number))
    return [heapq.heappop(heap).number for _ in sleepers]


def wakes_by_polling(naps, tick):
    now, woken = 0, []
    while len(woken) < len(naps):
        now += tick
        woken += [n for n, nap in enumerate(naps) if nap <= now and n not in woken]
    return woken


class Lock:
    def __init__(self):
        self.taken, self.waiting = False, deque()

    async def acquire(self):
        if not self.taken:
            self.taken = True
            return
        turn = asyncio.get_running_loop().create_future()
        self.waiting.append(turn)
        await turn

    def release(self):
        while self.waiting:
            turn = self.waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self.taken = False


def numbers(value, least, most):
    """Whether this is a list of so many plain numbers."""
    return (
        isinstance(value, list)
        and least <= len(value) <= most
        and all(type(each) in (int, float) for each in value)
    )


async def test_same_deadline(attempt, draw):
    """Sleepers with one deadline that a heap of deadlines wakes in the wrong order."""
    deadline = draw.randint(10, 60)
    sleepers = await attempt.call("same_deadline", deadline)
    assert isinstance(sleepers, list), "Return a list of [begins at, seconds]."
    assert all(numbers(each, 2, 2) for each in sleepers), "Each sleeper is [begins at, seconds]."
    assert len(sleepers) <= 5, "At most five sleepers; fewer are enough."
    begins = [begin for begin, _ in sleepers]
    assert begins == sorted(set(begins)), (
        "They begin to sleep one after the other, the first one first: each begin is later than "
        "the one before. Otherwise nobody could say in which order they should wake."
    )
    ends = {round(begin + seconds, 6) for begin, seconds in sleepers}
    assert ends == {deadline}, (
        f"All of them should come due at {deadline} s; they come due at {sorted(ends)}. Who begins "
        "later sleeps shorter."
    )
    # With the deadline itself: the last digit of a sum of floats must not break a tie.
    woken = wakes_from_a_heap([[0, deadline] for _ in sleepers])
    assert woken != sorted(woken), (
        f"These {len(sleepers)} are woken in the order in which they began. When the first is "
        "taken out of a heap, one of the two below it moves up; among equals it may be the later "
        "one. There have to be two left to choose from, and another one to fill the gap."
    )


async def test_in_one_tick(attempt, draw):
    """Naps that a loop which polls wakes in the wrong order."""
    tick = draw.randint(4, 9)
    naps = await attempt.call("in_one_tick", tick)
    assert numbers(naps, 1, 3), "Return a list of one to three numbers of seconds."
    refused = [nap for nap in naps if nap != int(nap) or not 1 <= nap <= 3 * tick]
    assert refused == [], (
        f"Naps are whole seconds from 1 to {3 * tick}, which is three ticks; you gave {naps}."
    )
    woken = wakes_by_polling(naps, tick)
    right = sorted(range(len(naps)), key=lambda n: naps[n])
    assert woken != right, (
        f"With a tick of {tick} s, naps of {naps} s are woken in the order {woken}, and that is "
        "the order of their deadlines. All who come due between two looks are found in one look, "
        "in the order in which they stand in the list."
    )


async def test_lost_lock(attempt, draw):
    """A cancellation at the one moment at which the lock is lost."""
    hold = draw.randint(2, 30) / 2
    answer = await attempt.call("lost_lock", hold)
    assert isinstance(answer, list), "Return [name, seconds]."
    assert len(answer) == 2, "Return two things: the name, and the seconds."
    name, when = answer
    assert name in ("a", "b", "c"), "The first is the name of a program: a, b or c."
    assert numbers([when], 1, 1), "The second is a number of seconds."
    assert 0 <= when <= 3 * hold, f"The second is a time from 0 to {3 * hold} s."
    lock = Lock()

    async def program():
        await lock.acquire()
        try:
            await asyncio.sleep(hold)
        finally:
            lock.release()

    tasks = {each: asyncio.create_task(program()) for each in "abc"}
    await asyncio.sleep(0)  # Their timers are set before the canceller's.
    await asyncio.sleep(when)
    tasks[name].cancel()
    _, waiting = await asyncio.wait(tasks.values(), timeout=10 * hold)
    for task in waiting:
        task.cancel()
    left = len(waiting)
    assert left > 0, (
        f"Program {name} was cancelled at {when:g} s, and all others got the lock and ended. The "
        "lock passes over a waiter that was cancelled before it was handed over; who holds it "
        "releases it in a finally. One moment is left: it was handed over, and the one that got "
        "it had no turn yet. And somebody has to wait behind it."
    )
