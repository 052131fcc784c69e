"""On disconnect

A client that leaves does not end its handler: ASGI only has `receive` return `http.disconnect`, to
an app that asks. `on_disconnect(app)` returns an app which asks, whatever `app` is made of:

- When the client leaves before its response is complete, the task in which `app` works is cancelled
  at that moment. When it has ended, cleanup and all, that is the end of the request, without an
  error. This has to work round a BaseHTTPMiddleware, too.
- What `app` does after its last piece, such as a task in the background, goes on to its end.
- `app` receives all messages itself, in order: pieces of a body, and then `http.disconnect`, as
  often as it asks. What it raises goes on to the server, as it is. If the server cancels the
  request, `app` is cancelled.
- What is no HTTP request passes untouched.
"""

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
        try:
            await asyncio.wait([work])
        finally:
            work.cancel()
            watcher.cancel()
            await asyncio.wait([work, watcher])
        if not work.cancelled():
            work.result()

    return watched
