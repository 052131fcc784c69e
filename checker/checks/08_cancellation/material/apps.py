"""Apps for the attempt's `on_disconnect` to stand round, by their path: `attempt.mounted`."""

import asyncio

import anyio
import attempt


async def start(send):
    await send({"type": "http.response.start", "status": 200, "headers": []})


async def piece(send, text, more):
    await send({"type": "http.response.body", "body": text, "more_body": more})


class Apps:
    def __init__(self, work, seen):
        self.work, self.seen = work, seen

    async def __call__(self, scope, receive, send):
        kind = scope["type"]
        if kind == "lifespan":
            return await self.lifespan(receive, send)
        if kind == "websocket":
            self.seen.write("websocket")
            return await send({"type": "websocket.close", "code": 1000})
        path = scope["path"].removeprefix("/").partition("/")[0]
        return await getattr(self, path)(receive, send)

    async def lifespan(self, receive, send):
        for _ in range(2):
            step = (await receive())["type"].removeprefix("lifespan.")
            self.seen.write(step)
            await send({"type": f"lifespan.{step}.complete"})

    async def works(self, receive, send):
        """Four messages, with work in front of each, and a cleanup that takes its time."""
        try:
            await self.work.get("first")
            await start(send)
            for text in (b"a", b"b"):
                await self.work.get("next")
                await piece(send, text, True)
            await self.work.get("last")
            await piece(send, b"", False)
        finally:
            with anyio.CancelScope(shield=True):
                await asyncio.sleep(0.2)
            self.seen.write("cleaned up")

    async def quick(self, receive, send):
        await self.work.get("first")
        await start(send)
        await self.work.get("last")
        await piece(send, b"", False)

    async def background(self, receive, send):
        await start(send)
        await piece(send, b"done", False)
        await self.work.get("background")
        self.seen.write("background")

    async def echo(self, receive, send):
        """Sends back what it receives, up to two pieces; then it asks three times more."""
        kinds, more = [], True
        await start(send)
        while more:
            message = await receive()
            kinds.append(message["type"])
            more = message.get("more_body", False)
            await piece(send, message.get("body", b""), True)
        await piece(send, b"", False)
        for _ in range(3):
            kinds.append((await receive())["type"])
        self.seen.write(kinds)

    async def listens(self, receive, send):
        """Receives for as long as somebody is there, and goes on with what it has then."""
        try:
            while (await receive())["type"] != "http.disconnect":
                pass
            await self.work.get("what came so far")
            self.seen.write("went on")
        except asyncio.CancelledError:
            self.seen.write("cancelled")
            raise

    async def raises(self, receive, send):
        await self.work.get("raises")
        raise ValueError("a bug in the app")


def mount(work, seen, middleware):
    app = Apps(work, seen)
    if middleware:
        from starlette.middleware.base import BaseHTTPMiddleware

        class Passes(BaseHTTPMiddleware):
            async def dispatch(self, request, call_next):
                return await call_next(request)

        app = Passes(app)
    attempt.mounted = attempt.on_disconnect(app)
