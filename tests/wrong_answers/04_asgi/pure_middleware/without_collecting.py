# fails: user, lines, line_in_time, error, two_at_once | says: runs the app in another task
from contextvars import ContextVar

from starlette.middleware.base import BaseHTTPMiddleware

user = ContextVar("user", default="nobody")


class Audit(BaseHTTPMiddleware):
    def __init__(self, app, log):
        super().__init__(app)
        self.log = log

    async def dispatch(self, request, call_next):
        response = await call_next(request)
        size = int(response.headers.get("content-length", 0))
        self.log.write([request.url.path, user.get(), response.status_code, size])
        return response
