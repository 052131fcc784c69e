# fails: cut_short | says: returns with a piece


def split_word(word):
    return [[0, word[:1]], [0.1, word[1:]]]


def wrong_user(think):
    return [[0, "ada"], [think / 2, "bob"]]


def cut_short(count):
    return [[0, "all of it"]]
