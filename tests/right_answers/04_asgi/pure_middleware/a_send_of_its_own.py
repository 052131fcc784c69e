from contextvars import ContextVar

user = ContextVar("user", default="nobody")


class Audit:
    def __init__(self, app, log):
        self.app, self.log = app, log

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            send = _Counter(scope["path"], self.log, send)
        try:
            await self.app(scope, receive, send)
        except Exception:
            if scope["type"] == "http" and send.status is None:
                self.log.write([scope["path"], user.get(), 500, 0])
            raise


class _Counter:
    def __init__(self, path, log, send):
        self.path, self.log, self.send, self.status, self.size = path, log, send, None, 0

    async def __call__(self, message):
        self.status = message.get("status", self.status)
        self.size += len(message.get("body", b""))
        await self.send(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self.log.write([self.path, user.get(), self.status, self.size])
