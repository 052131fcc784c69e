"""Checks of cpu/compress: what comes out and when, and whether the loop is held meanwhile."""

import zlib

SMALL = 1000  # bytes; it takes 0.0001 s to compress one, and 0.05 s for the end
END_S = 0.05


def pieces(draw, *sizes):
    """Pieces of these sizes."""
    return [draw.randbytes(size) for size in sizes]


async def compressed(attempt, log, downloads, threads, small=SMALL, **more):
    """All downloads, compressed at once with a pool of so many threads."""
    material = attempt.bring_file("downloads")
    return await material.call("all_of", downloads, log, threads, small, **more)


async def test_same_bytes(attempt, journal, draw):
    """Who decompresses what came out has the same bytes again."""
    large = pieces(draw, *(draw.randint(1000, 4000) for _ in range(3)))
    mixed = pieces(draw, 10, 3000, 0, 20, 5000, 999)
    for download in (large, mixed, []):
        (got,) = await compressed(attempt, journal(), [download], 2)
        reader = zlib.decompressobj()
        assert reader.decompress(got) == b"".join(download), (
            f"A download of {len(download)} pieces was compressed, and is another one now. A "
            "squeezer gets all pieces, each once, in their order."
        )
        assert reader.eof, (
            "What came out has no end: `squeezer.end()` returns that, and it has to go out, too."
        )


async def test_loop_is_free(attempt, journal, heartbeat, draw):
    """Nothing large holds the loop: no piece of `small` bytes or more, and no end."""
    for sizes in ([SMALL, 3000, 2000], []):
        async with heartbeat() as beat:
            await compressed(attempt, journal(), [pieces(draw, *sizes)], 2)
        assert beat.longest == 0, (
            f"Pieces of {sizes or 'no'} bytes, of which {SMALL} or more are large, and an end: the "
            f"loop was held for {beat.longest:g} s. `await loop.run_in_executor(pool, …)` lets a "
            "thread compute, and the loop is free. What takes long at the end takes long, too."
        )


async def test_as_they_come(attempt, journal, draw):
    """Each piece goes out as soon as it is compressed."""
    log, sizes = journal(), draw.sample([1000, 2000, 3000, 4000], 3)
    await compressed(attempt, log, [pieces(draw, *sizes)], 2, pause=1.0)
    moments, now = [], 0.0
    for size in sizes:
        now += size / 10_000
        moments.append(round(now, 6))
        now += 1
    moments.append(round(now - 1 + END_S, 6))
    went_out = [round(at, 6) for at, _ in log.entries]
    assert went_out == moments, (
        f"The pieces came with pauses of 1 s. Compressed, they were to go out at {moments} s, and "
        f"went out at {went_out} s. Yield each piece before you ask for the next one."
    )


async def test_threads_of_the_pool(attempt, journal, clock, draw):
    """Downloads are compressed at the same time, by as many threads as the pool has."""
    threads, size = draw.choice([2, 3]), draw.choice([2000, 3000, 4000])
    downloads = [pieces(draw, size) for _ in range(4 * threads)]
    await compressed(attempt, journal(), downloads, threads)
    took, expected = clock.now, round(4 * (size / 10_000 + END_S), 6)
    assert took == expected, (
        f"{len(downloads)} downloads, each {size / 10_000 + END_S:g} s of work, {threads} threads "
        f"in the pool, four cores: they took {took:g} s, and {expected:g} s were due. "
        + (
            "There were more threads at work than the pool has, which others need: "
            "asyncio.to_thread has a pool of its own, and shares it with everybody."
            if took < expected
            else "Hand each of them to `pool`; threads can compute at once in code that drops the "
            "GIL."
        )
    )


async def test_small_at_once(attempt, journal, draw):
    """Small pieces are compressed on the spot, also if all threads are busy."""
    log, sizes = journal(), [SMALL - 1, *(draw.randint(1, 500) for _ in range(4))]
    await compressed(attempt, log, [pieces(draw, *sizes)], 2, busy_s=5.0)
    last = round(log.entries[len(sizes) - 1][0], 6)
    work = round(sum(sizes) / 10_000, 6)
    assert last == work, (
        f"All threads of the pool were busy for 5 s. {len(sizes)} small pieces need {work:g} s of "
        f"work, and the last of them went out at {last:g} s. Who has little to do need not wait "
        "for a thread."
    )
