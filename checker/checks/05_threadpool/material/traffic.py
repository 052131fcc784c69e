"""An app in which a request goes different ways, with the attempt's middleware round it.

Whoever is on such a way writes down the name of the request and the id that it sees.
"""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import attempt


def mount(told):
    attempt.mounted = attempt.RequestId(App(told))


class App:
    def __init__(self, told):
        self.told = told

    def note(self, name):
        self.told.write([name, attempt.request_id.get()])

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            await self.live(receive, send)
            return
        _, way, name = scope["path"].split("/")
        if way == "bare":
            await send({"type": "http.response.start", "status": 204})
            await send({"type": "http.response.body"})
            return
        await getattr(self, way)(name)
        headers = [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": name.encode()})

    async def live(self, receive, send):
        self.pool, self.worker = ThreadPoolExecutor(2), attempt.Worker()
        working = asyncio.create_task(self.worker.run())
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        working.cancel()
        await asyncio.wait([working])
        self.pool.shutdown()
        await send({"type": "lifespan.shutdown.complete"})

    async def waits(self, name):
        await asyncio.sleep(1)
        self.note(name)

    async def threads(self, name):
        await asyncio.to_thread(time.sleep, 1)
        await asyncio.to_thread(self.note, name)

    async def pools(self, name):
        def block():
            time.sleep(1)
            self.note(name)
            return f"{name} was here"

        if await attempt.in_pool(self.pool, block) != f"{name} was here":
            self.told.write("in_pool returned something else")

    async def fails(self, name):
        try:
            await attempt.in_pool(self.pool, int, name)
        except ValueError:
            self.told.write("ValueError")

    async def jobs(self, name):
        self.worker.put(self.job, name, 1)
        attempt.request_id.set("set after the job was put")

    async def bad_jobs(self, name):
        self.worker.put(self.bad_job)

    async def job(self, name, seconds):
        await asyncio.sleep(seconds)
        self.note(name)

    async def bad_job(self):
        raise OSError("a job that fails")
