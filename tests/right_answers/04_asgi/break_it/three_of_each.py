async def split_word(word):
    return [(0.5, "so " + word[:2]), (0.5, word[2:4]), (0.5, word[4:]), (0, " it was")]


async def wrong_user(think):
    return [(0, "x1"), (0, "x2"), (0.9 * think, "x3")]


async def cut_short(count):
    return [(1, ""), (1, ""), (2.5, "tea")]
