"""Timelines: by the clock or by steps, and only until the program was over."""

from __future__ import annotations

from checker.timeline.layout import holders, layout
from checker.timeline.spans import Span
from tests.timeline import samples
from tests.timeline.samples import Maker, ns


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


def test_a_task_that_main_left_behind_waits_beyond_the_end() -> None:
    make = Maker()
    main = make.lane("main")
    forgotten = make.lane("forgotten")
    make.ran(main, 0, "waiting", "asyncio.sleep(1)")
    make.ran(forgotten, 0, "waiting", "asyncio.sleep(9)")
    make.ran(main, 1, "returned")
    timeline = layout(make.trace(1))
    left = timeline.rows[-1].first.left
    assert left is not None
    assert (left.state, left.on) == ("waiting", "asyncio.sleep(9)")


def test_a_cancel_that_the_program_asked_for_stays() -> None:
    timeline = layout(samples.cancelled())
    assert timeline.end_ns == ns(1.5)
    assert sum(mark.what == "cancel" for lane in timeline.lanes for mark in lane.marks) == 2


def test_who_held_the_loop_in_an_interval() -> None:
    blocks = [Span(n, n + 10, "blocking", "", "", str(n)) for n in (0, 10, 30, 40)]
    assert [block.who for block in holders(blocks, 5, 35)] == ["0", "10", "30"]
    assert holders(blocks, 20, 30) == []
