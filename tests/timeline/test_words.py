"""The table and the description: what the picture shows, in words."""

from __future__ import annotations

import pytest

from checker.timeline import describe, table
from checker.timeline.names import columns
from tests.timeline import samples
from tests.timeline.samples import LOOP, Maker


def test_three_sleeps_read_like_this() -> None:
    assert table(samples.sleeps()).splitlines() == [
        "0.000 s  main  starts a, b, c",
        "0.000 s  main  waiting for TaskGroup.__aexit__ (app.py:12)",
        "0.000 s  a     waiting for asyncio.sleep(3) (app.py:7)",
        "0.000 s  b     waiting for asyncio.sleep(1) (app.py:7)",
        "0.000 s  c     waiting for asyncio.sleep(2) (app.py:7)",
        "1.000 s  b     returned",
        "2.000 s  c     returned",
        "3.000 s  a     returned",
        "3.000 s  main  returned",
        "3.000 s        the run returned, after 4 turns of the loop",
    ]


def test_a_blocking_handler_reads_like_this() -> None:
    assert table(samples.blocking(2)).splitlines() == [
        "0.000 s  main       starts handler-1 to 2",
        "0.000 s  main       waiting for asyncio.gather (app.py:12)",
        "0.000 s  handler-1  blocks the loop for 2.0 s in time.sleep(2) (app.py:7)",
        "2.000 s  handler-1  returned",
        "2.000 s  handler-2  starved for 2.0 s",
        "2.000 s  handler-2  blocks the loop for 2.0 s in time.sleep(2) (app.py:7)",
        "4.000 s  handler-2  returned",
        "4.000 s  main       returned",
        "4.000 s             the run returned, after 4 turns of the loop",
    ]


def test_tasks_that_did_the_same_are_told_once() -> None:
    lines = table(samples.threadpool()).splitlines()
    assert lines[0] == "0.000 s  request-1 to 100   queued for a thread (app.py:5)"
    assert "0.000 s  request-1 to 40    got worker-1 to 40" in lines
    assert "2.000 s  request-81 to 100  got worker-1 to 20" in lines
    assert len(lines) == 13


def test_a_thread_that_queues_where_it_was_without_a_job_had_none_before() -> None:
    make = Maker()
    main = make.lane("main", by=LOOP)
    make.ran(main, 0, "waiting", "asyncio.to_thread")
    thread = make.lane("thread-1", kind="thread")
    make.ran(thread, 0, "idle", "Lock.acquire", at="")
    make.ran(thread, 0, "queued", "Semaphore.acquire")
    make.ran(thread, 1, "idle", "Lock.acquire", at="")
    make.ran(main, 1, "returned")
    lines = table(make.trace(1)).splitlines()
    assert [line[9:] for line in lines if "thread-1  " in line] == [
        "thread-1  without a job",
        "thread-1  queued for Semaphore.acquire (app.py:7)",
        "thread-1  without a job",
    ]


def test_of_a_thousand_tasks_a_summary_is_told() -> None:
    text = " ".join(table(samples.crowd()).split())
    assert "1,000 tasks; at most 1,000 at once; until 25.0 s; waiting for 1.0 s each" in text
    assert "960 queued for 12.5 s on average, 24.0 s at most" in text
    assert "asleep in time.sleep(1) (app.py:15), 25 times until 24.000 s" in text


def test_a_long_table_says_how_much_is_left_out_and_keeps_its_end() -> None:
    make = Maker()
    task = make.lane("main")
    for n in range(500):
        make.ran(task, n, "waiting", f"step {n}")
    lines = table(make.trace(500, "stopped")).splitlines()
    assert len(lines) == 61
    assert lines[45].endswith("442 more lines, from 45.000 s to 486.000 s, are left out")
    assert lines[-1].endswith("the run was stopped, after 4 turns of the loop")


def test_causes_stand_before_what_they_cause() -> None:
    lines = table(samples.cancelled()).splitlines()
    order = [
        next(n for n, line in enumerate(lines) if text in line)
        for text in (
            "stock    raised ValueError (app.py:9)",
            "main     asked prices to cancel",
            "prices   ended as cancelled",
            "main     raised ExceptionGroup",
        )
    ]
    assert order == sorted(order)


def test_steps_are_counted_where_the_clock_never_moved() -> None:
    assert table(samples.round_robin("ab", 2)).splitlines() == [
        "step 1  main  starts a, b",
        "step 1  main  waiting for asyncio.gather (app.py:12)",
        "step 2  a     ready again (app.py:7)",
        "step 3  b     ready again (app.py:7)",
        "step 4  a     returned",
        "step 5  b     returned",
        "step 6  main  returned",
        "step 6        the run returned, after 4 turns of the loop",
    ]


def test_on_the_real_clock_what_alike_tasks_did_nearly_at_once_is_told_once() -> None:
    make = Maker()
    main = make.lane("main")
    for n in range(5):
        make.lane(f"fetch-{n}", 0.0001 * n)
    make.ran(main, 0, "waiting", "asyncio.gather", lasted=0.0006)
    for n in range(5):
        make.ran(main + 1 + n, 0.001 + 0.00003 * n, "waiting", "reader.read", lasted=0.00002)
    for n in range(5):
        make.ran(main + 1 + n, 0.5 + 0.00003 * n, "returned", lasted=0.00002)
    make.ran(main, 0.501, "returned", lasted=0.0001)
    assert [line[12:] for line in table(make.trace(0.502)).splitlines()] == [
        "main          starts fetch-0 to 4",
        "main          waiting for asyncio.gather (app.py:7)",
        "fetch-0 to 4  waiting for reader.read (app.py:7)",
        "fetch-0 to 4  returned",
        "main          returned",
        "              the run returned, after 4 turns of the loop",
    ]


@pytest.mark.parametrize("name", samples.ALL)
def test_no_line_is_longer_than_a_terminal_is_wide(name: str) -> None:
    for line in table(samples.ALL[name]()).splitlines():
        assert columns(line) <= 100
        assert line == line.rstrip()


@pytest.mark.parametrize(
    ("name", "sentences"),
    [
        ("sleeps", "A run of 3.0 s, with 4 tasks; it returned. The loop was never blocked."),
        (
            "blocking",
            "A run of 20.0 s, with 11 tasks; it returned. "
            "The loop was blocked for 20.0 s (100 %), by time.sleep(2) at app.py:7.",
        ),
        (
            "stuck",
            "A run of 10 ms, with 3 tasks; it is stuck: nothing is left that could wake anyone. "
            "The loop was never blocked. Stuck: main is waiting for asyncio.gather at app.py:12; "
            "ann is queued for Lock.acquire at app.py:8; bob is queued for Lock.acquire at "
            "app.py:8.",
        ),
        (
            "cancelled",
            "A run of 1.5 s, with 4 tasks; it raised an exception. The loop was never blocked. "
            "2 tasks raised and 2 were cancelled.",
        ),
        (
            "computing",
            "A run of 2.0 s, with 1 task, 2 threads and 2 processes; it returned. "
            "The loop was never blocked.",
        ),
        ("empty", "Nothing ran."),
    ],
)
def test_a_run_in_two_or_three_sentences(name: str, sentences: str) -> None:
    assert describe(samples.ALL[name]()) == sentences


def test_the_line_that_blocked_longest_is_named() -> None:
    make = Maker()
    task = make.lane("main")
    make.blocked(task, 0, 1, "open", at="app.py:1")
    make.blocked(task, 1, 3, "json.loads", at="app.py:2")
    make.ran(task, 0, "returned", lasted=4)
    assert "blocked for 4.0 s (50 %), 3.0 s of it by json.loads at app.py:2." in describe(
        make.trace(8)
    )


def test_a_blocking_call_that_took_no_time_is_named_too() -> None:
    make = Maker()
    task = make.lane("main")
    make.blocked(task, 0, 0, "socket.connect", at="app.py:3")
    make.ran(task, 0, "waiting", "asyncio.sleep")
    make.ran(task, 1, "returned")
    trace = make.trace(1)
    assert "A call would block the loop: socket.connect at app.py:3." in describe(trace)
    assert "main  makes a blocking call: socket.connect (app.py:3)" in table(trace)


def test_many_tasks_that_are_stuck_alike_are_named_once() -> None:
    make = Maker()
    for n in range(50):
        make.ran(make.lane(f"job-{n}", by=LOOP), 0, "queued", "pool.acquire")
    assert "Stuck: job-0 to 49 are queued for pool.acquire at app.py:7." in describe(
        make.trace(1, "stuck")
    )
