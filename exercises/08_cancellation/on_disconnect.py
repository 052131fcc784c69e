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
        await app(scope, receive, send)

    return watched
