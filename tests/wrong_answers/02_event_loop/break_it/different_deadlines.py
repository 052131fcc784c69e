# fails: same_deadline | says: Who begins later sleeps shorter
def same_deadline(deadline):
    """Sleepers, [begins at, seconds], that a heap of deadlines wakes in the wrong order."""
    return [[begins, deadline] for begins in range(4)]


def in_one_tick(tick):
    """Naps that a loop which looks every `tick` seconds wakes in the wrong order."""
    return [tick, tick - 1]


def lost_lock(hold):
    """Whom to cancel and when, [name, seconds], so that somebody waits for the lock for ever."""
    return ["b", hold]
