"""What a client gets of an app, right or wrong, the same from uvicorn and from the driver."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.lab.asgi import BrokenResponse, serve
from checker.lab.asgi.framing import body_length, response_headers
from tests.lab.asgi.both import Seen, answer, body, both, start, whole

INTERNAL_SERVER_ERROR = (
    500,
    [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")],
    b"Internal Server Error",
)
LENGTH_5 = (b"content-length", b"5")

Steps = Callable[[Any], Awaitable[Any]]


def seen_by_client(steps: Steps, method: str = "GET") -> list[Any]:
    """What the client gets when the app does `steps`; and what the app caught, if it caught."""

    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> Any:
        return await steps(send)

    async def client(server: Any, seen: Seen) -> None:
        async with server.connect(method, "/") as exchange:
            seen.client.append(await whole(exchange))

    return both(app, client)["client"]


async def raise_at_once(send: Any) -> None:
    raise ValueError("wrong")


async def exit_the_program(send: Any) -> None:
    raise SystemExit(1)


async def cancel_itself(send: Any) -> None:
    raise asyncio.CancelledError


async def return_at_once(send: Any) -> None:
    return None


async def send_body_first(send: Any) -> None:
    await body(send, b"early")


async def send_something_else(send: Any) -> None:
    await send({"type": "websocket.accept"})


@pytest.mark.parametrize(
    "steps",
    [
        raise_at_once,
        exit_the_program,
        cancel_itself,
        return_at_once,
        send_body_first,
        send_something_else,
    ],
)
def test_an_app_that_fails_before_its_response_makes_a_500(steps: Steps) -> None:
    assert seen_by_client(steps) == [INTERNAL_SERVER_ERROR]


async def raise_after_start(send: Any) -> None:
    await start(send)
    raise ValueError("wrong")


async def raise_after_a_chunk(send: Any) -> None:
    await start(send, 200, (b"x-some", b"header"))
    await body(send, b"some", more=True)
    raise ValueError("wrong")


async def return_after_a_chunk(send: Any) -> None:
    await start(send, 200, (b"x-some", b"header"))
    await body(send, b"some", more=True)


async def start_twice(send: Any) -> None:
    await start(send)
    await start(send)


async def return_a_value_after_start(send: Any) -> int:
    await start(send)
    return 1


@pytest.mark.parametrize(
    ("steps", "got"),
    [
        (raise_after_start, (200, [], b"", "broken")),
        (raise_after_a_chunk, (200, [(b"x-some", b"header")], b"some", "broken")),
        (return_after_a_chunk, (200, [(b"x-some", b"header")], b"some", "broken")),
        (start_twice, (200, [], b"", "broken")),
        (return_a_value_after_start, (200, [], b"", "broken")),
    ],
)
def test_an_app_that_fails_after_the_start_breaks_its_response(steps: Steps, got: Any) -> None:
    assert seen_by_client(steps) == [got]


async def return_a_value_at_once(send: Any) -> int:
    return 1


async def break_a_line_in_a_header(send: Any) -> None:
    await start(send, 200, (b"x-bad", b"a\r\nb"))


async def start_without_status(send: Any) -> None:
    await send({"type": "http.response.start"})


@pytest.mark.parametrize(
    "steps", [return_a_value_at_once, break_a_line_in_a_header, start_without_status]
)
def test_some_mistakes_close_the_connection_without_any_response(steps: Steps) -> None:
    assert seen_by_client(steps) == [("broken",)]


def test_what_follows_the_end_of_a_response_is_an_error_in_the_app_alone() -> None:
    async def send_after_the_end(send: Any) -> None:
        await answer(send)
        await body(send, b"late")

    assert seen_by_client(send_after_the_end) == [(200, [], b"ok")]


async def too_much(send: Any) -> None:
    await start(send, 200, LENGTH_5)
    await body(send, b"four", more=True)
    await body(send, b"four")


async def too_little(send: Any) -> None:
    await start(send, 200, LENGTH_5)
    await body(send, b"four")


async def exactly(send: Any) -> None:
    await start(send, 200, LENGTH_5)
    await body(send, b"four", more=True)
    await body(send, b"5")


async def a_body_for_204(send: Any) -> None:
    await start(send, 204)
    await body(send, b"no")


@pytest.mark.parametrize(
    ("steps", "got"),
    [
        (exactly, (200, [LENGTH_5], b"four5")),
        (too_much, (200, [LENGTH_5], b"four", "broken")),
        (too_little, (200, [LENGTH_5], b"four", "broken")),
        (a_body_for_204, (204, [], b"")),
    ],
)
def test_a_body_must_have_the_length_that_was_declared(steps: Steps, got: Any) -> None:
    assert seen_by_client(steps) == [got]


@pytest.mark.parametrize("steps", [too_much, too_little, a_body_for_204])
def test_a_wrong_length_is_raised_in_the_app(steps: Steps) -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        try:
            await steps(send)
        except h11.LocalProtocolError as error:
            seen.app.append(type(error).__name__)
            raise

    async def client(server: Any, seen: Seen) -> None:
        async with server.connect("GET", "/") as exchange:
            await whole(exchange)

    assert both(app, client)["app"] == ["LocalProtocolError"]


def test_after_too_much_nothing_can_be_sent() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        await start(send, 200, LENGTH_5)
        for data in (b"longer than five", b"five5", b""):
            with pytest.raises(h11.LocalProtocolError):
                await body(send, data, more=True)
        seen.app.append("refused")

    async def client(server: Any, seen: Seen) -> None:
        async with server.connect("GET", "/") as exchange:
            seen.client.append(await whole(exchange))

    outcome = both(app, client)
    assert outcome == {"app": ["refused"], "client": [(200, [LENGTH_5], b"", "broken")]}


@pytest.mark.parametrize("steps", [exactly, too_much, too_little])
def test_a_response_to_head_has_no_body_and_any_length(steps: Steps) -> None:
    assert seen_by_client(steps, method="HEAD") == [(200, [LENGTH_5], b"")]


@pytest.mark.parametrize("status", [204, 304])
def test_some_statuses_have_no_body(status: int) -> None:
    async def empty(send: Any) -> None:
        await start(send, status, (b"etag", b'"1"'))
        await body(send, b"")

    assert seen_by_client(empty) == [(status, [(b"etag", b'"1"')], b"")]


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (100, []),
        (600, []),
        ("200", []),
        (200, [(b"content-length", b"five")]),
        (200, [(b"content-length", b"5"), (b"content-length", b"6")]),
        (200, [(b"transfer-encoding", b"gzip")]),
        (200, [(b"bad name", b"x")]),
        (200, [(b"x-space", b" x")]),
        (200, [(b"x-number", 5)]),
    ],
)
def test_a_start_that_http_does_not_allow_is_refused(status: Any, headers: Any) -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        try:
            await start(send, status, *headers)
        except Exception:
            seen.app.append("refused")
            raise

    async def client(server: Any, seen: Seen) -> None:
        async with server.connect("GET", "/") as exchange:
            seen.client.append(await whole(exchange))

    assert both(app, client) == {"app": ["refused"], "client": [("broken",)]}


def test_text_in_place_of_bytes_is_refused() -> None:
    async def text(send: Any) -> None:
        await start(send)
        with pytest.raises(TypeError):
            await send({"type": "http.response.body", "body": "text"})
        raise ValueError

    assert seen_by_client(text) == [(200, [], b"", "broken")]


def test_headers_may_be_a_generator_and_the_body_any_bytes() -> None:
    async def steps(send: Any) -> None:
        pairs = ((name, b"1") for name in (b"X-A", b"x-b"))
        await send({"type": "http.response.start", "status": 200, "headers": pairs})
        await send({"type": "http.response.body", "body": bytearray(b"a"), "more_body": True})
        await send({"type": "http.response.body", "more_body": True})
        await send({"type": "http.response.body", "body": memoryview(b"b")})

    assert seen_by_client(steps) == [(200, [(b"x-a", b"1"), (b"x-b", b"1")], b"ab")]


def test_what_was_sent_stays_when_the_app_changes_it_afterwards() -> None:
    async def steps(send: Any) -> None:
        headers = [(b"x-first", b"1")]
        message = {"type": "http.response.start", "status": 200, "headers": headers}
        await send(message)
        headers.clear()
        message["status"] = 500
        data = bytearray(b"one")
        await send({"type": "http.response.body", "body": data, "more_body": True})
        data[:] = b"two"
        await send({"type": "http.response.body", "body": b""})

    assert seen_by_client(steps) == [(200, [(b"x-first", b"1")], b"one")]


def test_each_chunk_reaches_the_client_when_it_is_sent() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        await start(send)
        for name in ("one", "two"):
            await body(send, name.encode(), more=True)
            await seen.until(f"got {name}")
            seen.app.append(name)
        await body(send, b"")

    async def client(server: Any, seen: Seen) -> None:
        async with server.connect("GET", "/") as exchange:
            for name in ("one", "two"):
                assert await anext(exchange) == name.encode()
                seen.happened(f"got {name}")
            assert await exchange.read() == b""

    assert both(app, client)["app"] == ["one", "two"]


def test_the_client_has_the_whole_response_while_background_work_goes_on() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        await answer(send)
        await seen.until("client has it all")
        seen.app.append("background work")
        raise ValueError("too late to be seen")

    async def client(server: Any, seen: Seen) -> None:
        async with server.connect("GET", "/") as exchange:
            seen.client.append(await whole(exchange))
            seen.happened("client has it all")

    assert both(app, client) == {"app": ["background work"], "client": [(200, [], b"ok")]}


def test_what_an_app_raised_is_kept_with_its_request() -> None:
    wrong = ValueError("wrong")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise wrong

    async def main() -> None:
        async with serve(app, lifespan=False) as server:
            async with server.connect("POST", "/x?y=1") as exchange:
                assert await exchange.status() == 500
            assert [(entry.request, entry.error) for entry in server.errors] == [("POST /x", wrong)]

    asyncio.run(main())


def test_a_broken_response_names_the_request_and_the_reason() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await start(send)
        raise ValueError("wrong")

    async def main() -> None:
        async with serve(app, lifespan=False) as server, server.connect("GET", "/x") as exchange:
            with pytest.raises(BrokenResponse, match=r"GET /x: .* after .*ValueError\('wrong'\)"):
                await exchange.read()

    asyncio.run(main())


NAMES = st.binary(max_size=6) | st.sampled_from([b"x-a", b"content-length", b"transfer-encoding"])
VALUES = (
    st.text("\t\n\v\f\r\0 ,07aé\u00ff", max_size=4).map(lambda text: text.encode("latin-1"))
    | st.binary(max_size=3)
    | st.sampled_from([b"5", b"5, 5", b"5,6", b"chunked", b"Chunked", b"gzip"])
)


@given(st.sampled_from([200, 204, 304, 404]), st.lists(st.tuples(NAMES, VALUES), max_size=3))
def test_headers_are_refused_exactly_where_h11_refuses_them(
    status: int, headers: list[tuple[bytes, bytes]]
) -> None:
    assert _ours(status, headers) == _of_h11(status, headers)


def _ours(status: int, headers: list[tuple[bytes, bytes]]) -> Any:
    try:
        raw = response_headers(headers)
        length = body_length(status, raw)
    except h11.LocalProtocolError:
        return "refused"
    return "chunked" if length is None else length


def _of_h11(status: int, headers: list[tuple[bytes, bytes]]) -> Any:
    server = h11.Connection(h11.SERVER)
    server.receive_data(b"GET / HTTP/1.1\r\nhost: app\r\n\r\n")
    server.next_event()
    try:
        head = server.send(h11.Response(status_code=status, headers=headers)) or b""
    except h11.LocalProtocolError:
        return "refused"
    if status in (204, 304):
        return 0
    client = h11.Connection(h11.CLIENT)
    client.send(h11.Request(method="GET", target="/", headers=[("host", "app")]))
    client.send(h11.EndOfMessage())
    client.receive_data(head)
    response = client.next_event()
    assert isinstance(response, h11.Response)
    length = dict(response.headers).get(b"content-length")
    return "chunked" if length is None else int(length)
