"""The ordinary httpx client, against uvicorn over a socket and against the driver."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse

from checker.lab.asgi import serve
from tests.lab.asgi.both import Seen, answer, body, both, start

DISCONNECT = {"type": "http.disconnect"}


def test_plain_requests_of_all_kinds() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        request = Request(scope, receive)
        if request.url.path == "/old":
            response: Response = RedirectResponse("/new?moved=1")
        else:
            got = (await request.body()).decode()
            seen.app.append([request.method, request.url.path, request.url.query, got])
            response = JSONResponse({"cookie": request.cookies.get("c")})
            response.set_cookie("c", "set")
        await response(scope, receive, send)

    async def client(server: Any, seen: Seen) -> None:
        async with server.client(follow_redirects=True) as http:
            replies = [
                await http.get("/a b", params={"q": "é"}),
                await http.post("/json", json={"x": [1]}),
                await http.put("/form", data={"x": "1"}),
                await http.get("/old"),
                await http.head("/head"),
            ]
        for reply in replies:
            seen.client.append((reply.status_code, reply.text, reply.http_version))
            del reply.headers["set-cookie"]
            seen.client.append(dict(reply.headers))

    outcome = both(app, client)
    assert outcome["app"][1] == ["POST", "/json", "", '{"x":[1]}']
    assert outcome["client"][0] == (200, '{"cookie":null}', "HTTP/1.1")
    assert outcome["client"][2] == (200, '{"cookie":"set"}', "HTTP/1.1")


def test_a_body_without_a_length_goes_out_in_chunks() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        await answer(send)

    async def client(server: Any, seen: Seen) -> None:
        async with server.client() as http:
            seen.client.append(dict((await http.get("/")).headers))

    assert both(app, client)["client"] == [{"transfer-encoding": "chunked"}]


def test_a_request_body_of_any_kind_arrives_whole() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        request = Request(scope, receive)
        data = await request.body()
        length = request.headers.get("content-length")
        seen.app.append((len(data), data[:2], length, request.headers.get("transfer-encoding")))
        await answer(send)

    async def client(server: Any, seen: Seen) -> None:
        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(5):
                yield b"abc"

        async with server.client() as http:
            await http.post("/", content=b"")
            await http.post("/", content=bytes(1_000_000))
            await http.post("/", content=pieces())
            await http.post("/", files={"f": ("n", b"x" * 100_000)}, headers={"X": "1"})

    sizes = [seen[0] for seen in both(app, client)["app"]]
    assert sizes[:3] == [0, 1_000_000, 15]


def test_a_stream_is_read_chunk_by_chunk_and_its_early_close_is_a_disconnect() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        await receive()
        await start(send)
        for number in range(2):
            await body(send, b"%d" % number, more=True)
            await seen.until(f"got {number}")
        seen.app.append(await receive())
        seen.happened("told")

    async def client(server: Any, seen: Seen) -> None:
        async with server.client() as http:
            async with http.stream("GET", "/") as response:
                chunks = response.aiter_bytes()
                for number in range(2):
                    seen.client.append(await anext(chunks))
                    seen.happened(f"got {number}")
                await chunks.aclose()
            await seen.until("told")

    assert both(app, client) == {"app": [DISCONNECT], "client": [b"0", b"1"]}


def test_a_response_that_was_read_is_no_disconnect_even_if_the_app_goes_on() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        await receive()
        await start(send, 200, (b"content-length", b"2"))
        await body(send, b"ok", more=True)
        waiting = asyncio.create_task(receive())
        await seen.until("read")
        seen.app.append(waiting.done())
        await body(send, b"")
        seen.app.append(await waiting)

    async def client(server: Any, seen: Seen) -> None:
        async with server.client() as http:
            seen.client.append((await http.get("/")).text)
            seen.happened("read")
            # A client that is closed closes its connections, so it waits for the app.
            while len(seen.app) < 2:
                await asyncio.sleep(0)

    assert both(app, client) == {"app": [False, DISCONNECT], "client": ["ok"]}


def test_a_request_that_is_cancelled_is_a_disconnect() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        await receive()
        seen.happened("in flight")
        seen.app.append(await receive())
        seen.happened("told")

    async def client(server: Any, seen: Seen) -> None:
        async with server.client() as http:
            getting = asyncio.create_task(http.get("/"))
            await seen.until("in flight")
            getting.cancel()
            await seen.until("told")

    assert both(app, client)["app"] == [DISCONNECT]


def test_a_time_out_between_two_chunks_is_httpx_s_own_and_a_disconnect() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        await receive()
        if scope["path"] == "/chunk":
            await start(send)
            await body(send, b"first", more=True)
        seen.app.append(await receive())
        seen.happened(f"told {scope['path']}")

    async def client(server: Any, seen: Seen) -> None:
        async with server.client(timeout=httpx.Timeout(None, read=0.05)) as http:
            for path in ("/chunk", "/start"):
                with pytest.raises(httpx.ReadTimeout):
                    await http.get(path)
                await seen.until(f"told {path}")

    assert both(app, client)["app"] == [DISCONNECT, DISCONNECT]


def test_an_upload_that_nobody_receives_times_out() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        await seen.until("timed out")

    async def client(server: Any, seen: Seen) -> None:
        async with server.client(timeout=httpx.Timeout(None, write=0.05)) as http:
            with pytest.raises(httpx.WriteTimeout):
                await http.post("/", content=bytes(64 * 1024 * 1024))
            seen.happened("timed out")

    both(app, client)


@pytest.mark.parametrize("path", ["/before", "/after", "/short"])
def test_a_broken_response_is_a_protocol_error(path: str) -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> Any:
        if path == "/before":
            return "not None"
        length = [(b"content-length", b"10")] if path == "/short" else []
        await start(send, 200, *length)
        await body(send, b"some", more=True)
        raise ValueError

    async def client(server: Any, seen: Seen) -> None:
        async with server.client() as http:
            with pytest.raises(httpx.RemoteProtocolError):
                await http.get(path)

    both(app, client)


def test_an_answer_before_the_upload_is_done_still_arrives() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        await start(send, 413)
        await body(send, b"too much")

    async def client(server: Any, seen: Seen) -> None:
        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(256):
                yield bytes(65536)

        async with server.client() as http:
            reply = await http.post("/", content=pieces())
            seen.client.append((reply.status_code, reply.text))

    assert both(app, client)["client"] == [(413, "too much")]


def test_a_mistake_in_the_clients_own_upload_is_raised_and_is_a_disconnect() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        while (message := await receive())["type"] != "http.disconnect":
            seen.happened("received")
        seen.app.append(message)
        seen.happened("told")

    async def client(server: Any, seen: Seen) -> None:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"some"
            await seen.until("received")
            raise KeyError("the client's own")

        async with server.client() as http:
            with pytest.raises(KeyError):
                await http.post("/", content=pieces())
            await seen.until("told")

    assert both(app, client)["app"] == [DISCONNECT]


def test_many_clients_at_once() -> None:
    async def app(scope: Any, receive: Any, send: Any, seen: Seen) -> None:
        seen.app.append(1)
        if len(seen.app) == 50:
            seen.happened("all are in flight")
        await seen.until("all are in flight")
        await answer(send, scope["path"].encode())

    async def client(server: Any, seen: Seen) -> None:
        async with server.client() as one, server.client() as two:
            clients = [one, two] * 25
            replies = await asyncio.gather(
                *(http.get(f"/{number}") for number, http in enumerate(clients))
            )
        seen.client.extend(reply.text for reply in replies)

    assert both(app, client)["client"] == [f"/{number}" for number in range(50)]


def fastapi() -> FastAPI:
    app = FastAPI()

    @app.get("/events")
    async def events() -> StreamingResponse:
        async def ticks() -> AsyncIterator[str]:
            number = 0
            while True:
                yield f"data: {number}\n\n"
                await asyncio.sleep(0)
                number += 1

        return StreamingResponse(ticks(), media_type="text/event-stream")

    @app.post("/upload")
    async def upload(request: Request) -> int:
        return sum([len(chunk) async for chunk in request.stream()])

    @app.get("/wrong")
    async def wrong() -> None:
        raise ValueError("wrong")

    return app


def test_fastapi_streams_endlessly_and_the_client_leaves_when_it_likes() -> None:
    async def main() -> None:
        async with serve(fastapi()) as server, server.client() as client:
            async with client.stream("GET", "/events") as response:
                lines = [line async for line, _ in _first(response, 5)]
            assert lines == ["data: 0", "", "data: 1", "", "data: 2"]
            assert (await client.post("/upload", content=bytes(200_000))).json() == 200_000
            reply = await client.get("/wrong")
            assert (reply.status_code, reply.text) == (500, "Internal Server Error")
            assert [(entry.request, str(entry.error)) for entry in server.errors] == [
                ("GET /wrong", "wrong")
            ]
            assert json.loads((await client.get("/openapi.json")).text)["openapi"]

    asyncio.run(main())


async def _first(response: httpx.Response, count: int) -> AsyncIterator[tuple[str, int]]:
    number = 0
    async for line in response.aiter_lines():
        yield line, number
        number += 1
        if number == count:
            return


def test_the_options_of_httpx_are_its_own_and_there_is_no_time_out_by_default() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append((scope["scheme"], dict(scope["headers"])[b"host"]))
        await answer(send)

    async def main() -> None:
        async with serve(app, lifespan=False) as server:
            async with server.client() as client:
                assert client.timeout == httpx.Timeout(None)
                await client.get("/")
            async with server.client(base_url="https://shop", timeout=1) as client:
                assert client.timeout == httpx.Timeout(1)
                await client.get("/")

    seen: list[Any] = []
    asyncio.run(main())
    assert seen == [("http", b"app"), ("https", b"shop")]
