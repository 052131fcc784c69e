"""Has no answers."""


def answers():
    return {}
