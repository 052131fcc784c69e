class Greeter:
    def __init__(self, phrases):
        self.phrases, self.phrase = phrases, None

    async def __call__(self, scope, receive, send):
        if scope["type"] != "lifespan":
            return await self.http(scope["path"][1:], send)
        while True:
            message = await receive()
            phase = message["type"]
            if phase == "lifespan.startup":
                try:
                    self.phrase = await self.phrases.get("hello")
                except BaseException:
                    await send({"type": f"{phase}.failed"})
                    raise
            else:
                await self.phrases.get("goodbye")
            await send({"type": f"{phase}.complete"})
            if phase == "lifespan.shutdown":
                return None

    async def http(self, name, send):
        status = 200 if name else 404
        body = f"{self.phrase}, {name}".encode() if name else b""
        headers = (
            ("content-type", "text/plain; charset=utf-8"),
            ("content-length", str(len(body))),
        )
        await send({"type": "http.response.start", "status": status, "headers": headers})
        for start in range(0, len(body), 4):
            piece = body[start : start + 4]
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "more_body": False})


def make_app(phrases):
    return Greeter(phrases)
