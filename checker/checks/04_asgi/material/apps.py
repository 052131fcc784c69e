"""Apps that a middleware of the attempt is put round, and where a server finds that.

An app answers by its path; what it saw of its own lifespan, it writes into a journal.
"""

import asyncio

import attempt

SHARED = [(b"content-type", b"text/plain")]


def mount(name, log, seen):
    """Put the attempt's middleware round the app."""
    attempt.mounted = getattr(attempt, name)(App(seen), log)


class App:
    def __init__(self, seen):
        self.seen = seen

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            await getattr(self, scope["path"].split("/")[1])(scope, send)
        else:
            await self.other(scope, receive, send)

    async def other(self, scope, receive, send):
        kind = scope["type"]
        if kind == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            await receive()
            self.seen.write("websocket")
            return
        for phase in ("startup", "shutdown"):
            await receive()
            self.seen.write(phase)
            await send({"type": f"lifespan.{phase}.complete"})

    async def start(self, send, status=200, headers=SHARED):
        await send({"type": "http.response.start", "status": status, "headers": headers})

    async def piece(self, send, body, more):
        await send({"type": "http.response.body", "body": body, "more_body": more})

    async def waits(self, scope, send):
        """/waits/250/100/bob: the start after 250 ms, the end 100 ms later, for the user bob."""
        _, _, first, second, name = scope["path"].split("/")
        await asyncio.sleep(int(first) / 1000)
        self.set_user(name)
        await self.start(send)
        await self.piece(send, name.encode(), True)
        await asyncio.sleep(int(second) / 1000)
        await self.piece(send, b"", False)

    async def bare(self, scope, send):
        """The shortest messages that ASGI allows."""
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body"})

    async def cookies(self, scope, send):
        pairs = [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")]
        await self.start(send, 201, pairs)
        await self.piece(send, b"done", False)

    async def ticks(self, scope, send):
        await self.start(send)
        for number in range(5):
            await self.piece(send, b"tick", number < 4)
            await asyncio.sleep(1 if number < 4 else 0)

    async def large(self, scope, send):
        """More than a client takes without reading."""
        await self.start(send)
        await self.piece(send, bytes(100_000), True)
        await self.piece(send, b"end", False)

    async def works_on(self, scope, send):
        await self.start(send)
        await self.piece(send, b"done", False)
        await asyncio.sleep(5)

    async def ends_empty(self, scope, send):
        """The last piece has no bytes, and the app works on."""
        await self.start(send)
        await self.piece(send, b"done", True)
        await self.piece(send, b"", False)
        await asyncio.sleep(5)

    async def raises(self, scope, send):
        await asyncio.sleep(0.2)
        raise ValueError("a bug in the app")

    async def breaks_off(self, scope, send):
        await self.start(send)
        await self.piece(send, b"half", True)
        await asyncio.sleep(0.2)
        raise ValueError("a bug in the app")

    def set_user(self, name):
        if hasattr(attempt, "user"):
            attempt.user.set(name)
