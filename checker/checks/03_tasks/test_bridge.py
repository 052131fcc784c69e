"""Checks of tasks/bridge: an answer from another thread wakes whoever waits for it."""

MANY = 12  # more than the pool of `asyncio.to_thread` has threads on four cores


def plan_of(draw, count):
    """Questions, and for each [seconds, answer, error]; no time is that of somebody who polls."""
    questions = [f"q{n}" for n in draw.sample(range(100), count)]
    times = draw.sample(range(10, 50), count)
    return {
        question: [round(seconds / 10 + 0.01, 2), draw.randint(100, 999), None]
        for question, seconds in zip(questions, times, strict=True)
    }


async def test_woken(attempt, draw):
    """It goes on at the moment at which the answer is there."""
    plan = plan_of(draw, 1)
    ((question, (seconds, answer, _)),) = plan.items()
    device = attempt.bring_file("device")
    got, at = await device.call("ask_all", plan, [question])
    assert got == [answer], f"The device answered {answer}."
    assert at[question] == seconds, (
        f"The device called back at {seconds:g} s, and whoever waited went on at {at[question]:g} "
        "s. The loop slept until its next timer: a future that another thread fills puts its "
        "waiters into the line, and does not wake the loop. One method of the loop does."
    )


async def test_many(attempt, draw):
    """Many can ask at once: each gets its own answer, which may be 0, as soon as it is there."""
    plan = plan_of(draw, MANY)
    plan[draw.choice(list(plan))][1] = 0
    answers = [answer for _, answer, _ in plan.values()]
    due = {question: seconds for question, (seconds, _, _) in plan.items()}
    got, at = await attempt.bring_file("device").call("ask_all", plan, list(plan))
    assert got == answers, (
        f"They asked at once, and each gets the answer to its own: {answers}. One of these is 0; "
        "only `error` tells whether the device has failed."
    )
    late = {question: at[question] for question in at if at[question] != due[question]}
    assert late == {}, (
        f"{MANY} asked at once, and {len(late)} went on late, at the seconds above; their answers "
        f"were there at {[due[question] for question in late]}. Each waits for its own answer "
        "alone: neither for another's, nor for a thread of a pool, which has only a few."
    )


async def test_loop_is_free(attempt, journal, draw):
    """While it waits, the loop is free for others."""
    plan, ticks = plan_of(draw, 1), journal()
    ((question, (seconds, answer, _)),) = plan.items()
    got = await attempt.bring_file("device").call("ask_beside_ticks", plan, question, ticks)
    told = [round(at, 9) for at, _ in ticks.entries]
    due = [n / 2 for n in range(1, len(told) + 1)]
    assert told == due, (
        f"Another task had something to do every half second, and did it at {told}. The loop was "
        f"held for the {seconds:g} s that the answer took: an event or a queue of `threading` "
        "blocks the thread that waits for it, and here that is the loop's."
    )
    assert got == answer, f"The device answered {answer}."


async def test_error(attempt, draw):
    """An error of the device is raised where it is awaited."""
    plan = plan_of(draw, 1)
    ((question, entry),) = plan.items()
    entry[2] = f"no device {draw.randint(10, 99)}"
    hint = "The device called back with an error: let the future end with it."
    with attempt.raises("LookupError", entry[2], hint=hint):
        await attempt.bring_file("device").call("ask_all", plan, [question])


async def test_answered_at_once(attempt, clock, draw):
    """A device may call back before `device.ask` returns, in the thread of whoever asks."""
    plan = plan_of(draw, 2)
    known, failing = plan
    plan[known][0] = plan[failing][0] = None
    plan[failing][2] = "no such device"
    device = attempt.bring_file("device")
    got, _ = await device.call("ask_all", plan, [known])
    assert (got, clock.now) == ([plan[known][1]], 0), (
        "The device knew the answer, and called back in the loop's own thread, before "
        "`device.ask` returned. The callback must wait for nothing, and have all that it needs."
    )
    with attempt.raises("LookupError", "no such device"):
        await device.call("ask_all", plan, [failing])


async def test_given_up(attempt, draw):
    """Who is cancelled tells the device to forget; an answer that comes even so does no harm."""
    for error in (None, "no such device"):
        plan = plan_of(draw, 1)
        ((question, entry),) = plan.items()
        entry[2] = error
        device = attempt.bring_file("device")
        ended, forgotten, raised = await device.call("give_up", plan, question, 0.5)
        assert ended == "cancelled", (
            "Whoever waited was cancelled after 0.5 s, and `ask` went on as if nothing had "
            "happened. Tell the device, then raise the CancelledError again."
        )
        assert forgotten == [f"ticket {question}"], (
            "Whoever waited was cancelled after 0.5 s. The device goes on for nobody, unless it is "
            "told: `device.forget(ticket)`, once, with the ticket that `device.ask` returned."
        )
        assert raised == [], (
            "The device called back after whoever waited was gone. The future was cancelled then, "
            "and a future that is done takes no result: look whether it is, before you set one."
        )


async def test_given_up_late(attempt, draw):
    """Nor does an answer that is on its way to the loop while `ask` is cancelled."""
    plan = plan_of(draw, 1)
    raised = await attempt.bring_file("device").call("give_up_late", plan, next(iter(plan)))
    assert raised == [], (
        "The loop was held, and the device called back meanwhile. Before the loop came to the "
        "call in its line, `ask` was cancelled. So what the callback saw in its own thread was no "
        "longer true: look at the future on the loop, where you fill it."
    )
