# fails: cut_short | says: the time at which the ticks end


def split_word(word):
    return [[0, word[:1]], [0.1, word[1:]]]


def wrong_user(think):
    return [[0, "ada"], [think / 2, "bob"]]


def cut_short(count):
    return [[3, "a"], [3, "b"], [3, "c"], [3, "d"]][:1]
