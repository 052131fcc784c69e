"""Checks of asgi/hello_asgi: what clients and the service of phrases see, from start to stop."""

import asyncio
from contextlib import asynccontextmanager

from checker.attempt import Raised
from checker.lab.asgi import StartupFailed

PHRASES = ["Good evening", "Good morning", "Welcome", "Hello"]
NAMES = ["Ada", "Grace", "Edsger", "Tony"]
ESCAPED = ["Zoë", "Barbara Liskov", "Ngô", "Ærin"]
PATIENCE_S = 60
NO_ANSWER = (
    "The server waited for a minute, and gave up. It sends lifespan.startup, waits for the answer, "
    "serves, sends lifespan.shutdown, and waits again. Answer each: `lifespan.startup.complete` "
    "and `lifespan.shutdown.complete`. A request is answered with one start, and a last body."
)


@asynccontextmanager
async def served(attempt, phrases):
    """The attempt's app on a server, which waits for answers no longer than a minute."""
    await attempt.bring_file("mount").call("mount", phrases)
    try:
        async with asyncio.timeout(PATIENCE_S):
            async with attempt.serve("mounted", lifespan=True) as server:
                yield server
    except TimeoutError:
        raise AssertionError(NO_ANSWER) from None


def phrases_of(upstream, phrase, **options):
    """The service that knows the phrase."""
    return upstream(latency=0.3, reply=lambda call: phrase, name="phrases", **options)


async def test_greets(attempt, upstream, draw):
    """GET /Ada is answered with the phrase and the name."""
    phrase, names = draw.choice(PHRASES), [draw.choice(NAMES), draw.choice(ESCAPED)]
    async with served(attempt, phrases_of(upstream, phrase)) as server:
        for name in names:
            async with server.connect("GET", f"/{name}") as exchange:
                status, text = await exchange.status(), (await exchange.read()).decode()
                kind = dict(exchange.headers).get(b"content-type", b"").decode()
            said = f"GET /{name} was answered with status {status}, {kind or 'no content-type'}"
            assert [status, kind] == [200, "text/plain; charset=utf-8"], (
                f"{said}. The start of a response has a `status`, and `headers`: a list of pairs, "
                "both of them bytes."
            )
            assert text == f"{phrase}, {name}", (
                f"{said}, and the text {text!r}. The name is the path without its slash; the body "
                "is bytes."
            )


async def test_nobody(attempt, upstream):
    """GET / is answered with 404."""
    async with (
        served(attempt, phrases_of(upstream, "Hello")) as server,
        server.connect("GET", "/") as exchange,
    ):
        status = await exchange.status()
        await exchange.read()
    assert status == 404, f"GET / names nobody, and was answered with status {status}."


async def test_starts_first(attempt, upstream, clock):
    """It says that it has started when it has the phrase, and asks for it only once."""
    phrases = phrases_of(upstream, "Hello")
    async with served(attempt, phrases) as server:
        started = clock.now
        assert started == 0.3, (
            f"The phrase takes 0.3 s to come, and the server was told to go on after {started:g} "
            "s. What comes before `lifespan.startup.complete` is done before the first request; "
            "what comes after it is not."
        )
        for _ in range(3):
            async with server.connect("GET", "/Ada") as exchange:
                await exchange.read()
        asked = [call.key for call in phrases.log if call.key != "goodbye"]
    assert asked == ["hello"], (
        f"During the start and three requests, phrases was asked {asked}. Keep the phrase: "
        '`scope["state"]` of the lifespan is there for that, and each request has a copy of it.'
    )


async def test_says_goodbye(attempt, upstream):
    """It takes its leave before it says that it has stopped."""
    phrases = phrases_of(upstream, "Hello")
    async with served(attempt, phrases) as server:
        async with server.connect("GET", "/Ada") as exchange:
            await exchange.read()
        before = [call.key for call in phrases.log]
    farewells = [call for call in phrases.log if call.key == "goodbye"]
    assert "goodbye" not in before, (
        "It took its leave before the server told it to stop. After the start, wait for the second "
        "message: `await receive()` returns when there is lifespan.shutdown."
    )
    assert [call.outcome for call in farewells] == ["completed"], (
        f"The farewells that came to phrases: {[str(call) for call in farewells]}; it should be "
        "one, and completed. A server ends an app that has said it is done: "
        "`lifespan.shutdown.complete` comes last."
    )


async def test_failed_start(attempt, upstream):
    """If the phrase cannot be had, the server is told that the start has failed."""
    phrases = phrases_of(upstream, "Hello", fail=True)
    await attempt.bring_file("mount").call("mount", phrases)
    became = "the server does not start"
    try:
        async with asyncio.timeout(PATIENCE_S), attempt.serve("mounted"):
            became = "the server serves it"
    except (StartupFailed, Raised):
        pass
    except TimeoutError:
        became = NO_ANSWER
    assert became == "the server does not start", (
        f"phrases failed, and then: {became}. An app that only raises in its lifespan is taken for "
        "one that has none, and is served without its phrase. Catch the error, and send "
        "`lifespan.startup.failed`."
    )
