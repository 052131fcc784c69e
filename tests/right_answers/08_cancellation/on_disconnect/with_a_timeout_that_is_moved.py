import asyncio


def on_disconnect(app):
    """An ASGI app that does what `app` does, and stops when nobody is there for it."""
    return Watched(app)


class Watched:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        came, more, complete = [], asyncio.Event(), asyncio.Event()
        patience = asyncio.timeout(None)

        async def hand_on():
            while not came:
                more.clear()
                await more.wait()
            return came[0] if came[0]["type"] == "http.disconnect" else came.pop(0)

        async def look(message):
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                complete.set()
            await send(message)

        async def watch():
            while not came or came[-1]["type"] != "http.disconnect":
                came.append(await receive())
                more.set()
            if not complete.is_set():
                patience.reschedule(0)

        watcher = asyncio.create_task(watch())
        try:
            async with patience:
                await self.app(scope, hand_on, look)
        except TimeoutError:
            if not patience.expired():
                raise
        finally:
            watcher.cancel()
