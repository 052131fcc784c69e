# fails: lines | says: in all bodies together
from contextvars import ContextVar

user = ContextVar("user", default="nobody")


class Audit:
    def __init__(self, app, log):
        self.app, self.log = app, log

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status, size = None, 0

        def write(status):
            self.log.write([scope["path"], user.get(), status, size])

        async def look(message):
            nonlocal status, size
            await send(message)
            if message["type"] == "http.response.start":
                status = message["status"]
                return
            size = size or len(message.get("body", b""))
            if not message.get("more_body", False):
                write(status)

        try:
            await self.app(scope, receive, look)
        except Exception:
            if status is None:
                write(500)
            raise
