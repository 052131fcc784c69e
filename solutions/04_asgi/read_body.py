"""Read the body

An app that takes uploads, of at most `limit` bytes. `make_app(store, limit)` returns it.

The body of a request comes in pieces, and the app puts them together. When it has all of them, it
keeps the body with `await store.get("keep", body)`, and answers 201.

As soon as there is more than `limit`, it answers 413. It receives no more after that, and keeps
nothing. If the header content-length says so already, it receives nothing at all. If the client
leaves before the body is whole, nothing is kept either, and nobody needs an answer.
"""


async def answer(send, status):
    """A response without a body."""
    headers = [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body"})


def make_app(store, limit):
    """An ASGI app that keeps each request's body in `store`, unless it is longer than `limit`."""

    async def app(scope, receive, send):
        if int(dict(scope["headers"]).get(b"content-length", 0)) > limit:
            await answer(send, 413)
            return
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message["body"]
            if len(body) > limit:
                await answer(send, 413)
                return
            more = message["more_body"]
        await store.get("keep", body)
        await answer(send, 201)

    return app
