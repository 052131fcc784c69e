# fails: split_word | says: The scanner found


def split_word(word):
    return [[0, "a "], [0.1, word], [0.1, " z"]]


def wrong_user(think):
    return [[0, "ada"], [think / 2, "bob"]]


def cut_short(count):
    return [[0, "a"], [1.5, "b"]]
