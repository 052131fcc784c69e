"""Router

Most of what a framework does: find the handler for a request, call it, send what it returns.
`router(routes)` returns an ASGI app. `routes` is a list of (method, path, handler). A handler is
called with the scope and returns the text of the response, which has status 200.

- A path that no route has: 404. A path with another method: 405, with the header `allow`, in which
  stand the methods that there are, such as "GET, POST".
- A handler that is a plain `def` may block, so it runs in a thread, and knows the context (context
  variables) of its request. An `async def` runs on the loop, and needs no thread.
- An object with `async def __call__` is an async handler, too.
"""

import inspect

import anyio.to_thread


async def respond(send, status, text, headers=()):
    """A whole response."""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})


def router(routes):
    """An ASGI app that hands each request to the handler for its method and path."""

    async def app(scope, receive, send):
        raise NotImplementedError

    return app
