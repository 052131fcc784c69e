"""Checks of task_groups/status_through: what the client sees of an error within a group."""

import asyncio

USERS = ["ada", "grace", "edsger", "barbara"]
NAMES = ["profile", "pending", "shipped"]
LATER_S = 20  # by then, what was left running has shown itself
MISSING, BROKEN = (404, {"text": "not found"}), {"oops": 1}


def services(upstream, tenths, **replies):
    """The three services, with what they reply where that is not a text."""
    return {
        name: upstream(latency=n / 10, reply=replies.get(name, {"text": f"{name} 1"}), name=name)
        for name, n in zip(NAMES, tenths, strict=True)
    }


async def visit(attempt, clock, user):
    """The response, how long it took, and what the server found in its log."""
    async with attempt.serve() as server, server.client() as client:
        began = clock.now
        response = await client.get(f"/pages/{user}")
        took = round(clock.now - began, 6)
        # What was left running goes on meanwhile.
        await asyncio.sleep(LATER_S)
    return response, took, [kind for error in server.errors for kind in types_in(error.error)]


def types_in(error):
    """The types in an error, whichever side it comes from."""
    name = getattr(error, "type", type(error).__name__)
    return [name, *(kind for each in getattr(error, "exceptions", ()) for kind in types_in(each))]


async def test_page(attempt, upstream, clock, draw):
    """If nothing fails, the page is whole, in the time of the slowest service."""
    tenths = draw.sample(range(1, 9), 3)
    services(upstream, tenths)
    response, took, _ = await visit(attempt, clock, draw.choice(USERS))
    page = {"profile": "profile 1", "orders": ["pending 1", "shipped 1"]}
    seen = response.json() if response.status_code == 200 else response.status_code
    assert seen == page, f"The client got {seen}, and should have got {page}."
    assert took == max(tenths) / 10, (
        f"The services need {[n / 10 for n in tenths]} s, and the page took {took:g} s: all three "
        "have to be asked at the same time."
    )


async def test_404_stays(attempt, upstream, clock, draw):
    """A 404 of a task of the page is a 404, with its detail."""
    user = draw.choice(USERS)
    services(upstream, [3, 8, 6], profile=MISSING)
    response, _, _ = await visit(attempt, clock, user)
    assert response.status_code == 404, (
        f"The profile answered 404, and the client got {response.status_code}. The group wraps "
        "what its tasks raise into an ExceptionGroup, for which FastAPI knows no status. Take the "
        "HTTPException out of it."
    )
    assert response.json() == {"detail": f"profile does not know {user}"}, (
        f"The client got the right status, and {response.text}: raise the HTTPException that the "
        "task raised, not one like it."
    )


async def test_404_of_inner_group(attempt, upstream, clock, draw):
    """A 404 from the group within the group is a 404, too."""
    user, which = draw.choice(USERS), draw.choice(["pending", "shipped"])
    services(upstream, [8, 3, 6], **{which: MISSING})
    response, _, _ = await visit(attempt, clock, user)
    seen = [response.status_code, response.text]
    assert seen == [404, f'{{"detail":"{which} does not know {user}"}}'], (
        f"The service {which!r} answered 404, and the client got {seen[0]}. What comes out of the "
        "page's group is a group in which there is a group: go down until there is none."
    )


async def test_rest_given_up(attempt, upstream, clock, draw):
    """The client has the 404 at once, and nobody is asked in vain any longer."""
    made = services(upstream, [9, 2, 7], pending=MISSING)
    _, took, _ = await visit(attempt, clock, draw.choice(USERS))
    given_up = [name for name, each in made.items() if each.cancelled]
    assert took == 0.2, (
        f"The 404 came at 0.2 s, and the client got the response at {took:g} s: do not wait for "
        "answers that nobody will see."
    )
    assert given_up == ["profile", "shipped"], (
        f"When the 404 came, profile and shipped were still on their way; given up were "
        f"{given_up}. What was not given up went on for a page that there is not."
    )


async def test_bug_stays_500(attempt, upstream, clock, draw):
    """A bug is a 500, and the server's log has it."""
    services(upstream, [5, 2, 7], **{draw.choice(["profile", "pending"]): BROKEN})
    response, _, logged = await visit(attempt, clock, draw.choice(USERS))
    assert response.status_code == 500, (
        f"A service sent JSON without a text, which is a KeyError in `fetch`, and the client got "
        f"{response.status_code}. Only an HTTPException is meant for the client."
    )
    assert "KeyError" in logged, (
        f"The client got a 500, and the log of the server has {logged or 'nothing'}: nobody will "
        "find this bug. Let it out of the handler; the server makes a 500 of it, and logs it."
    )


async def test_bug_beside_404(attempt, upstream, clock, draw):
    """A bug and a 404 at the very same moment: a 500, and the log has the bug."""
    for fails in ({"pending": MISSING, "shipped": BROKEN}, {"pending": BROKEN, "shipped": MISSING}):
        services(upstream, [8, 3, 3], **fails)
        response, _, logged = await visit(attempt, clock, draw.choice(USERS))
        assert response.status_code == 500, (
            f"One service answered 404, another sent what is a bug for us, both at 0.3 s. The "
            f"client got {response.status_code}: a group can have more than one error in it, and "
            "the 404 that was looked at hides the bug."
        )
        assert "KeyError" in logged, (
            f"A bug and a 404 came at the same moment. The client got a 500, and the log of the "
            f"server has {logged or 'nothing'}: the bug has to be in it."
        )
