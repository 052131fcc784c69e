async def pieces(receive):
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise ConnectionError("the client has left")
        yield message.get("body", b"")
        more = message.get("more_body", False)


class Uploads:
    def __init__(self, store, limit):
        self.store, self.limit = store, limit

    async def __call__(self, scope, receive, send):
        status = await self.take(scope, receive)
        headers = [[b"content-length", b"2"]]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"ok"})

    async def take(self, scope, receive):
        for name, value in scope["headers"]:
            if name == b"content-length" and int(value) > self.limit:
                return 413
        parts, left = [], self.limit
        async for piece in pieces(receive):
            parts.append(piece)
            left -= len(piece)
            if left < 0:
                return 413
        await self.store.get("keep", b"".join(parts))
        return 201


make_app = Uploads
