# fails: awaits | says: nobody holds it


def answers():
    return {
        "nap": "yields",
        "step_aside": "yields",
        "delegate": "blocks",
        "think": "neither",
        "count": "blocks",
        "borrow_a_thread": "yields",
        "take_a_free_lock": "blocks",
        "forget": "neither",
    }
