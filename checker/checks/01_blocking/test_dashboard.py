"""Checks of blocking/dashboard: the time of the slowest, the order, and an error that arrives."""

from checker.attempt import Raised

USERS = ["ada", "grace", "edsger", "barbara", "tony"]
NAMES = ["profile", "orders", "offers"]


async def test_time_of_slowest(attempt, upstream, clock, draw):
    """The page takes as long as the slowest service."""
    tenths = draw.sample(range(5, 30), 3)
    services = [upstream(latency=n / 10, name=name) for n, name in zip(tenths, NAMES, strict=True)]
    await attempt.call("dashboard", *services, draw.choice(USERS))
    slowest, took = max(tenths) / 10, clock.now
    assert took == slowest, (
        f"The services need {', '.join(f'{n / 10:g} s' for n in tenths)}. "
        f"The page took {took:g} s. " + because(took, sum(tenths) / 10)
    )


def because(took, one_by_one):
    """What such a time comes from."""
    if took == one_by_one:
        return (
            "That is the sum: each was asked after the one before it had answered. Let all three "
            "be on their way before you wait for the first. Code that blocks cannot be: also not "
            "in tasks, and not in gather."
        )
    return "Ask each of them once, all at the same moment, and return when the last has answered."


async def test_order(attempt, upstream, draw):
    """The answers stand as [profile, orders, offers], whoever answers first."""
    user, tenths = draw.choice(USERS), [3, 2, 1]
    services = [upstream(latency=n / 10, name=name) for n, name in zip(tenths, NAMES, strict=True)]
    answers = await attempt.call("dashboard", *services, user)
    assert answers == [f"{name}/{user}" for name in NAMES], (
        "Here the offers come first, and the profile last. The order of finishing is one thing, "
        "the order of the results another: gather gives them in the order in which it was asked."
    )


async def test_failure_arrives(attempt, upstream, draw):
    """If a service fails, its error reaches the caller."""
    user, broken = draw.choice(USERS), draw.randrange(3)
    services = [upstream(latency=0.2, fail=n == broken, name=name) for n, name in enumerate(NAMES)]
    try:
        came = f"the answer {await attempt.call('dashboard', *services, user)}"
    except Raised as error:
        kinds = types_in(error)
        known = "UpstreamError" in kinds or "HTTPStatusError" in kinds
        came = "the service's error" if known else f"the error {error}"
    assert came == "the service's error", (
        f"The service {NAMES[broken]!r} failed, and to the caller came {came}. Catch nothing here, "
        "and ask gather for no exceptions among its results: an error belongs to whoever can do "
        "something about it."
    )


def types_in(error):
    """The type of an error, and of those that a group is made of."""
    return [error.type, *(kind for each in error.exceptions for kind in types_in(each))]
