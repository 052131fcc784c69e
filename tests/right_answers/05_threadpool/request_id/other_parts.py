import asyncio
import itertools
from contextvars import Context, ContextVar, copy_context

from starlette.datastructures import Headers, MutableHeaders

request_id = ContextVar("request_id", default="none")
numbers = itertools.count()


class RequestId:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        own = Headers(scope=scope).get("x-request-id") or f"request-{next(numbers)}"

        async def tell(message):
            if message["type"] == "http.response.start":
                message.setdefault("headers", [])
                MutableHeaders(scope=message)["x-request-id"] = own
            await send(message)

        token = request_id.set(own)
        try:
            return await self.app(scope, receive, tell)
        finally:
            request_id.reset(token)


async def in_pool(pool, function, *args):
    own = request_id.get()

    def with_id():
        context = Context()
        context.run(request_id.set, own)
        return context.run(function, *args)

    return await asyncio.wrap_future(pool.submit(with_id))


class Worker:
    def __init__(self):
        self.jobs = asyncio.Queue()

    def put(self, function, *args):
        context = copy_context()
        self.jobs.put_nowait(lambda: asyncio.create_task(function(*args), context=context))

    async def run(self):
        while True:
            begin = await self.jobs.get()
            await asyncio.gather(begin(), return_exceptions=True)
