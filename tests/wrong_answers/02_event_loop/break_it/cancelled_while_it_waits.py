# fails: lost_lock | says: passes over a waiter that was cancelled
def same_deadline(deadline):
    """Sleepers, [begins at, seconds], that a heap of deadlines wakes in the wrong order."""
    return [[begins, deadline - begins] for begins in range(4)]


def in_one_tick(tick):
    """Naps that a loop which looks every `tick` seconds wakes in the wrong order."""
    return [tick, tick - 1]


def lost_lock(hold):
    """Whom to cancel and when, [name, seconds], so that somebody waits for the lock for ever."""
    return ["b", hold / 2]
