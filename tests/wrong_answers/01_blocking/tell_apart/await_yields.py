# fails: sleeps, awaits | says: `await` alone gives nothing back


def answers():
    return {
        "nap": "yields",
        "step_aside": "yields",
        "delegate": "yields",
        "think": "yields",
        "count": "blocks",
        "borrow_a_thread": "yields",
        "take_a_free_lock": "yields",
        "forget": "neither",
    }
