# fails: cut_short | says: The client got 1 of


def split_word(word):
    return [[0, word[:1]], [0.1, word[1:]]]


def wrong_user(think):
    return [[0, "ada"], [think / 2, "bob"]]


def cut_short(count):
    return [[0, "a"], [0.5, "b"]]
