import heapq
from itertools import product


class Entry:
    def __init__(self, deadline, number):
        self.deadline, self.number = deadline, number

    def __lt__(self, other):
        return self.deadline < other.deadline


def from_a_heap(count):
    heap = []
    for number in range(count):
        heapq.heappush(heap, Entry(1, number))
    return [heapq.heappop(heap).number for _ in range(count)]


def same_deadline(deadline):
    for count in range(2, 6):
        if from_a_heap(count) != list(range(count)):
            step = deadline / 10
            return [[n * step, deadline - n * step] for n in range(count)]
    raise LookupError("a heap keeps five in order")


def in_one_tick(tick):
    def ticks(nap):
        return -(-nap // tick)

    for naps in product(range(1, 3 * tick), repeat=3):
        right = sorted(range(3), key=lambda n: naps[n])
        if sorted(range(3), key=lambda n: ticks(naps[n])) != right:
            return list(naps)
    raise LookupError("polling keeps them in order")


def lost_lock(hold):
    """The one that the lock was just handed to, before it had its turn."""
    return "b", float(hold)
