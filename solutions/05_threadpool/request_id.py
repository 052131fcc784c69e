"""Request id

Each line of a log should tell to which request it belongs. `request_id` is a context variable: what
a task awaits has it, and so have tasks that it makes, and threads of anyio and `to_thread`. On
other roads it gets lost. Write three things:

- `RequestId(app)`, a pure ASGI middleware. The id is what the header x-request-id of the request
  says, or without one a new one, which no other request has. The app finds it in `request_id`; the
  response has it as its header x-request-id. What is no HTTP request passes untouched.
- `await in_pool(pool, function, *args)` calls a function in a ThreadPoolExecutor, in the context of
  whoever awaits, and returns what it returned.
- `Worker`: `run()` is one task that does jobs for ever, one after another. `put(function, *args)`
  adds a job, an async function; it runs in the context of whoever put it. Ignore its errors.
"""

import asyncio
from contextvars import ContextVar, copy_context
from uuid import uuid4

request_id = ContextVar("request_id", default="none")


class RequestId:
    """Gives each request an id, which the app and the client find."""

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
    """Call a function in a pool's thread, in the context of whoever awaits this."""
    run = copy_context().run
    return await asyncio.get_running_loop().run_in_executor(pool, run, function, *args)


class Worker:
    """Does jobs one after another, each in the context of whoever put it."""

    def __init__(self):
        self.jobs = asyncio.Queue()

    def put(self, function, *args):
        self.jobs.put_nowait((copy_context(), function, args))

    async def run(self):
        while True:
            context, function, args = await self.jobs.get()
            job = asyncio.create_task(function(*args), context=context)
            await asyncio.wait([job])
