import asyncio


class Response:
    def __init__(self, path, send, log):
        self.path, self.outside, self.log = path, send, log
        self.loop = asyncio.get_running_loop()
        self.began = self.loop.time()

    def ms(self):
        return int(1000 * (self.loop.time() - self.began) + 0.5)

    def write(self):
        if self.log is not None:
            self.log.write([self.path, self.ms()])
            self.log = None

    async def send(self, message):
        kind = message["type"]
        if kind == "http.response.start":
            headers = list(message.get("headers") or [])
            headers.append((b"server-timing", f"app;dur={self.ms()}".encode()))
            message = dict(message, headers=headers)
        await self.outside(message)
        if kind == "http.response.body" and not message.get("more_body"):
            self.write()


class timing:  # noqa: N801  # It stands for the function.
    def __init__(self, app, log):
        self.app, self.log = app, log

    async def __call__(self, scope, receive, send):
        if scope["type"] in ("lifespan", "websocket"):
            return await self.app(scope, receive, send)
        response = Response(scope["path"], send, self.log)
        try:
            return await self.app(scope, receive, response.send)
        except BaseException:
            response.write()
            raise
