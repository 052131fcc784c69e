# fails: all_eight, sleeps, awaits, work | says: which is none of the words


def answers():
    return {
        "nap": "yield",
        "step_aside": "yield",
        "delegate": "block",
        "think": "none",
        "count": "block",
        "borrow_a_thread": "yield",
        "take_a_free_lock": "none",
        "forget": "none",
    }
