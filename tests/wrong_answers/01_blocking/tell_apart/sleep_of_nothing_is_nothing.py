# fails: awaits | says: what it lets pass is turns


def answers():
    return {
        "nap": "yields",
        "step_aside": "neither",
        "delegate": "blocks",
        "think": "neither",
        "count": "blocks",
        "borrow_a_thread": "yields",
        "take_a_free_lock": "neither",
        "forget": "neither",
    }
