WORDS = {
    "blocks": ["count", "delegate"],
    "yields": ["borrow_a_thread", "nap", "step_aside"],
    "neither": ["forget", "take_a_free_lock", "think"],
}


async def answers():
    return {name: word for word, names in WORDS.items() for name in names}
