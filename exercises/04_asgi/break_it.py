"""Break it

Three pieces of ASGI, which pass the tests of their authors. Return requests that break them.

- `split_word(word)`: at most 4 pieces of a body, [pause, text]. Together they have `word` in them,
  and `scanner` lets them through.
- `wrong_user(think)`: at most 3 requests, [time, user], each of another user. The app takes `think`
  seconds for each. All are served, and `Visits` does not write each of them down once.
- `cut_short(count)`: at most 4 pieces of a body, [pause, text]. `ticker` should send `count` ticks,
  one each second. It sends at least two, but not all, and the client is there all the time.

A pause is from 0 to 3 s long, and passes before its piece is sent. `think` is at most 2 s.
"""

import asyncio


async def respond(send, status):
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body"})


def scanner(word):
    """An app that refuses uploads with `word` in them."""

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
    """A middleware that writes down whose requests were served."""

    def __init__(self, app, served):
        self.app, self.served = app, served

    async def __call__(self, scope, receive, send):
        self.user = scope["path"].removeprefix("/")
        await self.app(scope, receive, send)
        self.served.append(self.user)


def ticker(count):
    """An app that sends a tick each second, until its client leaves."""

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


def split_word(word):
    """Pieces of a body, [pause, text], that have `word` in them, and that `scanner` accepts."""
    raise NotImplementedError


def wrong_user(think):
    """Requests, [time, user], of which `Visits` writes down a wrong one."""
    raise NotImplementedError


def cut_short(count):
    """Pieces of a body, [pause, text], with which `ticker` stops too early."""
    raise NotImplementedError
