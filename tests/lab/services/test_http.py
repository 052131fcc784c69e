"""The real httpx with its real pool, against a service in memory."""

import asyncio
import json

import httpx
import pytest

from checker import lab
from checker.lab.services import Upstream


def run(service, use, **options):
    """Run `use(client)` with a client of the service."""

    async def main():
        async with service.client(**options) as client:
            return await use(client)

    return lab.run(main)


def test_a_request_is_a_call_and_its_answer_a_response(now):
    users = Upstream(0.1, name="users")

    async def use(client):
        response = await client.get("/7", params={"full": "1"}, headers={"x-trace": "t"})
        return response, now()

    response, ended = run(users, use).result
    assert (response.status_code, response.json(), ended) == (200, "users/7", 0.1)
    assert response.headers["content-type"] == "application/json"
    (call,) = users.log
    assert (call.key, call.path, call.query, call.method) == ("7", "/7", {"full": "1"}, "GET")
    assert call.headers["x-trace"] == "t"
    assert call.headers["host"] == "users"


def test_a_json_body_arrives_parsed_and_any_other_as_bytes():
    service = Upstream(reply=lambda call: repr(call.body))

    async def use(client):
        return [
            (await client.post("/", json={"n": [1]})).json(),
            (await client.post("/", content=b"raw")).json(),
            (
                await client.post("/", content=b"{", headers={"content-type": "application/json"})
            ).json(),
            (await client.get("/")).json(),
        ]

    assert run(service, use).result == ["{'n': [1]}", "b'raw'", "b'{'", "None"]


def test_a_large_body_goes_both_ways_whole():
    big = bytes(range(256)) * 4096
    service = Upstream(reply=lambda call: call.body)

    async def use(client):
        return (await client.put("/", content=big)).content

    assert run(service, use).result == big


@pytest.mark.parametrize(
    ("reply", "status", "body"),
    [
        ((404, {"detail": "no"}), 404, b'{"detail": "no"}'),
        ((204, None), 204, b""),
        ((304, None), 304, b""),
        (b"\x00\x01", 200, b"\x00\x01"),
        (b"", 200, b""),
        (lambda call: iter(["one ", "two"]), 200, b"one two"),
        (lambda call: iter([]), 200, b""),
    ],
)
def test_status_and_body_are_what_was_given(reply, status, body):
    service = Upstream(reply=reply)

    async def use(client):
        response = await client.get("/")
        again = await client.get("/")
        assert again.content == body
        return response.status_code, response.content, service.connections.opened

    assert run(service, use).result == (status, body, 1)


def test_a_head_request_gets_no_body():
    service = Upstream(reply={"n": 1})

    async def use(client):
        response = await client.head("/")
        return response.content, response.headers["content-length"], (await client.get("/")).json()

    assert run(service, use).result == (b"", "8", {"n": 1})


def test_headers_of_a_reply_replace_the_usual_ones():
    service = Upstream(reply=(200, b"<p>", {"Content-Type": "text/html", "X-Shard": 3}))

    async def use(client):
        return (await client.get("/")).headers

    headers = run(service, use).result
    assert headers["content-type"] == "text/html"
    assert headers["x-shard"] == "3"


def test_a_reply_that_is_no_json_is_explained():
    service = Upstream(reply={1j: 2})

    async def use(client):
        await client.get("/")

    with pytest.raises(TypeError, match=r"cannot be sent over HTTP.*Let it be a JSON value"):
        run(service, use)
    assert service.failed == 1


# Connections.


def test_a_hundred_requests_use_at_most_ten_connections_again_and_again():
    service = Upstream(0.1)

    async def use(client):
        await asyncio.gather(*[client.get(f"/{n}") for n in range(100)])
        return service.connections.opened, service.connections.peak, service.peak

    outcome = run(service, use, limits=httpx.Limits(max_connections=10), timeout=None)
    assert outcome.result == (10, 10, 10)
    assert outcome.elapsed == 1.0


def test_a_client_per_request_connects_each_time():
    service = Upstream(0.1, connect=0.05)

    async def main():
        for n in range(5):
            async with service.client() as client:
                await client.get(f"/{n}")
        return service.connections.opened, service.connections.open

    outcome = lab.run(main)
    assert outcome.result == (5, 0)
    assert outcome.elapsed == 0.75


def test_surplus_idle_connections_are_closed():
    service = Upstream(0.1)

    async def use(client):
        await asyncio.gather(*[client.get("/") for _ in range(5)])
        await client.get("/")
        return service.connections.open

    limits = httpx.Limits(max_connections=5, max_keepalive_connections=2)
    assert run(service, use, limits=limits).result == 2


def test_an_idle_connection_expires_on_the_clock_of_the_run():
    service = Upstream(0.1)

    async def use(client):
        await client.get("/")
        await asyncio.sleep(4.9)
        await client.get("/")
        await asyncio.sleep(5.1)
        await client.get("/")
        return service.connections.opened

    assert run(service, use).result == 2


def test_pool_timeout_when_all_connections_are_taken(now):
    service = Upstream(1.0)

    async def use(client):
        first = asyncio.create_task(client.get("/a"))
        await asyncio.sleep(0.25)
        with pytest.raises(httpx.PoolTimeout):
            await client.get("/b")
        gave_up_at = now()
        await first
        return service.calls, gave_up_at

    limits, timeout = httpx.Limits(max_connections=1), httpx.Timeout(None, pool=0.05)
    outcome = run(service, use, limits=limits, timeout=timeout)
    assert outcome.result == (1, 0.3)
    assert outcome.elapsed == 1.0


def test_the_pool_time_out_of_httpcore_begins_anew_whenever_a_connection_becomes_free():
    """A peculiarity of httpcore 1.0.9: who waits behind others may wait longer than that."""
    service = Upstream(1.0)

    async def use(client):
        await asyncio.gather(*[client.get("/") for _ in range(4)])
        return [call.started for call in service.log]

    limits, timeout = httpx.Limits(max_connections=1), httpx.Timeout(None, pool=1.5)
    assert run(service, use, limits=limits, timeout=timeout).result == [0.0, 1.0, 2.0, 3.0]


def test_the_pool_serves_its_queue_in_order():
    service = Upstream(0.5)

    async def use(client):
        await asyncio.gather(*[client.get(f"/{n}") for n in range(4)])
        return [(call.key, call.started) for call in service.log]

    outcome = run(service, use, limits=httpx.Limits(max_connections=1))
    assert outcome.result == [("0", 0.0), ("1", 0.5), ("2", 1.0), ("3", 1.5)]


def test_a_response_that_is_not_closed_holds_its_connection():
    service = Upstream(0.1)

    async def use(client):
        request = client.build_request("GET", "/a")
        response = await client.send(request, stream=True)
        held = service.connections.busy, service.in_flight
        with pytest.raises(httpx.PoolTimeout):
            await client.get("/b")
        await response.aclose()
        await client.get("/c")
        return held, service.connections.busy

    # The service has answered, so no call is in flight; but nobody took the body.
    options = {"limits": httpx.Limits(max_connections=1), "timeout": 2.0}
    assert run(service, use, **options).result == ((1, 0), 0)


def test_what_is_left_open_is_on_the_leak_list():
    service = Upstream(0.1, name="shards")
    kept = []

    async def main():
        client = service.client()
        kept.append(client)
        for key in "ab":
            kept.append(await client.send(client.build_request("GET", key), stream=True))
        await asyncio.gather(client.get("/c"), client.get("/d"), client.get("/e"))

    outcome = lab.run(main)
    words = "upstream 'shards': 2 responses not closed, 3 idle connections of a client that was"
    assert any(words in leak.what for leak in outcome.leaks)


def test_a_client_that_is_closed_leaves_nothing():
    service = Upstream(0.1)

    async def use(client):
        await asyncio.gather(client.get("/a"), client.get("/b"))

    assert run(service, use).leaks == []
    assert service.left_open() is None


def test_closing_the_client_breaks_off_what_is_under_way():
    service = Upstream(1.0)

    async def main():
        client = service.client()
        task = asyncio.create_task(client.get("/"))
        await asyncio.sleep(0.5)
        await client.aclose()
        with pytest.raises(httpx.ReadError, match="closed while it was read"):
            await task
        return service.cancelled, service.connections.open

    outcome = lab.run(main)
    assert outcome.result == (1, 0)
    assert outcome.elapsed == 0.5


# Time-outs.


def test_read_timeout_when_nothing_comes():
    service = Upstream(3.0)

    async def use(client):
        with pytest.raises(httpx.ReadTimeout, match=r"sent nothing for 0\.5 s"):
            await client.get("/")
        return service.cancelled, service.log[0].ended

    assert run(service, use, timeout=0.5).result == (1, 0.5)


def test_a_read_timeout_does_not_catch_a_dripping_body_and_a_deadline_does():
    service = Upstream(0.4, reply="x" * 70, drip=0.4, pieces=7)

    async def patient(client):
        return (await client.get("/")).status_code

    async def strict(client):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await client.get("/")
        return service.cancelled

    late = run(service, patient, timeout=0.5)
    assert (late.result, late.elapsed) == (200, 2.8)
    in_time = run(service, strict, timeout=0.5)
    assert (in_time.result, in_time.elapsed) == (1, 0.5)


def test_an_answer_at_the_very_moment_of_the_time_out_is_too_late():
    service = Upstream(0.5)

    async def use(client):
        with pytest.raises(httpx.ReadTimeout):
            await client.get("/")

    run(service, use, timeout=0.5)
    assert service.cancelled == 1


def test_a_drip_slower_than_the_read_timeout_is_caught():
    service = Upstream(0.1, reply="x" * 70, drip=0.6, pieces=7)

    async def use(client):
        with pytest.raises(httpx.ReadTimeout):
            await client.get("/")

    assert run(service, use, timeout=0.5).elapsed == 0.6


def test_a_hanging_service_meets_the_read_timeout_of_httpx_itself():
    service = Upstream(hang=True)

    async def use(client):
        with pytest.raises(httpx.ReadTimeout):
            await client.get("/")

    assert run(service, use).elapsed == 5.0


def test_connect_timeout_when_connecting_takes_too_long():
    service = Upstream(connect=2.0)

    async def use(client):
        with pytest.raises(httpx.ConnectTimeout, match=r"took no connection within 0\.5 s"):
            await client.get("/")
        return service.calls, service.connections.opened

    outcome = run(service, use, timeout=0.5)
    assert outcome.result == (0, 0)
    assert outcome.elapsed == 0.5


def test_connecting_may_take_another_time_each_time():
    service = Upstream(0, connect=[0.3, 0.1])

    async def main():
        for _ in range(3):
            async with service.client() as client:
                await client.get("/")

    assert lab.run(main).elapsed == 0.5


def test_a_retrying_transport_waits_on_the_clock_of_the_run():
    service = Upstream(0, refuse=lambda time: time < 1.0)

    async def main():
        transport = service.transport()
        transport._pool._retries = 3
        async with httpx.AsyncClient(transport=transport) as client:
            return (await client.get("http://any.host/a")).json(), service.connections.refused

    outcome = lab.run(main)
    assert outcome.result == ("upstream/a", 3)
    assert outcome.elapsed == 1.5


# Failures.


def test_connect_error_when_the_service_refuses():
    service = Upstream(refuse=True, name="users")

    async def use(client):
        with pytest.raises(httpx.ConnectError, match="upstream 'users' refuses connections"):
            await client.get("/")
        return service.calls, service.connections.refused

    assert run(service, use).result == (0, 1)


def test_a_disconnect_in_the_middle_of_a_body():
    service = Upstream(0.1, reply="0123456789", disconnect=[1])

    async def use(client):
        with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message"):
            await client.get("/a")
        await client.get("/b")
        return service.failed, service.completed, service.connections.opened

    assert run(service, use).result == (1, 1, 2)


def test_a_disconnect_while_a_stream_is_sent():
    service = Upstream(0, reply=lambda call: iter(["a", "b"]), disconnect=True)

    async def use(client):
        got = []
        async with client.stream("GET", "/") as response:
            texts = response.aiter_text()
            got.append(await anext(texts))
            with pytest.raises(httpx.RemoteProtocolError):
                await anext(texts)
        return got, service.failed

    assert run(service, use).result == (["a"], 1)


def test_a_reset_connection_is_a_read_error():
    service = Upstream(0.1, fail=ConnectionResetError("reset by peer"))

    async def use(client):
        with pytest.raises(httpx.ReadError, match="reset by peer"):
            await client.get("/")
        return service.failed, service.connections.open

    assert run(service, use).result == (1, 0)


def test_any_other_exception_is_what_the_client_gets():
    service = Upstream(0.1, fail=KeyError("bug"))

    async def use(client):
        with pytest.raises(KeyError):
            await client.get("/")
        return service.failed

    assert run(service, use).result == 1


def test_a_failing_status_is_a_response():
    service = Upstream(fail=[1], error=503)

    async def use(client):
        return [(await client.get("/")).status_code for _ in range(2)]

    assert run(service, use).result == [503, 200]


# Keep-alive, and the race at its end.


def test_a_service_that_closes_idle_connections_makes_its_client_connect_anew():
    service = Upstream(0.1, keep_alive=2.0)

    async def use(client):
        await client.get("/")
        await asyncio.sleep(1.9)
        await client.get("/")
        await asyncio.sleep(2.0)
        await client.get("/")
        return service.connections.opened

    assert run(service, use).result == 2


def test_a_request_that_meets_a_closing_connection_gets_no_response():
    service = Upstream(0.1, keep_alive=2.0, close_notice=0.01)

    async def use(client):
        await client.get("/")
        await asyncio.sleep(2.005)
        with pytest.raises(httpx.RemoteProtocolError, match="disconnected without sending"):
            await client.get("/")
        await client.get("/")
        return service.calls, service.connections.opened

    assert run(service, use).result == (2, 2)


def test_a_client_that_asks_for_it_has_its_connection_closed():
    service = Upstream(0)

    async def use(client):
        for _ in range(2):
            await client.get("/", headers={"connection": "close"})
        return service.connections.opened

    assert run(service, use).result == 2


# Streams.


def test_pieces_of_a_stream_arrive_one_by_one(now):
    service = Upstream(0.5, reply=lambda call: iter(["tick\n"] * 3), drip=1.0)

    async def use(client):
        async with client.stream("GET", "/") as response:
            headers_at = now()
            return headers_at, [(text, now()) async for text in response.aiter_text()]

    assert run(service, use).result == (0.5, [("tick\n", 0.5), ("tick\n", 1.5), ("tick\n", 2.5)])


def test_a_stream_without_end_is_made_only_as_far_as_it_is_read():
    made = []

    def ticks(call):
        while True:
            made.append(len(made))
            yield "tick"

    service = Upstream(0, reply=ticks)

    async def use(client):
        async with client.stream("GET", "/") as response:
            chunks = response.aiter_bytes()
            for _ in range(3):
                await anext(chunks)
            await chunks.aclose()
            in_flight = service.in_flight
        return in_flight, len(made), service.cancelled, service.connections.open

    in_flight, count, cancelled, still_open = run(service, use).result
    assert in_flight in (0, 1)
    assert (count, cancelled, still_open) == (3, 1, 0)


def test_a_large_body_comes_in_the_portions_in_which_it_is_read():
    service = Upstream(0, reply=bytes(150_000))

    async def use(client):
        async with client.stream("GET", "/") as response:
            return [len(chunk) async for chunk in response.aiter_raw()]

    assert run(service, use).result == [65_536, 65_536, 18_928]


def test_a_stream_is_in_flight_until_it_has_been_taken():
    service = Upstream(0, reply=lambda call: iter(["a", "b"]))

    async def use(client):
        async with client.stream("GET", "/") as response:
            await asyncio.sleep(5)
            waiting = service.in_flight
            await response.aread()
        return waiting, service.in_flight, service.completed, service.log[0].ended

    assert run(service, use).result == (1, 0, 1, 5.0)


def test_reading_a_ready_body_lets_others_run():
    service = Upstream(0, reply=lambda call: iter(["x"] * 100))
    turns = []

    async def use(client):
        async def other():
            while True:
                turns.append(1)
                await asyncio.sleep(0)

        task = asyncio.create_task(other())
        await client.get("/")
        task.cancel()
        return len(turns)

    assert run(service, use).result >= 100


def test_several_services_behind_one_client():
    users, shards = Upstream(0.1, name="users"), Upstream(0.3, name="shards")

    async def main():
        mounts = {"all://users": users.transport(), "all://shards": shards.transport()}
        async with httpx.AsyncClient(mounts=mounts) as client:
            responses = await asyncio.gather(
                client.get("http://users/1"), client.get("http://shards/2")
            )
        return [response.json() for response in responses]

    outcome = lab.run(main)
    assert outcome.result == ["users/1", "shards/2"]
    assert outcome.elapsed == 0.3


def test_limits_of_the_wrong_type_are_refused():
    with pytest.raises(TypeError, match=r"use httpx.Limits\(max_connections=...\)"):
        Upstream().client(limits={"max_connections": 200})


def test_answers_are_the_bytes_that_a_server_would_send():
    service = Upstream(reply={"n": 1})

    async def use(client):
        response = await client.get("/")
        return dict(response.headers), response.http_version, response.reason_phrase

    assert run(service, use).result == (
        {"content-type": "application/json", "content-length": str(len(json.dumps({"n": 1})))},
        "HTTP/1.1",
        "OK",
    )
