# fails: sleeps, work | says: `async def` is only a way to write


def answers():
    return {
        "nap": "yields",
        "step_aside": "yields",
        "delegate": "yields",
        "think": "neither",
        "count": "yields",
        "borrow_a_thread": "yields",
        "take_a_free_lock": "neither",
        "forget": "neither",
    }
