import anyio


def on_disconnect(app):
    """An ASGI app that does what `app` does, and stops when nobody is there for it."""

    async def watched(scope, receive, send):
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        put, take = anyio.create_memory_object_stream(100)
        complete, failed = [], []

        async def hand_on():
            try:
                return await take.receive()
            except anyio.EndOfStream:
                return {"type": "http.disconnect"}

        async def look(message):
            if message["type"] == "http.response.body" and not message.get("more_body"):
                complete.append(True)
            await send(message)

        async def watch():
            with put:
                while (message := await receive())["type"] != "http.disconnect":
                    await put.send(message)
            if not complete:
                group.cancel_scope.cancel()

        with take:
            async with anyio.create_task_group() as group:
                group.start_soon(watch)
                try:
                    await app(scope, hand_on, look)
                except Exception as error:
                    failed.append(error)
                group.cancel_scope.cancel()
        if failed:
            raise failed[0]

    return watched
