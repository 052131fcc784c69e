# fails: split_word | says: one to four pieces


def split_word(word):
    return [[0.1, letter] for letter in word]


def wrong_user(think):
    return [[0, "ada"], [think / 2, "bob"]]


def cut_short(count):
    return [[0, "a"], [1.5, "b"]]
