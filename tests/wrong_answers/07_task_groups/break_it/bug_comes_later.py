# fails: hidden_bug | says: by then its task was cancelled
def late_write(undo):
    """[a, b]: the seconds that the ledgers need, of which the first fails."""
    return [0.5, 0.5 + 2 * undo]


def lost_price(latencies):
    """[number, seconds]: which task is cancelled, and when."""
    return [0, latencies[0] / 2]


def hidden_bug(span):
    """[not_found, slow, bug]: the seconds that the services need."""
    return [0.1, span, 0.2]
