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
        raise NotImplementedError


async def in_pool(pool, function, *args):
    """Call a function in a pool's thread, in the context of whoever awaits this."""
    raise NotImplementedError


class Worker:
    """Does jobs one after another, each in the context of whoever put it."""

    def __init__(self):
        self.jobs = asyncio.Queue()

    def put(self, function, *args):
        raise NotImplementedError

    async def run(self):
        raise NotImplementedError
