# fails: leaves, middleware, everywhere, many_schedules, listens | says: Nobody receives
def on_disconnect(app):
    """An ASGI app that does what `app` does, and stops when nobody is there for it."""

    async def watched(scope, receive, send):
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        first = await receive()

        async def hand_on():
            nonlocal first
            message, first = first, None
            return message or await receive()

        if first["type"] != "http.disconnect":
            await app(scope, hand_on, send)

    return watched
