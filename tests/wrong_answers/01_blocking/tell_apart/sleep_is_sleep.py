# fails: sleeps | says: another task had a turn


def answers():
    return {
        "nap": "blocks",
        "step_aside": "yields",
        "delegate": "blocks",
        "think": "neither",
        "count": "blocks",
        "borrow_a_thread": "yields",
        "take_a_free_lock": "neither",
        "forget": "blocks",
    }
