"""Spans: what each lane was doing, to the nanosecond."""

from __future__ import annotations

import pytest

from checker.timeline.spans import LaneSpans, Span, derive
from checker.trace import Blocked, End, Lane, Ran, Trace
from tests.timeline import samples
from tests.timeline.samples import Maker, ns


def lane_named(trace: Trace, name: str) -> LaneSpans:
    """The lane of this name."""
    return next(lane for lane in derive(trace).lanes.values() if lane.name == name)


def states(lane: LaneSpans) -> list[tuple[float, float, str]]:
    """The spans that have a length, in seconds."""
    return [
        (span.start_ns / 1e9, span.end_ns / 1e9, span.state)
        for span in lane.spans
        if span.end_ns > span.start_ns
    ]


def test_a_task_waits_from_one_step_to_the_moment_at_which_it_is_ready_again() -> None:
    lane = lane_named(samples.sleeps(), "c")
    assert lane.spans == [
        Span(0, 0, "running", "", "app.py:7"),
        Span(0, ns(2), "waiting", "asyncio.sleep(2)", "app.py:7"),
        Span(ns(2), ns(2), "running", "", "app.py:7"),
    ]
    assert lane.ended == "returned"


def test_a_task_that_is_ready_while_another_blocks_is_starved() -> None:
    lane = lane_named(samples.blocking(), "handler-3")
    assert states(lane) == [(0, 4, "starved"), (4, 6, "blocking")]


def test_the_loop_shows_every_block_with_the_name_of_the_task() -> None:
    loop = derive(samples.blocking()).lanes[0]
    blocks = [span for span in loop.spans if span.state == "blocking"]
    assert [block.who for block in blocks] == [f"handler-{n}" for n in range(1, 11)]
    assert [(block.start_ns, block.end_ns) for block in blocks] == [
        (ns(2 * n), ns(2 * n + 2)) for n in range(10)
    ]


def test_a_step_that_blocks_in_its_middle_is_running_before_and_after() -> None:
    make = Maker()
    task = make.lane("main")
    make.blocked(task, 1, 2, "time.sleep(2)")
    make.blocked(task, 4, 1, "time.sleep(1)")
    make.ran(task, 0, "returned", lasted=6)
    assert states(lane_named(make.trace(6), "main")) == [
        (0, 1, "running"),
        (1, 3, "blocking"),
        (3, 4, "running"),
        (4, 5, "blocking"),
        (5, 6, "running"),
    ]


def test_a_block_is_shown_even_if_its_step_was_never_recorded() -> None:
    make = Maker()
    task = make.lane("main")
    make.ran(task, 0, "waiting", "asyncio.sleep")
    make.blocked(task, 1, 2, "time.sleep(2)")
    assert states(lane_named(make.trace(5, "stopped"), "main")) == [
        (0, 1, "waiting"),
        (1, 3, "blocking"),
        (3, 5, "waiting"),
    ]


def test_of_two_blocks_that_overlap_the_time_is_counted_once() -> None:
    make = Maker()
    task = make.lane("main")
    make.blocked(task, 0, 3, "outer")
    make.blocked(task, 1, 3, "inner")
    make.ran(task, 0, "returned", lasted=4)
    loop = derive(make.trace(4)).lanes[0]
    assert [(span.start_ns, span.end_ns, span.on) for span in loop.spans] == [
        (0, ns(3), "outer"),
        (ns(3), ns(4), "inner"),
    ]


def test_a_queue_ends_at_the_moment_that_the_task_got_what_it_queued_for() -> None:
    lane = lane_named(samples.threadpool(), "request-90")
    assert states(lane) == [(0, 2, "queued"), (2, 3, "waiting")]
    assert lane.spans[-2].on == "worker-10"


def test_what_a_task_got_at_last_shows_that_it_was_queued_though_it_was_called_waiting() -> None:
    make = Maker()
    task = make.lane("main")
    make.ran(task, 0, "waiting", "asyncio.to_thread")
    make.got(task, 1, "thread-1")
    make.ran(task, 3, "returned")
    assert states(lane_named(make.trace(3), "main")) == [(0, 1, "queued"), (1, 3, "waiting")]


def test_a_thread_without_a_job_is_idle_and_not_drawn() -> None:
    lane = lane_named(samples.computing(), "worker-1")
    assert states(lane) == [(0, 1, "computing")]
    assert lane.marks == []


def test_a_lane_that_is_not_over_extends_to_the_end_and_is_marked() -> None:
    lane = lane_named(samples.leak(), "cleaner")
    assert states(lane) == [(0, 0.2, "waiting")]
    assert lane.left == Span(0, ns(0.2), "waiting", "asyncio.sleep(3600)", "app.py:4")
    assert [mark.what for mark in lane.marks] == ["unfinished"]


def test_lanes_of_a_deadlock_are_marked_as_stuck_also_if_no_time_is_left_to_show_it() -> None:
    lane = lane_named(samples.stuck(), "ann")
    assert lane.left is not None
    assert (lane.left.state, lane.left.on) == ("queued", "Lock.acquire")
    assert [mark.what for mark in lane.marks] == ["stuck"]


def test_cancelling_is_marked_when_it_is_asked_for_and_when_it_took_effect() -> None:
    lane = lane_named(samples.cancelled(), "reviews")
    assert [(mark.t_ns, mark.what) for mark in lane.marks] == [
        (ns(1), "cancel"),
        (ns(1.5), "cancelled"),
    ]
    assert lane.marks[0].text == "asked by main to cancel"


def test_a_blocking_call_that_takes_no_time_is_a_mark_on_the_task_and_on_the_loop() -> None:
    make = Maker()
    task = make.lane("main")
    make.blocked(task, 0, 0, "socket.connect")
    make.ran(task, 0, "returned")
    told = derive(make.trace(0))
    for number in (0, task):
        assert [mark.what for mark in told.lanes[number].marks] == ["blocked"]


@pytest.mark.parametrize("name", samples.ALL)
def test_spans_never_overlap_and_stand_in_order(name: str) -> None:
    for lane in derive(samples.ALL[name]()).lanes.values():
        end_ns = lane.begin_ns
        for span in lane.spans:
            assert end_ns <= span.start_ns <= span.end_ns
            end_ns = span.end_ns


def test_a_trace_that_lacks_its_beginning_and_knows_strange_states_is_still_told() -> None:
    trace = Trace(
        [
            Ran(5, 7, 5, 0, "dancing", "", ""),
            Ran(9, 7, 8, 0, "returned", "", ""),
            Blocked(6, 99, 1, "x", ""),
            End(9, "", 1),
        ]
    )
    told = derive(trace)
    assert told.lanes[7].name == "lane-7"
    assert [span.state for span in told.lanes[7].spans if span.end_ns > span.start_ns] == [
        "waiting",
        "starved",
    ]
    assert told.lanes[0].spans[1].who == "lane-99"


def test_a_task_that_never_ran_was_ready_all_the_while() -> None:
    trace = Trace([Lane(ns(1), 1, "task", "late", 0, ""), End(ns(2), "stopped", 1)])
    assert states(derive(trace).lanes[1]) == [(1, 2, "ready")]
