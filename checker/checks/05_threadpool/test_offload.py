"""Checks of threadpool/offload: the lines, the loop, the visits to a thread, and what is closed."""

STEP_S = 0.01


def files_of(draw, count):
    """Files of the archive: names, and their lines."""
    names = [f"f{n}" for n in draw.sample(range(100), count)]
    return {name: [f"{name}, line {n}" for n in range(draw.randint(3, 9))] for name in names}


def seconds(lines):
    """What it takes to open a file, to read all of it, and to close it."""
    return round((len(lines) + 3) * STEP_S, 3)


async def test_lines(attempt, journal, draw):
    """The lines of a file, as a list."""
    files = files_of(draw, 1) | {"empty": []}
    archive = attempt.bring_file("archive")
    got = {name: await archive.call("load", files, journal(), name) for name in files}
    assert got == files, "`read_line` returns a line at a time, and None after the last."


async def test_loop_is_free(attempt, journal, heartbeat, draw):
    """The loop is free, from open to close."""
    files, held = files_of(draw, 1), 0.0
    async with heartbeat() as beat:
        await attempt.bring_file("archive").call("load", files, journal(), *files)
    held = beat.longest
    assert held == 0, (
        f"The loop was held for {held:g} s. Each call of the archive blocks: `open` and `close`, "
        "too. All of it belongs into a function that runs in a thread."
    )


async def test_one_visit(attempt, journal, draw):
    """While threads are scarce, it queues for one only once."""
    files, told, rounds = files_of(draw, 1), journal(), draw.randint(1, 3)
    ((name, lines),) = files.items()
    got = await attempt.bring_file("archive").call("load_in_line", files, told, name, rounds)
    assert got == lines
    loaded = told.entries[-1][0]
    wanted = round(rounds + seconds(lines), 3)
    assert round(loaded, 3) == wanted, (
        f"All threads were taken until {rounds} s, and more work stood behind. The file needs "
        f"{seconds(lines):g} s in a thread, and was loaded at {loaded:g} s instead of {wanted:g} "
        "s. Who gives a thread up after each line queues for the next one, at the end."
    )


async def test_side_by_side(attempt, journal, clock, draw):
    """Many files are read side by side, and come in the order of their names."""
    files = files_of(draw, 6)
    archive = attempt.bring_file("archive")
    got = await archive.call("load_all", files, journal(), list(files))
    took, slowest = round(clock.now, 3), max(map(seconds, files.values()))
    assert got == list(files.values()), "The lines come in the order of the names."
    assert took == slowest, (
        f"The longest of six files takes {slowest:g} s, and all six took {took:g} s. Let each "
        "have a thread, at the same time."
    )
    assert await archive.call("load_all", files, journal(), []) == []


async def test_closed(attempt, journal, draw):
    """A file is closed also when a line cannot be read, and the error reaches the caller."""
    files, told = files_of(draw, 1), journal()
    ((name, lines),) = files.items()
    lines.insert(2, f"!{name} is damaged")
    archive = attempt.bring_file("archive")
    with attempt.raises("OSError", "is damaged", hint="The error is the caller's to see."):
        await archive.call("load", files, told, name)
    assert told.values == [f"opened {name}", f"closed {name}"], (
        f"The third line cannot be read. What the archive saw: {told.values}. `finally` closes a "
        "file in any case, in the thread that has opened it."
    )
    with attempt.raises("FileNotFoundError", "has no 'nothing'", hint="Nothing was opened."):
        await archive.call("load", files, told, "nothing")
