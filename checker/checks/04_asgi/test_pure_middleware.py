"""Checks of asgi/pure_middleware: what clients and the log see of an app with `Audit` round it."""

import asyncio
from contextlib import asynccontextmanager, suppress

NAMES = ["ada", "grace", "edsger", "barbara", "tony"]


@asynccontextmanager
async def audited(attempt, log, seen):
    """An app with the middleware round it, on a server."""
    await attempt.bring_file("apps").call("mount", "Audit", log, seen)
    async with attempt.serve("mounted", lifespan=True) as server:
        yield server


async def visit(server, path):
    """The headers and the body of a response, or None where it was broken off."""
    async with server.connect("GET", path) as exchange:
        try:
            body = await exchange.read()
        except ConnectionError:
            return None
        return exchange.headers, body


async def test_user(attempt, journal, draw):
    """The line has the user that the app has set, also with others under way."""
    names, log = draw.sample(NAMES, 3), journal()
    paths = [f"/waits/{100 * n}/500/{name}" for n, name in enumerate(names, start=1)]
    async with audited(attempt, log, journal()) as server:
        await asyncio.gather(*(visit(server, path) for path in paths))
    users = [line[1] if isinstance(line, list) and len(line) > 1 else line for line in log.values]
    assert users == names, (
        f"The users were {names}, and the log says {users}. What an app sets in its context can be "
        "seen by whoever awaits it in the same task. BaseHTTPMiddleware runs the app in another "
        "task, which has a copy."
    )


async def test_two_at_once(attempt, journal, draw):
    """Two responses of other sizes and statuses, in turn: each line has its own."""
    log, beside = journal(), draw.choice(["/cookies", "/bare"])
    async with audited(attempt, log, journal()) as server:
        ticks = asyncio.create_task(visit(server, "/ticks"))
        await asyncio.sleep(1.5)
        await visit(server, beside)
        await ticks
    lines = [[line[0], *line[2:]] if isinstance(line, list) else line for line in log.values]
    last = lines[-1] if lines else "no line"
    assert last == ["/ticks", 200, 20], (
        f"`GET {beside}` came in the middle of `GET /ticks`, which has status 200 and 20 bytes. "
        f"The last line of the log is {last}, without its user. The status and the bytes likely "
        "stand where all requests share them: keep them in variables of one call."
    )


async def test_lines(attempt, journal):
    """One line for each response: path, status and size are right."""
    log = journal()
    paths = ["/cookies", "/ticks", "/bare", "/works_on"]
    async with audited(attempt, log, journal()) as server:
        for path in paths:
            await visit(server, path)
    lines = [[line[0], *line[2:]] if isinstance(line, list) else line for line in log.values]
    sizes = [[201, 4], [200, 20], [204, 0], [200, 4]]
    assert lines == [[path, *each] for path, each in zip(paths, sizes, strict=True)], (
        "The status stands in the start, the bytes in all bodies together, and `body` may be "
        "missing where it is empty. The line is due with the last piece."
    )


async def test_line_in_time(attempt, journal):
    """The line is written when the last piece is sent, not when the app has ended."""
    log = journal()
    async with audited(attempt, log, journal()) as server:
        await visit(server, "/ticks")
        await visit(server, "/works_on")
    times = [at for at, _ in log.entries]
    assert times == [4, 4], (
        f"The last tick is sent at 4 s, the other response at once after it; the lines came at "
        f"{times}. An app may work on after its last piece; the line does not wait for that."
    )


async def test_stream(attempt, journal, clock):
    """A stream goes out piece by piece, when each is sent."""
    async with (
        audited(attempt, journal(), journal()) as server,
        server.connect("GET", "/ticks") as exchange,
    ):
        came = [round(clock.now, 3) async for _ in exchange]
    assert came == [0, 1, 2, 3, 4], (
        f"The app sends a tick each second, from 0 s on; they came at {came}. To count bytes, no "
        "body has to be collected: add up, and hand each message on."
    )


async def test_headers(attempt, journal):
    """The app's headers reach the client, both cookies too."""
    async with audited(attempt, journal(), journal()) as server:
        headers, _ = await visit(server, "/cookies")
    assert headers == [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")], (
        "Headers are a list of pairs, and a name may stand there twice. A dict keeps one of them. "
        "And nothing here needs a new response."
    )


async def test_error(attempt, journal):
    """An app that raises before its start makes a line with 500, and its error goes on."""
    log = journal()
    async with audited(attempt, log, journal()) as server:
        await visit(server, "/raises")
        errors = [getattr(each.error, "type", "") for each in server.errors]
    assert [log.values, errors] == [[["/raises", "nobody", 500, 0]], ["ValueError"]], (
        f"The app raised a ValueError; the log has {log.values}, and the server heard of {errors}. "
        "Write the line, and raise again: the 500 is made by the server."
    )


async def test_other_scopes(attempt, journal):
    """Lifespan and WebSockets pass untouched."""
    log, seen = journal(), journal()
    async with audited(attempt, log, seen) as server:
        with suppress(ConnectionError):
            async with server.websocket("/") as socket:
                await socket.send_text("hello")
        await asyncio.sleep(1)
    assert [seen.values, log.values] == [["startup", "websocket", "shutdown"], []], (
        f"The app saw {seen.values}, and the log has {log.values}. `scope['type']` says whether it "
        "is an HTTP request; everything else is passed on."
    )
