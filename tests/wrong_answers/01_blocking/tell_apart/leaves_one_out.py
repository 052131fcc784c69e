# fails: all_eight, awaits | says: think is missing


def answers():
    return {
        "nap": "yields",
        "step_aside": "yields",
        "delegate": "blocks",
        "count": "blocks",
        "borrow_a_thread": "yields",
        "take_a_free_lock": "neither",
        "forget": "neither",
    }
