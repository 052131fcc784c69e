# fails: two_at_once | says: where all requests share them
from contextvars import ContextVar

user = ContextVar("user", default="nobody")


class Audit:
    def __init__(self, app, log):
        self.app, self.log = app, log

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        self.status, self.size = None, 0

        async def look(message):
            await send(message)
            if message["type"] == "http.response.start":
                self.status = message["status"]
                return
            self.size += len(message.get("body", b""))
            if not message.get("more_body", False):
                self.log.write([scope["path"], user.get(), self.status, self.size])

        try:
            await self.app(scope, receive, look)
        except Exception:
            if self.status is None:
                self.log.write([scope["path"], user.get(), 500, 0])
            raise
