"""What a program does takes the same time, with the same counts, on either side of a wall."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from checker import lab
from checker.attempt import Journal, Raised
from checker.trace import Ran
from tests.attempt.conftest import Make


def run(main: Any, threads: int = 40) -> lab.Run:
    return lab.run(main, threads=threads)


def test_blocking_code_holds_everybody_up_and_is_reported(make: Make) -> None:
    attempt = make(
        """
        import time

        async def ask(shop, key):
            first = shop.get_blocking(key)
            time.sleep(0.5)
            return first
        """
    )
    shop = lab.upstream(latency=0.25, name="shop")

    async def main() -> Any:
        return await asyncio.gather(*(attempt.call("ask", shop, key) for key in "abc"))

    made = run(main)
    assert made.result == ["shop/a", "shop/b", "shop/c"]
    assert made.elapsed == 2.25
    assert shop.peak == 1
    assert [(each.at, each.seconds, each.where, each.what) for each in made.blocked[:2]] == [
        (0.0, 0.25, "up.py:5", "Upstream.get_blocking"),
        (0.25, 0.5, "up.py:6", "time.sleep(0.5)"),
    ]


def test_threads_of_the_program_have_the_same_limits(make: Make) -> None:
    attempt = make(
        """
        import asyncio, time, anyio

        async def jobs(n, journal):
            def job(k):
                time.sleep(1)
                journal.write(k)
            async with anyio.create_task_group() as group:
                for k in range(n):
                    group.start_soon(anyio.to_thread.run_sync, job, k)
        """
    )
    journal = Journal()

    async def main() -> None:
        await attempt.call("jobs", 5, journal)

    made = run(main, threads=2)
    assert made.elapsed == 3
    assert journal.entries == [(1.0, 0), (1.0, 1), (2.0, 2), (2.0, 3), (3.0, 4)]


def test_http_goes_through_the_real_pool_and_its_limits(make: Make) -> None:
    attempt = make(
        """
        import asyncio, httpx

        async def fetch(url, keys, limit):
            limits = httpx.Limits(max_connections=limit)
            async with httpx.AsyncClient(base_url=url, limits=limits, timeout=None) as client:
                replies = await asyncio.gather(*(client.get("/" + key) for key in keys))
            return [reply.json() for reply in replies]

        def fetch_in_thread(url):
            return httpx.get(url + "/t").text
        """
    )
    shop = lab.upstream(latency=0.5, name="shop")

    async def main() -> Any:
        one = await attempt.call("fetch", shop.url, list("abcd"), 2)
        return one, shop.connections.peak

    made = run(main)
    assert made.result == (["shop/a", "shop/b", "shop/c", "shop/d"], 2)
    assert made.elapsed == 1.0

    async def later() -> Any:
        return await attempt.call("fetch_in_thread", shop.url), shop.calls

    assert run(later).result == ('"shop/t"', 1)


def test_a_host_that_is_no_service_is_refused_with_those_that_are(make: Make) -> None:
    attempt = make(
        """
        import httpx

        async def fetch(url):
            async with httpx.AsyncClient() as client:
                await client.get(url)
        """
    )

    async def main() -> None:
        lab.upstream(name="shop")
        with attempt.raises("NoNetwork", match="at 'else'.*Hosts that answer: .*shop"):
            await attempt.call("fetch", "http://else/")

    run(main).result  # noqa: B018


def test_an_error_of_a_service_is_one_that_the_program_can_catch(make: Make) -> None:
    attempt = make(
        """
        from checker.lab.services import UpstreamError

        async def ask(shop):
            try:
                return await shop.get("a")
            except UpstreamError as error:
                return [error.status, error.body, str(error)]
            except ValueError as error:
                return ["value", *error.args]
        """
    )

    async def main() -> Any:
        broken = lab.upstream(fail=True, error=503, name="broken")
        odd = lab.upstream(fail=ValueError("no", 1), name="odd")
        return [await attempt.call("ask", broken), await attempt.call("ask", odd)]

    (status, _, words), odd = run(main).result
    assert status == 503
    assert words.startswith("upstream 'broken' answered 503 to call 1")
    assert odd == ["value", "no", 1]


def test_a_database_counts_and_locks_on_the_checks_side(make: Make) -> None:
    attempt = make(
        """
        import asyncio

        async def add(db, n):
            async with db.connect() as conn, conn.transaction():
                value = await conn.get("seats", for_update=True)
                await conn.set("seats", value - n)
                return conn.number, conn.in_transaction, conn.is_open

        async def both(db):
            return await asyncio.gather(add(db, 1), add(db, 2))

        def in_thread(db):
            with db.connect_blocking() as conn:
                return conn.execute("SELECT 1", 2)

        async def threaded(db):
            return await asyncio.to_thread(in_thread, db)

        async def too_many(db):
            conns = [await db.connect() for _ in range(3)]
        """
    )
    seen: list[Any] = []

    async def main() -> None:
        db = lab.database(max_connections=2, latency=0.1, rows={"seats": 10})
        seen.append(await attempt.call("both", db))
        seen.append((db.rows, db.commits, db.connections.peak, db.queries))
        seen.append(await attempt.call("threaded", db))
        with attempt.raises("TooManyConnections", match="has 2 connections open"):
            await attempt.call("too_many", db)

    made = run(main)
    made.result  # noqa: B018
    assert seen[0] == [[1, True, True], [2, True, True]]
    assert seen[1] == ({"seats": 7}, 2, 2, 4)
    assert seen[2] == ["SELECT 1", 2]
    assert made.elapsed == 0.6


def test_a_queue_hands_out_and_takes_back(make: Make) -> None:
    attempt = make(
        """
        import asyncio

        async def work(queue):
            done = []
            while (job := await queue.get(timeout=1)) is not None:
                done.append([job.number, job.attempt, job.body, await job.ack()])
            return done

        async def fill(queue):
            for n in range(2):
                await queue.put({"n": n})

        async def together(queue):
            return await asyncio.gather(work(queue), fill(queue))
        """
    )
    seen: list[Any] = []

    async def main() -> None:
        queue = lab.queue(latency=0.25)
        seen.append(await attempt.call("together", queue))
        seen.append((queue.jobs, queue.acked, queue.length))

    made = run(main)
    assert seen == [[[[1, 1, {"n": 0}, True], [2, 1, {"n": 1}, True]], None], (2, 2, 0)]
    assert made.elapsed == 2.0


def test_a_call_that_is_cancelled_counts_as_cancelled(make: Make) -> None:
    attempt = make(
        """
        import asyncio

        async def ask(shop, journal):
            try:
                return await shop.get("a")
            finally:
                await asyncio.sleep(0.25)
                journal.write("cleaned up")
        """
    )
    shop, journal = lab.upstream(latency=5, name="slow"), Journal()

    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await attempt.call("ask", shop, journal)

    assert run(main).elapsed == 1.25
    assert (shop.cancelled, shop.in_flight) == (1, 0)
    assert journal.entries == [(1.25, "cleaned up")]


def test_a_cancellation_that_is_swallowed_is_swallowed(make: Make) -> None:
    attempt = make(
        """
        import asyncio

        async def stubborn():
            for n in range(2):
                try:
                    await asyncio.sleep(1)
                except asyncio.CancelledError:
                    pass
            return "still here"
        """
    )

    async def main() -> Any:
        task = asyncio.create_task(attempt.call("stubborn"))
        await asyncio.sleep(0.5)
        task.cancel()
        return await task

    made = run(main)
    assert (made.result, made.elapsed) == ("still here", 1.5)


TRANSFER = """
import asyncio

async def transfer(journal):
    journal.write("taken")
    try:
        await asyncio.sleep(1)
        await asyncio.sleep(0)
        await step()
    except asyncio.CancelledError:
        journal.write("given back")
        raise
    journal.write("stored")

async def step():
    await asyncio.sleep(1)
    await asyncio.sleep(1)
"""


def test_a_program_that_cancels_its_own_task_is_told_as_that(make: Make) -> None:
    attempt = make(
        """
        import asyncio

        async def pages():
            async with asyncio.timeout(1):
                yield 1

        async def read():
            async for page in pages():
                await asyncio.sleep(5)
        """
    )

    async def main() -> str:
        try:
            await attempt.call("read")
        except asyncio.CancelledError:
            return "CancelledError"
        except Raised as error:
            return error.type
        return "nothing"

    made = run(main)
    assert (made.result, made.elapsed) == ("CancelledError", 1)


def test_it_is_cancelled_at_every_suspension_of_its_own(make: Make) -> None:
    attempt, journals = make(TRANSFER), []

    async def main() -> None:
        journals.append(Journal())
        await attempt.call("transfer", journals[-1])

    runs = lab.cancel_everywhere(main)
    assert [each.elapsed for each in runs] == [0, 1, 1, 2]
    assert [str(each.fault) for each in runs][:2] == [
        "cancelled at up.py:7, waiting for asyncio.sleep",
        "cancelled at up.py:8, waiting for asyncio.sleep",
    ]
    assert [journal.values for journal in journals] == [
        ["taken", "stored"],
        *[["taken", "given back"]] * 4,
    ]


def test_seeds_give_the_same_schedules(make: Make) -> None:
    attempt = make(
        """
        import asyncio, random

        async def race(shop, journal):
            async def one(n):
                await shop.get(n)
                journal.write(n)
            await asyncio.gather(*(one(n) for n in range(4)))
            return random.random()
        """
    )
    shop = lab.upstream(latency=lab.uniform(0.1, 1), name="shop")
    orders: list[Any] = []

    async def main() -> None:
        journal = Journal()
        drawn = await attempt.call("race", shop, journal)
        orders.append((journal.values, drawn))

    lab.seeds(main, n=3)
    again = list(orders)
    orders.clear()
    lab.seeds(main, n=3)
    assert orders == again
    assert len({str(order) for order, _ in orders}) == 3


STREAM = """
import asyncio

state = []

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        scope["state"]["word"] = "tick"
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    if scope["path"] == "/fail":
        raise ValueError("no such page")
    if scope["path"] == "/twice":
        await send({"type": "http.response.body", "body": b""})
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-one", b"1")]})
    for n in range(3):
        word = scope["state"]["word"].encode()
        body = word + str(n).encode()
        await send({"type": "http.response.body", "body": body, "more_body": True})
        await asyncio.sleep(1)
    await send({"type": "http.response.body", "body": b""})
"""


def test_a_stream_arrives_piece_by_piece(make: Make) -> None:
    attempt, seen = make(STREAM), []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with attempt.connect("GET", "/") as exchange:
            seen.append((await exchange.status(), exchange.headers))
            async for piece in exchange:
                seen.append((loop.time(), piece))

    assert run(main).elapsed == 3
    assert seen == [
        (200, [(b"x-one", b"1")]),
        (0.0, b"tick0"),
        (1.0, b"tick1"),
        (2.0, b"tick2"),
    ]


def test_what_an_app_raises_is_seen_by_the_server(make: Make) -> None:
    attempt = make(STREAM)

    async def main() -> Any:
        async with attempt.serve() as server, server.client() as client:
            statuses = [(await client.get(path)).status_code for path in ("/fail", "/twice")]
        return statuses, [(each.request, each.error) for each in server.errors]

    statuses, errors = run(main).result
    assert statuses == [500, 500]
    assert [request for request, _ in errors] == ["GET /fail", "GET /twice"]
    assert all(isinstance(error, Raised) for _, error in errors)
    assert str(errors[0][1]) == "ValueError: no such page"
    assert errors[1][1].type == "RuntimeError"
    assert "where 'http.response.start' is due" in errors[1][1].message


def test_a_client_that_leaves_is_noticed_where_the_app_receives(make: Make) -> None:
    attempt = make(
        """
        async def app(scope, receive, send):
            if scope["type"] != "http":
                raise RuntimeError("no lifespan")
            await receive()
            await send({"type": "http.response.start", "status": 200, "headers": []})
            message = await receive()
            seen.append(message["type"])

        seen = []

        def what_was_seen():
            return seen
        """
    )

    async def main() -> Any:
        async with attempt.serve() as server:
            exchange = server.connect("GET", "/")
            await exchange.status()
            await asyncio.sleep(2)
            exchange.disconnect()
            await asyncio.sleep(1)
            return await attempt.call("what_was_seen"), server.in_flight

    made = run(main)
    assert (made.result, made.elapsed) == ((["http.disconnect"], 0), 3)


def test_a_websocket_goes_both_ways(make: Make) -> None:
    attempt = make(
        """
        from starlette.applications import Starlette
        from starlette.routing import WebSocketRoute

        async def echo(socket):
            await socket.accept()
            async for text in socket.iter_text():
                await socket.send_text(text.upper())

        app = Starlette(routes=[WebSocketRoute("/echo", echo)])
        """
    )

    async def main() -> Any:
        async with attempt.serve() as server, server.websocket("/echo") as socket:
            await socket.send_text("hello")
            return await socket.receive_text()

    assert run(main).result == "HELLO"


def test_a_handler_in_a_thread_and_one_on_the_loop(make: Make) -> None:
    attempt = make(
        """
        import time
        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/thread")
        def thread():
            time.sleep(1)

        @app.get("/loop")
        async def loop():
            time.sleep(1)
        """
    )

    async def main(path: str) -> None:
        async with attempt.client() as client:
            await asyncio.gather(*(client.get(path) for _ in range(4)))

    assert lab.run(main, "/thread", threads=2).elapsed == 2
    assert lab.run(main, "/loop").elapsed == 4


def test_a_program_that_is_stuck_is_named_with_its_line(make: Make) -> None:
    attempt = make(
        """
        import asyncio

        async def wait():
            await asyncio.Event().wait()
        """
    )

    async def main() -> None:
        await attempt.call("wait")

    stuck = lab.run(main, catch=True)
    assert isinstance(stuck.error, lab.Deadlock)
    assert "waits for Event.wait at up.py:5" in str(stuck.error)


def test_what_tidies_up_after_a_program_is_stuck_has_its_time(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A run executes the program anew; this outlives it, on either side.
    monkeypatch.setenv("SEEN", "")
    attempt = make(
        """
        import asyncio, os, time

        async def wait():
            try:
                await asyncio.Event().wait()
            finally:
                for _ in range(2):
                    await asyncio.sleep(1.5)
                    os.environ["SEEN"] += f"{time.monotonic()} "

        async def told():
            return os.environ["SEEN"]
        """
    )

    async def main() -> None:
        await asyncio.sleep(1)
        await attempt.call("wait")

    async def ask() -> Any:
        return await attempt.call("told")

    assert isinstance(lab.run(main, catch=True).error, lab.Deadlock)
    assert lab.run(ask).result == "2.5 4.0 "


def test_in_a_trace_an_exception_of_the_attempt_has_its_own_name(make: Make) -> None:
    attempt = make("async def fail():\n    raise KeyError('a')\n")

    async def main() -> None:
        await attempt.call("fail")

    failed = lab.run(main, catch=True)
    assert type(failed.error) is Raised
    names = {step.on for step in failed.trace if isinstance(step, Ran) and step.then == "raised"}
    assert names == {"KeyError"}
    assert "raised KeyError" in repr(failed)


def test_a_program_that_spins_is_named(make: Make) -> None:
    attempt = make("import asyncio\nasync def spin():\n    while True: await asyncio.sleep(0)\n")

    async def main() -> None:
        await attempt.call("spin")

    spinning = lab.run(main, catch=True)
    assert isinstance(spinning.error, lab.Livelock)
    assert "the loop went round 100,000 times at 0 s" in str(spinning.error)


def test_what_is_left_behind_is_listed(make: Make) -> None:
    attempt = make(
        """
        import asyncio
        kept = []

        async def leave():
            kept.append(asyncio.create_task(asyncio.sleep(60), name="left"))
            asyncio.sleep(1)
        """
    )

    async def main() -> None:
        await attempt.call("leave")
        await asyncio.sleep(0.5)

    leaks = run(main).leaks
    assert ("coroutine", "up.py:7") in [(leak.kind, leak.where) for leak in leaks]
    assert any(leak.kind == "task" and "left was still pending" in leak.what for leak in leaks)


def test_timers_of_both_sides_that_are_due_at_once_go_in_the_order_in_which_they_were_set(
    make: Make,
) -> None:
    attempt = make(
        """
        import asyncio

        async def limited(shop):
            try:
                async with asyncio.timeout(1):
                    return await shop.get("a")
            except TimeoutError:
                return "too late"

        async def note(journal):
            await asyncio.sleep(1)
            journal.write("there")
        """
    )
    journal = Journal()

    async def here() -> None:
        await asyncio.sleep(1)
        journal.write("here")

    async def main() -> Any:
        shop = lab.upstream(latency=1.0, name="shop")
        await asyncio.gather(here(), here(), attempt.call("note", journal))
        return await attempt.call("limited", shop)

    assert run(main).result == "too late"
    assert journal.values == ["here", "here", "there"]


def test_many_calls_at_once(make: Make) -> None:
    attempt = make(
        "import asyncio\nasync def one(n):\n    await asyncio.sleep(n % 7)\n    return n\n"
    )

    async def main() -> Any:
        return await asyncio.gather(*(attempt.call("one", n) for n in range(300)))

    made = run(main)
    assert made.result == list(range(300))
    assert made.elapsed == 6
