"""Folding: alike lanes share a row, and a picture never has too many."""

from __future__ import annotations

import pytest

from checker.timeline.fold import MOST_ROWS, STACK, Row
from checker.timeline.layout import layout
from tests.timeline import samples
from tests.timeline.samples import LOOP, Maker, ns


def labels(rows: tuple[Row, ...]) -> list[tuple[str, int]]:
    """What stands beside each row, and for how many lanes."""
    return [(row.label, row.count) for row in rows]


def count(row: Row, t_ns: int, state: str) -> int:
    """How many lanes of a band are in a state at a moment."""
    level = [level for level in row.band if level.t_ns <= t_ns][-1]
    return level.counts[STACK.index(state)]


def test_calls_behind_a_semaphore_fold_into_one_row_for_each_that_ran_together() -> None:
    assert labels(layout(samples.semaphore()).rows) == [
        ("loop", 1),
        ("main", 1),
        ("fetch-1…5", 5),
        ("fetch-6…10", 5),
        ("fetch-11…15", 5),
        ("fetch-16…20", 5),
    ]


def test_ten_requests_that_did_the_same_are_one_row() -> None:
    make = Maker()
    for n in range(10):
        task = make.lane(f"fetch-{n}", by=LOOP)
        make.ran(task, 0, "waiting", f"worker-{n}")
        make.ran(task, 1, "returned")
    assert labels(layout(make.trace(1)).rows) == [("loop", 1), ("fetch-0…9", 10)]


def test_tasks_that_did_the_same_under_other_names_stay_apart() -> None:
    make = Maker()
    for name in ("ann", "bob", "cat", "dan", "eve"):
        task = make.lane(name, by=LOOP)
        make.ran(task, 0, "returned")
    assert [row.count for row in layout(make.trace(1)).rows] == [1] * 6


def test_three_alike_tasks_keep_a_row_each_since_there_is_room() -> None:
    make = Maker()
    for n in range(3):
        make.ran(make.lane(f"t-{n}", by=LOOP), 0, "returned")
    assert len(layout(make.trace(1)).rows) == 4


def test_handlers_that_block_one_after_another_are_not_alike() -> None:
    rows = layout(samples.blocking()).rows
    assert len(rows) == 12
    assert not any(row.band for row in rows)


def test_a_hundred_requests_in_forty_threads_keep_their_three_waves() -> None:
    rows = layout(samples.threadpool()).rows
    assert [(row.kind, row.count) for row in rows] == [
        ("loop", 1),
        ("task", 40),
        ("task", 40),
        ("task", 20),
        ("thread", 20),
        ("thread", 20),
    ]


def test_of_a_thousand_requests_each_moment_says_how_many_are_served_and_how_many_queue() -> None:
    _, requests, threads = layout(samples.crowd()).rows
    assert (requests.label, requests.count, requests.peak) == ("request-1…1000", 1000, 1000)
    assert not requests.spans
    for second in range(24):
        assert count(requests, ns(second + 0.5), "waiting") == 40
        assert count(requests, ns(second + 0.5), "queued") == 960 - 40 * second
    assert sum(requests.band[-1].counts) == 0
    assert threads.count == 40
    assert threads.spans


def test_requests_that_arrive_one_by_one_show_how_many_are_there_at_once() -> None:
    row = layout(samples.arrivals()).rows[1]
    assert row.count == 300
    assert row.peak == 90
    assert max(level.counts[STACK.index("waiting")] for level in row.band) == 15


def test_a_band_counts_what_happened_to_its_lanes() -> None:
    make = Maker()
    for n in range(40):
        task = make.lane(f"job-{n}", n * 0.1, by=LOOP)
        make.ran(task, n * 0.1, "waiting")
        make.ran(task, 5, "raised" if n % 2 else "cancelled")
    row = layout(make.trace(5)).rows[1]
    assert {(mark.what, mark.lanes) for mark in row.marks} == {("raised", 20), ("cancelled", 20)}


@pytest.mark.parametrize("lanes", [23, 24, 25, 60, 500])
def test_lanes_without_a_family_keep_as_many_rows_as_fit_and_the_others_share_one(
    lanes: int,
) -> None:
    make = Maker()
    names = [f"{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(lanes)]
    for n, name in enumerate(names):
        make.ran(make.lane(name, by=LOOP), n * 0.01, "returned")
    rows = layout(make.trace(9)).rows
    assert len(rows) == min(lanes + 1, MOST_ROWS)
    assert sum(row.count for row in rows) == lanes + 1
    if lanes >= MOST_ROWS:
        assert rows[-1].label == "others"
        assert rows[-1].count == lanes + 2 - MOST_ROWS


@pytest.mark.parametrize("name", samples.ALL)
def test_every_lane_is_in_exactly_one_row(name: str) -> None:
    timeline = layout(samples.ALL[name]())
    shown = [lane.number for row in timeline.rows for lane in row.lanes]
    assert sorted(shown) == sorted(lane.number for lane in timeline.lanes)


def test_rows_stand_by_kind_and_then_in_order_of_creation() -> None:
    make = Maker()
    make.lane("p", kind="process", by=LOOP)
    make.lane("t", kind="thread", by=LOOP)
    make.lane("b", by=LOOP)
    make.lane("a", by=LOOP)
    rows = layout(make.trace(1)).rows
    assert [row.label for row in rows] == ["loop", "b", "a", "t", "p"]
