"""Checks of asgi/read_body: what is kept, what is answered, and when."""

import asyncio
from contextlib import asynccontextmanager

PATIENCE_S = 60


@asynccontextmanager
async def upload(attempt, store, limit, pieces, *, length=None, gap=0.1):
    """A client that uploads pieces, one every `gap` seconds, and reads the response."""
    await attempt.bring_file("mount").call("mount", store, limit)
    headers = {} if length is None else {"content-length": str(length)}

    async def send_all(exchange):
        for number, piece in enumerate(pieces, start=1):
            await asyncio.sleep(gap)
            await exchange.send(piece, more=number < len(pieces))

    async with (
        attempt.serve("mounted") as server,
        server.connect("POST", "/", headers=headers, body=None) as exchange,
    ):
        sending = asyncio.create_task(send_all(exchange))
        try:
            yield exchange
        finally:
            sending.cancel()
            await asyncio.wait([sending])


async def status_of(exchange):
    """The status of the response, or None if there is none within a minute."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            status = await exchange.status()
            await exchange.read()
            return status
    except (TimeoutError, ConnectionError):
        return None


def pieces_of(draw, count, size):
    """Pieces of a body, and the body."""
    pieces = [draw.randbytes(size) for _ in range(count)]
    return pieces, b"".join(pieces)


def kept_in(store):
    """The bodies that are in the store."""
    return [call.body for call in store.log]


async def test_whole_body(attempt, upstream, draw, clock):
    """A body is kept whole, in however many pieces it comes, and answered with 201."""
    pieces, body = pieces_of(draw, draw.randint(3, 6), 10)
    store = upstream(latency=0.2, name="store")
    async with upload(attempt, store, 1000, pieces) as exchange:
        status, took = await status_of(exchange), round(clock.now, 6)
    kept = kept_in(store)
    sizes = [len(each) for each in kept if isinstance(each, bytes)]
    assert kept == [body], (
        f"{len(pieces)} pieces of 10 bytes came, one every 0.1 s, and bodies of {sizes} bytes "
        "were kept. A message `http.request` has a piece; `more_body` says whether others follow."
    )
    assert [status, took] == [201, round(len(pieces) / 10 + 0.2, 6)], (
        f"The client was answered with {status} after {took:g} s. The store needs 0.2 s from the "
        "last piece on; what is answered 201 has to be kept by then."
    )


async def test_limit(attempt, upstream, draw):
    """A body of exactly `limit` bytes is kept, and one of a byte more is not."""
    limit = draw.randint(20, 60)
    for extra, wanted, told in ((0, 201, True), (0, 201, False), (1, 413, False)):
        store = upstream(latency=0, name=f"store-{extra}-{told}")
        pieces = [bytes(10), bytes(limit + extra - 10)]
        length = limit if told else None
        async with upload(attempt, store, limit, pieces, length=length) as exchange:
            status = await status_of(exchange)
        assert [status, store.calls] == [wanted, 1 - extra], (
            f"The limit is {limit} bytes; {limit + extra} came in two pieces. The answer was "
            f"{status}, and {store.calls} bodies were kept. Count the bytes of all pieces; as many "
            "as the limit are allowed."
        )


async def test_413_at_once(attempt, upstream, draw, clock):
    """The 413 comes with the piece that is too much, not at the end of the body."""
    size, allowed = draw.randint(5, 20), draw.randint(2, 4)
    pieces, _ = pieces_of(draw, 40, size)
    store = upstream(latency=0, name="store")
    async with upload(attempt, store, allowed * size, pieces) as exchange:
        status, at = await status_of(exchange), round(clock.now, 6)
    assert [status, at, store.calls] == [413, (allowed + 1) / 10, 0], (
        f"40 pieces of {size} bytes come, one every 0.1 s, and {allowed} of them are allowed. The "
        f"answer was {status} at {at:g} s, where it is clear at {(allowed + 1) / 10:g} s, and "
        f"{store.calls} bodies were kept. Look at the size after each piece; who reads on lets "
        "strangers fill the memory."
    )


async def test_413_by_header(attempt, upstream, draw, clock):
    """If content-length says that it is too much, nothing is received."""
    limit = draw.randint(100, 200)
    store = upstream(latency=0, name="store")
    async with upload(attempt, store, limit, [bytes(limit + 1)], length=limit + 1) as exchange:
        status, at = await status_of(exchange), clock.now
    assert [status, at, store.calls] == [413, 0, 0], (
        f"The headers said {limit + 1} bytes, where {limit} are allowed; the body came 0.1 s later."
        f" The answer was {status} at {at:g} s. Look into `scope['headers']`, a list of pairs of "
        "bytes, before the first `receive`."
    )


async def test_client_leaves(attempt, upstream, draw):
    """If the client leaves in the middle of the body, nothing is kept, and the app ends."""
    pieces, _ = pieces_of(draw, 3, 10)
    store = upstream(latency=0, name="store")
    await attempt.bring_file("mount").call("mount", store, 1000)
    async with attempt.serve("mounted", grace=PATIENCE_S) as server:
        async with server.connect("POST", "/", body=None) as exchange:
            for piece in pieces:
                await asyncio.sleep(0.1)
                await exchange.send(piece)
        await asyncio.sleep(1)
        there = server.in_flight
    assert [store.calls, there] == [0, 0], (
        f"Three pieces came, then the client left. {store.calls} bodies were kept, and {there} "
        "requests are still worked on. A message `http.disconnect` has neither `body` nor "
        "`more_body`: look at the `type`, and return."
    )


async def test_empty_pieces(attempt, upstream, draw):
    """An empty piece is no end, and an empty body is a body."""
    first, last = draw.randbytes(5), draw.randbytes(5)
    for what, pieces in (("an empty piece in the middle", [first, b"", last]), ("no bytes", [b""])):
        store = upstream(latency=0, name=f"store-{len(pieces)}")
        async with upload(attempt, store, 1000, pieces) as exchange:
            await status_of(exchange)
        kept, whole = kept_in(store), b"".join(pieces)
        assert kept == [whole], (
            f"A body with {what} was sent, {len(whole)} bytes in all. {len(kept)} bodies were kept,"
            f" of {', '.join(str(len(each)) for each in kept) or 'no'} bytes. `more_body` alone "
            "says whether another piece follows; a piece may be empty, and so may a body."
        )


async def test_two_uploads(attempt, upstream, draw):
    """Two uploads whose pieces come in turn, after one that was too long, are kept as they are."""
    store = upstream(latency=0, name="store")
    await attempt.bring_file("mount").call("mount", store, 40)
    async with attempt.serve("mounted") as server:
        async with server.connect("POST", "/", body=None) as long:
            await long.send(bytes(41), more=True)
            await status_of(long)
        letters = [bytes([letter]) * 10 for letter in draw.sample(b"abcdefgh", 2)]

        async def send(number):
            async with server.connect("POST", "/", body=None) as exchange:
                for piece in range(3):
                    await asyncio.sleep(0.1 + 0.05 * number)
                    await exchange.send(letters[number], more=piece < 2)
                return await status_of(exchange)

        statuses = await asyncio.gather(send(0), send(1))
    assert statuses == [201, 201], (
        f"Two clients uploaded 30 bytes each at the same time, where 40 are allowed. They were "
        f"answered with {statuses[0]} and {statuses[1]}, not 201. Each request likely has to count "
        "its own bytes: what `app` shares with other requests it must not add up."
    )
    kept = sorted(kept_in(store))
    mixed = sum(len(set(body)) > 1 for body in kept)
    assert kept == sorted(3 * letter for letter in letters), (
        f"Two clients uploaded 30 bytes each at the same time, one letter each. {len(kept)} bodies "
        f"were kept, and {mixed} of them have bytes of both clients. Put the pieces of each "
        "request together in a variable of its own."
    )
