# fails: worker | says: copy it there
import asyncio
from contextvars import ContextVar, copy_context
from uuid import uuid4

request_id = ContextVar("request_id", default="none")


class RequestId:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"x-request-id", b"").decode()
        own = given or uuid4().hex
        request_id.set(own)

        async def tell(message):
            if message["type"] == "http.response.start":
                header = (b"x-request-id", own.encode())
                message = {**message, "headers": [*message.get("headers", ()), header]}
            await send(message)

        await self.app(scope, receive, tell)


async def in_pool(pool, function, *args):
    run = copy_context().run
    return await asyncio.get_running_loop().run_in_executor(pool, run, function, *args)


class Worker:
    def __init__(self):
        self.jobs = asyncio.Queue()

    def put(self, function, *args):
        self.jobs.put_nowait((function, args))

    async def run(self):
        while True:
            function, args = await self.jobs.get()
            context = copy_context()
            job = asyncio.create_task(function(*args), context=context)
            await asyncio.wait([job])
