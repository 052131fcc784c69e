"""Hello, ASGI

An app by hand, with nothing but `scope`, `receive` and `send`. `make_app(phrases)` returns it.

When it starts, it fetches its phrase, `await phrases.get("hello")`, and only then says that it has
started. If that fails, it says that its start has failed. Told to stop, it takes its leave, `await
phrases.get("goodbye")`, and only then says that it has stopped. Requests ask `phrases` nothing.

GET /Ada is answered with the phrase, a comma and the name: "Good evening, Ada", with status 200
and the header content-type: text/plain; charset=utf-8. For GET / the status is 404.
"""


def make_app(phrases):
    """An ASGI app that greets with a phrase, which it fetches once, when it starts."""

    async def live(state, receive, send):
        await receive()  # lifespan.startup
        try:
            state["phrase"] = await phrases.get("hello")
        except Exception as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()  # lifespan.shutdown
        await phrases.get("goodbye")
        await send({"type": "lifespan.shutdown.complete"})

    async def greet(scope, send):
        name = scope["path"].removeprefix("/")
        status, text = (200, f"{scope['state']['phrase']}, {name}") if name else (404, "Whom?")
        headers = [(b"content-type", b"text/plain; charset=utf-8")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": text.encode()})

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            await live(scope["state"], receive, send)
        elif scope["type"] == "http":
            await greet(scope, send)

    return app
