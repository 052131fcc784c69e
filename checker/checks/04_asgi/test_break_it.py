"""Checks of asgi/break_it: the requests are sent to the faulty apps, on the check's side.

These apps stand in the exercise too; the copies here decide, so that an edited one changes nothing.
"""

import asyncio

from checker import lab

WORDS = ["secret", "virus", "casino", "attack", "poison"]


async def respond(send, status):
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body"})


def scanner(word):
    async def app(scope, receive, send):
        status, more = 200, True
        while more:
            message = await receive()
            more = message["more_body"]
            if word.encode() in message["body"]:
                status = 400
        await respond(send, status)

    return app


class Visits:
    def __init__(self, app, served):
        self.app, self.served = app, served

    async def __call__(self, scope, receive, send):
        self.user = scope["path"].removeprefix("/")
        await self.app(scope, receive, send)
        self.served.append(self.user)


def ticker(count):
    async def app(scope, receive, send):
        await receive()  # the request
        await send({"type": "http.response.start", "status": 200, "headers": []})
        left = asyncio.create_task(receive())  # the client has left
        for _ in range(count):
            await send({"type": "http.response.body", "body": b"tick", "more_body": True})
            await asyncio.wait([left], timeout=1)
            if left.done():
                break
        left.cancel()
        await send({"type": "http.response.body"})

    return app


def pairs(value, most, kinds):
    """Whether this is a list of so many pairs of these types."""
    return (
        isinstance(value, list)
        and 1 <= len(value) <= most
        and all(isinstance(each, list) and len(each) == 2 for each in value)
        and all(type(a) in (int, float) and type(b) in kinds for a, b in value)
    )


def assert_pieces(name, value):
    """Refuse what is no list of pieces."""
    assert pairs(value, 4, (str,)), (
        f"{name} returned {value!r}: give a list of one to four pieces, [pause, text]."
    )
    pauses = [pause for pause, _ in value]
    assert all(0 <= pause <= 3 for pause in pauses), (
        f"A pause is from 0 to 3 s; these are {pauses}."
    )


async def post(app, pieces):
    """Send the pieces of a body to an app, and read on to the end: the status and the body."""

    async def send_all(exchange):
        for number, (pause, text) in enumerate(pieces, start=1):
            if pause:
                await asyncio.sleep(pause)
            await exchange.send(text.encode(), more=number < len(pieces))

    async with (
        lab.serve(app, lifespan=False) as server,
        server.connect("POST", "/", body=None) as exchange,
    ):
        sending = asyncio.create_task(send_all(exchange))
        body = await exchange.read()
        sending.cancel()
        await asyncio.wait([sending])
        return await exchange.status(), body


async def test_split_word(attempt, draw):
    """A body with the word in it, which the scanner lets through."""
    word = draw.choice(WORDS)
    pieces = await attempt.call("split_word", word)
    assert_pieces("split_word", pieces)
    body = "".join(text for _, text in pieces)
    assert word in body, f"The body is {body!r}, and {word!r} is not in it."
    status, _ = await post(scanner(word), pieces)
    assert status == 200, (
        f"The scanner found {word!r} in one of its messages. It looks at each by itself; a word "
        "that is cut in two is in neither. And a server puts together what has come until the app "
        "receives it: without a pause, two pieces are one message."
    )


async def test_wrong_user(attempt, draw):
    """Requests that are all served, and not all written down."""
    think = draw.choice([0.5, 1.0, 1.5, 2.0])
    requests = await attempt.call("wrong_user", think)
    assert pairs(requests, 3, (str,)), (
        f"wrong_user returned {requests!r}: give a list of one to three requests, [time, user]."
    )
    users = [user for _, user in requests]
    assert len(set(users)) == len(users), f"Each request is of another user; these are {users}."
    assert all(user.isalnum() for user in users), f"Names are letters and digits: {users}."
    assert all(0 <= at <= 60 for at, _ in requests), "The times are from 0 to 60 s."

    async def app(scope, receive, send):
        await asyncio.sleep(think)
        await respond(send, 200)

    served = []

    async def visit(server, at, user):
        await asyncio.sleep(at)
        async with server.connect("GET", f"/{user}") as exchange:
            await exchange.read()

    async with lab.serve(Visits(app, served), lifespan=False) as server:
        await asyncio.gather(*(visit(server, at, user) for at, user in requests))
    wrong = sorted(served) != sorted(users)
    assert wrong, (
        f"With {think:g} s for each, the requests {requests} were all written down: {served}. "
        "There is one `self.user` for all requests. It is lost if the next request comes while "
        "the one before it is being served."
    )


async def test_cut_short(attempt, draw):
    """A client that stays, and gets some of its ticks, but not all."""
    count = draw.randint(5, 9)
    pieces = await attempt.call("cut_short", count)
    assert_pieces("cut_short", pieces)
    _, body = await post(ticker(count), pieces)
    ticks = body.count(b"tick")
    assert 2 <= ticks < count, (
        f"The client got {ticks} of {count} ticks. The app takes its second `receive` for the news "
        "that the client has left. If the body comes in pieces, that one returns with a piece; the "
        "time of this piece is the time at which the ticks end."
    )
