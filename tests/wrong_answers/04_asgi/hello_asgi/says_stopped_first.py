# fails: says_goodbye | says: `lifespan.shutdown.complete` comes last


def make_app(phrases):

    async def live(state, receive, send):
        await receive()  # lifespan.startup
        try:
            state["phrase"] = await phrases.get("hello")
        except Exception as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()  # lifespan.shutdown
        await send({"type": "lifespan.shutdown.complete"})
        await phrases.get("goodbye")

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
