"""Break it

Three pieces of code, each with one mistake. All three pass a quick try. Find what breaks them, and
return it as data; the numbers that you get are others each time.

- `same_deadline`: at most 5 sleepers, [begins at, seconds], that all come due at `deadline`, with
  begins that go up. `wakes_from_a_heap` has to wake them in another order than they began in.
- `in_one_tick`: at most 3 naps of whole seconds, from 1 to 3 ticks. `wakes_by_polling` has to wake
  them in another order than that of their deadlines.
- `lost_lock`: [name, seconds]. Programs a, b and c, started in this order, each take a `Lock` and
  hold it for `hold` seconds; one of the three is cancelled at that time. Then somebody has to wait
  for ever.
"""

import asyncio
import heapq
from collections import deque
from dataclasses import dataclass, field


@dataclass(order=True)
class Timer:
    """A timer that is compared by its deadline alone."""

    deadline: float
    number: int = field(compare=False)


def wakes_from_a_heap(sleepers):
    """The numbers of the sleepers, in the order in which they are woken."""
    heap = []
    for number, (begins, seconds) in enumerate(sleepers):
        heapq.heappush(heap, Timer(begins + seconds, number))
    return [heapq.heappop(heap).number for _ in sleepers]


def wakes_by_polling(naps, tick):
    """The numbers of the sleepers, woken by a loop that looks at them every `tick` seconds."""
    now, woken = 0, []
    while len(woken) < len(naps):
        now += tick
        woken += [n for n, nap in enumerate(naps) if nap <= now and n not in woken]
    return woken


class Lock:
    """Goes to those who wait in the order in which they came."""

    def __init__(self):
        self.taken, self.waiting = False, deque()

    async def acquire(self):
        """Wait until it is free, and take it."""
        if not self.taken:
            self.taken = True
            return
        turn = asyncio.get_running_loop().create_future()
        self.waiting.append(turn)
        await turn  # Whoever releases it leaves it taken, for this one.

    def release(self):
        """Hand it to the first who still waits."""
        while self.waiting:
            turn = self.waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self.taken = False


def same_deadline(deadline):
    """Sleepers, [begins at, seconds], that a heap of deadlines wakes in the wrong order."""
    return [[begins, deadline - begins] for begins in range(4)]


def in_one_tick(tick):
    """Naps that a loop which looks every `tick` seconds wakes in the wrong order."""
    return [tick, tick - 1]


def lost_lock(hold):
    """Whom to cancel and when, [name, seconds], so that somebody waits for the lock for ever."""
    return ["b", hold]
