# fails: work | says: in a thread of its own


def answers():
    return {
        "nap": "yields",
        "step_aside": "yields",
        "delegate": "blocks",
        "think": "neither",
        "count": "blocks",
        "borrow_a_thread": "blocks",
        "take_a_free_lock": "neither",
        "forget": "neither",
    }
