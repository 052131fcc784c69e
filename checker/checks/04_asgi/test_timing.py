"""Checks of asgi/timing: what clients and the log see of an app with the middleware round it."""

import asyncio
from contextlib import asynccontextmanager, suppress

HEADER = b"server-timing"


@asynccontextmanager
async def measured(attempt, log, seen):
    """An app with the middleware round it, on a server."""
    await attempt.bring_file("apps").call("mount", "timing", log, seen)
    async with attempt.serve("mounted", lifespan=True) as server:
        yield server


async def visit(server, path):
    """The headers and the body of a response."""
    async with server.connect("GET", path) as exchange:
        body = await exchange.read()
        return exchange.headers, body


def timings_in(headers):
    """What the header says, each time that it is there."""
    return [value.decode() for name, value in headers if name == HEADER]


async def test_header(attempt, journal, draw):
    """Each response has one header more: the milliseconds until it started."""
    async with measured(attempt, journal(), journal()) as server:
        for _ in range(2):
            first, second = draw.sample(range(100, 900), 2)
            headers, body = await visit(server, f"/waits/{first}/{second}/bob")
            found = timings_in(headers)
            assert found == [f"app;dur={first}"], (
                f"The response started after {first} ms and ended {second} ms later; its header "
                f"server-timing says {found}. What is put into `http.response.start` has to be "
                "known, and put in, before that is sent; what the app gave stays the app's own. "
                "Milliseconds are whole numbers here: round them."
            )
            assert [headers[0], body] == [(b"content-type", b"text/plain"), b"bob"], (
                f"The app's own header and body became {headers[0]} and {body!r}."
            )
        found = timings_in((await visit(server, "/bare"))[0])
    assert found == ["app;dur=0"], (
        f"The app sent a start without `headers`, as ASGI allows; server-timing says {found}."
    )


async def test_stream(attempt, journal, clock):
    """A stream goes out piece by piece, when each is sent."""
    async with (
        measured(attempt, journal(), journal()) as server,
        server.connect("GET", "/ticks") as exchange,
    ):
        came = [round(clock.now, 3) async for _ in exchange]
    assert came == [0, 1, 2, 3, 4], (
        f"The app sends a tick each second, from 0 s on; they came at {came}. Do not collect what "
        "the app sends: hand each message on, as soon as it is there."
    )


async def test_log(attempt, journal, draw):
    """The log has the milliseconds until the last piece was sent."""
    first, second = draw.sample(range(100, 900), 2)
    log = journal()
    async with measured(attempt, log, journal()) as server:
        paths = [f"/waits/{first}/{second}/bob", "/works_on", "/bare"]
        for path in paths:
            await visit(server, path)
        async with server.connect("GET", "/large") as exchange:
            await asyncio.sleep(1)
            await exchange.read()
        await asyncio.sleep(0.1)
        lines = log.values
    paths.append("/large")
    wanted = [[path, ms] for path, ms in zip(paths, [first + second, 0, 0, 1000], strict=True)]
    assert lines == wanted, (
        "An app may work on for seconds after its last piece. That one is a `http.response.body` "
        "without `more_body`, or with False; once it is sent, look at the clock, and "
        "write. The client of /large reads nothing for 1 s, and `send` waits for it."
    )


async def test_side_by_side(attempt, journal, draw):
    """Requests that are under way together do not mix."""
    spans = draw.sample(range(200, 900, 10), 4)
    log = journal()

    async def visit_later(server, number, span):
        await asyncio.sleep(number / 100)
        return await visit(server, f"/waits/{span}/50/user{number}")

    async with measured(attempt, log, journal()) as server:
        visits = [visit_later(server, *each) for each in enumerate(spans)]
        answers, got = await asyncio.gather(*visits), sorted(log.values, key=str)
    found = [timings_in(headers)[-1:] for headers, _ in answers]
    lines = [[f"/waits/{span}/50/user{number}", span + 50] for number, span in enumerate(spans)]
    assert [found, got] == [
        [[f"app;dur={n}"] for n in spans],
        sorted(lines),
    ], (
        "Four requests were under way at once. What belongs to one request stands in variables of "
        "its call, not in the middleware, which all of them share."
    )


async def test_error(attempt, journal):
    """An app that raises is written down, once, and its error goes on to the server."""
    log = journal()
    async with measured(attempt, log, journal()) as server:
        for path in ("/raises", "/breaks_off"):
            async with server.connect("GET", path) as exchange:
                with suppress(ConnectionError):
                    await exchange.read()
        errors = [getattr(each.error, "type", "") for each in server.errors]
        lines = log.values
    assert lines == [["/raises", 200], ["/breaks_off", 200]], (
        "Both apps raise after 200 ms, one before its start, one in the middle of the body. "
        "`finally` sees both; take care that no request gets two lines."
    )
    assert errors == ["ValueError", "ValueError"], (
        f"Two apps raised a ValueError, and the server heard of {errors}. It turns errors into a "
        "500, and logs them; a middleware that swallows them hides them."
    )


async def test_other_scopes(attempt, journal):
    """Lifespan and WebSockets pass untouched."""
    log, seen = journal(), journal()
    async with measured(attempt, log, seen) as server:
        with suppress(ConnectionError):
            async with server.websocket("/") as socket:
                await socket.send_text("hello")
        await asyncio.sleep(1)
    assert [seen.values, log.values] == [["startup", "websocket", "shutdown"], []], (
        f"The app saw {seen.values}, and the log has {log.values}. A server calls an app for its "
        "lifespan and for WebSockets, too: `scope['type']` says what it is."
    )


async def test_empty_last_piece(attempt, journal):
    """A last piece without bytes is the last one, too."""
    log = journal()
    async with measured(attempt, log, journal()) as server:
        await visit(server, "/ends_empty")
        await asyncio.sleep(6)
        lines = [", ".join(map(str, line)) for line in log.values]
    assert lines == ["/ends_empty, 0"], (
        "The app sent a piece, then a last one without bytes, both at 0 s, and worked on for 5 s. "
        f"The log has {' and '.join(lines) or 'no line'}. The last piece may have no bytes: "
        "`more_body` alone says that it is the last."
    )
