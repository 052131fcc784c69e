"""Checks of asgi/router: which handler answers, when, and who is kept waiting."""

import asyncio
from contextlib import asynccontextmanager

import pytest


@asynccontextmanager
async def routed(attempt):
    """A client of the attempt's router, with handlers of the check's."""
    await attempt.bring_file("handlers").call("mount")
    async with attempt.serve("mounted", lifespan=False) as server:
        yield Visitor(server)


class Visitor:
    """Sends requests."""

    def __init__(self, server):
        self.server = server

    async def ask(self, path, method="GET"):
        """The status and the text of a response, and its headers."""
        async with self.server.connect(method, path) as exchange:
            try:
                text = (await exchange.read()).decode()
            except ConnectionError:
                return [0, "(the response broke off)"], {}
            return [await exchange.status(), text], dict(exchange.headers)

    async def at_once(self, path, count):
        """Ask so many times at once: the answers, each but once, and the time it took."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        answers = await asyncio.gather(*(self.ask(path) for _ in range(count)))
        different = [list(each) for each in dict.fromkeys(tuple(answer) for answer, _ in answers)]
        return different, round(loop.time() - began, 3)


async def test_finds(attempt):
    """Path and method choose the handler, and its text is the response."""
    async with routed(attempt) as visitor:
        got = [(await visitor.ask("/item", method))[0] for method in ("GET", "POST")]
    assert got == [[200, "fetched"], [200, "stored"]], (
        "GET /item has a handler that is a plain def, POST /item one that is an async def. Call "
        "the one, await the other, and send the text that comes back."
    )


async def test_finds_none(attempt):
    """An unknown path makes a 404, an unknown method a 405 that says which there are."""
    async with routed(attempt) as visitor:
        (unknown, _), _ = await visitor.ask("/nothing")
        (refused, _), headers = await visitor.ask("/item", "DELETE")
    allow = sorted(headers.get(b"allow", b"").decode().replace(" ", "").split(","))
    assert [unknown, refused] == [404, 405], (
        f"GET /nothing was answered with {unknown}, DELETE /item with {refused}. Look for the path "
        "first, and then for the method among its handlers."
    )
    assert allow == ["GET", "POST"], (
        f"The header allow has {allow}: a client is told with which methods it may come."
    )


async def test_loop_is_free(attempt, heartbeat):
    """Handlers that block keep nobody waiting but their own clients."""
    async with routed(attempt) as visitor:
        async with heartbeat() as beat:
            got, took = await visitor.at_once("/blocks", 5)
        held = beat.longest
    assert got == [[200, "blocked"]], f"Five GET /blocks were answered {got}."
    assert [took, held] == [1, 0], (
        f"Five requests to a def that blocks for 1 s took {took:g} s, and held the loop for "
        f"{held:g} s at a time. A plain def gets a thread: `anyio.to_thread.run_sync`."
    )


@pytest.mark.machine(cores=2, threads=6)
async def test_async_needs_no_thread(attempt, clock):
    """An async handler is answered in its own time while all threads are taken."""
    async with routed(attempt) as visitor:
        blocked = asyncio.create_task(visitor.at_once("/blocks", 6))
        await asyncio.sleep(0.2)
        await visitor.ask("/quick")
        answered = round(clock.now, 3)
        await blocked
        _, many = await visitor.at_once("/waits", 9)
    assert [answered, many] == [0.3, 1], (
        "On a machine of 6 threads, 6 handlers blocked when GET /quick, which takes 0.1 s, came at "
        f"0.2 s: it was answered at {answered:g} s. Later 9 GET /waits, of 1 s each, took {many:g} "
        "s together. An async handler is awaited on the loop. In a thread it is one of 6 here, and "
        "it waits for those that block."
    )


async def test_context(attempt, draw):
    """A handler sees the context of its own request, in a thread too."""
    async with routed(attempt) as visitor:
        ids = [f"r{number}" for number in draw.sample(range(100), 3)]
        for path in ("/whose_async", "/whose"):
            answers = await asyncio.gather(*(visitor.ask(f"{path}?{each}") for each in ids))
            got = [text for (_, text), _ in answers]
            assert got == ids, (
                f"The requests had the ids {ids}, and the handler of {path} saw {got}. A thread "
                "starts with no context: anyio.to_thread and asyncio.to_thread give it a copy, "
                "loop.run_in_executor does not."
            )


async def test_callable_objects(attempt, heartbeat):
    """An object can be a handler, and its `__call__` says of which kind."""
    async with routed(attempt) as visitor:
        async with heartbeat() as beat:
            got = [(await visitor.ask(path))[0] for path in ("/later", "/now")]
        held = beat.longest
    assert [got, held] == [[[200, "called later"], [200, "called now"]], 0], (
        f"Two objects, whose `__call__` is an async def and a def: the answers were {got}, and the "
        f"loop was held for {held:g} s. `inspect.iscoroutinefunction` says no to such an object; "
        "ask it about `handler.__call__`, too."
    )
