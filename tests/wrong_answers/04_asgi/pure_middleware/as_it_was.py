# fails: user, stream, headers, error | says: runs the app in another task
from contextvars import ContextVar

from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import Response

user = ContextVar("user", default="nobody")


class Audit(BaseHTTPMiddleware):
    def __init__(self, app, log):
        super().__init__(app)
        self.log = log

    async def dispatch(self, request, call_next):
        response = await call_next(request)
        body = b"".join([piece async for piece in response.body_iterator])
        self.log.write([request.url.path, user.get(), response.status_code, len(body)])
        return Response(body, response.status_code, dict(response.headers))
