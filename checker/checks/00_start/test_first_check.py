"""Checks of start/first_check: the text, the wait, and a loop that stays free."""

NAMES = ["Ada", "Grace", "Edsger", "Barbara", "Tony", "Radia", "Leslie", "Lynn"]


async def test_greeting(attempt, draw):
    """It returns "Hello, <name>!", for every name."""
    for name in draw.sample(NAMES, 3):
        text = await attempt.call("greet", name, 1)
        assert text == f"Hello, {name}!", f"greet({name!r}, 1) returned {text!r}. " + (
            "Nothing came back: what a function prints, its caller never sees. Use `return`."
            if text is None
            else "Compare the two texts letter by letter, and take the name from `name`."
        )


async def test_wait(attempt, clock, draw):
    """It takes exactly the seconds that it was given."""
    seconds = draw.randint(2, 60)
    await attempt.call("greet", "Ada", seconds)
    took = clock.now
    assert took == seconds, f"greet('Ada', {seconds}) took {took:g} s, not {seconds} s. " + (
        "A call of asyncio.sleep without `await` does not sleep: it makes an object that "
        "could. Put `await` before it."
        if took == 0
        else "Sleep once, for the `seconds` that were given."
    )


async def test_loop_free(attempt, heartbeat, draw):
    """While it waits, others can run."""
    async with heartbeat() as beat:
        await attempt.call("greet", "Ada", draw.randint(2, 9))
    assert beat.longest == 0, (
        f"The loop was held for {beat.longest:g} s, and nothing else could run in that time. "
        "time.sleep holds it, asyncio.sleep gives it back: look for the red bar in the timeline."
    )
