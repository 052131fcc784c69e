# fails: wrong_user | says: one `self.user` for all


def split_word(word):
    return [[0, word[:1]], [0.1, word[1:]]]


def wrong_user(think):
    return [[0, "ada"]]


def cut_short(count):
    return [[0, "a"], [1.5, "b"]]
