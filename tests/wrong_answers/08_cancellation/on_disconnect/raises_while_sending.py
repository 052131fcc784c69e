# fails: leaves, middleware, everywhere, many_schedules, listens | says: is silent
import asyncio


def on_disconnect(app):
    """An ASGI app that does what `app` does, and stops when nobody is there for it."""

    async def watched(scope, receive, send):
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        messages, complete = asyncio.Queue(maxsize=1), False
        left = []

        async def watch():
            kind = ""
            while kind != "http.disconnect":
                message = await receive()
                kind = message["type"]
                if kind == "http.disconnect" and not complete:
                    left.append(True)
                await messages.put(message)

        async def hand_on():
            message = await messages.get()
            if message["type"] == "http.disconnect":
                messages.put_nowait(message)
            return message

        async def look(message):
            nonlocal complete
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                complete = True
            if left:
                raise ConnectionError
            await send(message)

        gone = asyncio.create_task(watch())
        try:
            await app(scope, hand_on, look)
        except ConnectionError:
            pass
        finally:
            gone.cancel()

    return watched
