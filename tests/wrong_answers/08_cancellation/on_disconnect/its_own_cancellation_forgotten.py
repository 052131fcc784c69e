# fails: server_stops, cancelled | says: The server cancels the request
import asyncio


def on_disconnect(app):
    """An ASGI app that does what `app` does, and stops when nobody is there for it."""

    async def watched(scope, receive, send):
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        messages, complete = asyncio.Queue(maxsize=1), False

        async def hand_on():
            message = await messages.get()
            if message["type"] == "http.disconnect":
                messages.put_nowait(message)
            return message

        async def look(message):
            nonlocal complete
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                complete = True
            await send(message)

        async def watch():
            kind = ""
            while kind != "http.disconnect":
                message = await receive()
                kind = message["type"]
                if kind == "http.disconnect" and not complete:
                    work.cancel()
                await messages.put(message)

        work = asyncio.create_task(app(scope, hand_on, look))
        watcher = asyncio.create_task(watch())
        await asyncio.wait([work])
        watcher.cancel()
        if not work.cancelled():
            work.result()

    return watched
