"""Timelines: by the clock or by steps, and only until the program was over."""

from __future__ import annotations

from checker.timeline.layout import holders, layout
from checker.timeline.spans import Span
from tests.timeline import samples
from tests.timeline.samples import LOOP, Maker, ns


def test_a_run_in_which_the_clock_never_moved_is_told_by_its_steps() -> None:
    timeline = layout(samples.round_robin("abc", 2))
    assert timeline.unit.is_steps
    assert timeline.length_ns == 8
    row = next(row for row in timeline.rows if row.label == "b")
    assert [span[:3] for span in row.spans] == [
        (1, 2, "ready"),
        (2, 3, "running"),
        (3, 5, "ready"),
        (5, 6, "running"),
    ]
    assert [span.who for span in timeline.rows[0].spans] == [
        "main", "a", "b", "c", "a", "b", "c", "main",
    ]  # fmt: skip


def test_a_run_in_which_the_clock_moved_is_told_by_the_clock() -> None:
    assert layout(samples.stuck()).unit.name == "ms"
    assert layout(samples.sleeps()).unit.name == "s"


def test_a_task_that_the_loop_cancels_when_main_is_over_was_left_behind() -> None:
    make = Maker()
    main = make.lane("main")
    forgotten = make.lane("forgotten")
    make.ran(main, 0, "waiting", "asyncio.sleep(1)")
    make.ran(forgotten, 0, "waiting", "asyncio.sleep(9)")
    make.ran(main, 1, "returned")
    make.cancel(forgotten, 1, by=LOOP)
    make.ran(forgotten, 1, "waiting", "asyncio.sleep(3)")
    make.ran(forgotten, 4, "cancelled")
    timeline = layout(make.trace(4))
    assert timeline.end_ns == ns(1)
    left = timeline.rows[-1].first.left
    assert left is not None
    assert (left.state, left.on) == ("waiting", "asyncio.sleep(9)")


def test_tasks_with_which_the_loop_closes_itself_are_no_part_of_the_program() -> None:
    make = Maker()
    main = make.lane("main")
    make.ran(main, 1, "returned")
    make.ran(make.lane("shutdown_asyncgens", 1, by=LOOP), 1, "returned")
    timeline = layout(make.trace(1))
    assert [row.label for row in timeline.rows] == ["loop", "main"]


def test_a_deadlock_is_shown_as_it_was_and_not_as_it_was_taken_apart() -> None:
    make = Maker()
    main = make.lane("main")
    make.ran(main, 0, "waiting", "asyncio.sleep(1)")
    make.cancel(main, 1, by=LOOP)  # A timeout of the program's own.
    make.ran(main, 1, "waiting", "Event.wait")
    other = make.lane("other", 1)
    make.ran(other, 1, "queued", "Lock.acquire")
    make.cancel(main, 1, by=LOOP)
    make.cancel(other, 1, by=LOOP)
    make.ran(other, 1, "cancelled")
    make.ran(main, 1, "cancelled")
    timeline = layout(make.trace(1, "stuck"))
    left = {lane.name: lane.left.on for lane in timeline.lanes if lane.left}
    assert left == {"main": "Event.wait", "other": "Lock.acquire"}
    assert [mark.what for mark in timeline.rows[1].marks] == ["cancel", "stuck"]


def test_a_cancel_that_the_program_asked_for_stays() -> None:
    timeline = layout(samples.cancelled())
    assert timeline.end_ns == ns(1.5)
    assert sum(mark.what == "cancel" for lane in timeline.lanes for mark in lane.marks) == 2


def test_who_held_the_loop_in_an_interval() -> None:
    blocks = [Span(n, n + 10, "blocking", "", "", str(n)) for n in (0, 10, 30, 40)]
    assert [block.who for block in holders(blocks, 5, 35)] == ["0", "10", "30"]
    assert holders(blocks, 20, 30) == []
