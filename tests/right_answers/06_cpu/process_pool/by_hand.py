import asyncio
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context


class App:
    """By hand, and with a class in place of a closure."""

    def __init__(self, job, workers):
        self.job, self.workers = job, workers

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            await self.live(scope["state"], receive, send)
        elif scope["path"] == "/health":
            await self.respond(send, b"ok")
        else:
            n = int(scope["path"].rpartition("/")[2])
            pool = scope["state"]["pool"]
            got = await asyncio.get_running_loop().run_in_executor(pool, self.job, n)
            await self.respond(send, str(got).replace("'", '"').replace(" ", "").encode())

    async def live(self, state, receive, send):
        await receive()
        state["pool"] = ProcessPoolExecutor(self.workers, mp_context=get_context("spawn"))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        state["pool"].shutdown()
        await send({"type": "lifespan.shutdown.complete"})

    async def respond(self, send, body):
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


make_app = App
