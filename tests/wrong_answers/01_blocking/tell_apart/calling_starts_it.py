# fails: sleeps | says: is only made


def answers():
    return {
        "nap": "yields",
        "step_aside": "yields",
        "delegate": "blocks",
        "think": "neither",
        "count": "blocks",
        "borrow_a_thread": "yields",
        "take_a_free_lock": "neither",
        "forget": "yields",
    }
