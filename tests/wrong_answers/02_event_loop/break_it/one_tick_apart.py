# fails: in_one_tick | says: that is the order of their deadlines
def same_deadline(deadline):
    """Sleepers, [begins at, seconds], that a heap of deadlines wakes in the wrong order."""
    return [[begins, deadline - begins] for begins in range(4)]


def in_one_tick(tick):
    """Naps that a loop which looks every `tick` seconds wakes in the wrong order."""
    return [2 * tick, tick]


def lost_lock(hold):
    """Whom to cancel and when, [name, seconds], so that somebody waits for the lock for ever."""
    return ["b", hold]
