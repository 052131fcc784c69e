"""The trace: what is written is what is read, and a wrong line is named."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.trace import (
    ENDED,
    Blocked,
    Cancel,
    End,
    Event,
    Got,
    Lane,
    Ran,
    Recorder,
    Report,
    Trace,
)

EVENTS: list[Event] = [
    Lane(0, 0, "loop", "loop", None, ""),
    Lane(0, 1, "task", "main", 0, "app.py:3"),
    Ran(0, 1, 0, 0, "waiting", "asyncio.sleep", "app.py:4"),
    Blocked(5, 1, 10, "time.sleep(1e-08)", "app.py:7"),
    Got(15, 1, "thread-1"),
    Cancel(16, 1, 0, "app.py:9"),
    Report(17, 1, "unsafe-call", "use call_soon_threadsafe", "app.py:11"),
    End(20, "returned", 4),
]
times, lanes, texts = st.integers(0, 2**62), st.integers(0, 10**6), st.text()
events = st.one_of(
    st.builds(Lane, times, lanes, texts, texts, st.none() | lanes, texts),
    st.builds(Ran, times, lanes, times, times, texts, texts, texts),
    st.builds(Blocked, times, lanes, times, texts, texts),
    st.builds(Got, times, lanes, texts),
    st.builds(Cancel, times, lanes, lanes, texts),
    st.builds(Report, times, lanes, texts, texts, texts),
    st.builds(End, times, texts, lanes),
)
headers = st.dictionaries(
    st.sampled_from(["cores", "threads", "seed", "clock"]), lanes | texts, max_size=4
)


@given(st.lists(events), headers)
def test_what_is_dumped_can_be_loaded(found: list[Event], header: dict[str, object]) -> None:
    trace = Trace(found, **header)
    again = Trace.load(trace.dump())
    assert again.events == found
    assert again.header == header
    assert again == trace
    assert again.dump() == trace.dump()


def test_a_dump_is_lines_of_json_with_a_header_first() -> None:
    lines = Trace(EVENTS, cores=4).dump().splitlines()
    assert len(lines) == 1 + len(EVENTS)
    assert json.loads(lines[0]) == {"trace": "unblocked", "version": 1, "cores": 4}
    assert json.loads(lines[2]) == {
        "what": "lane", "t": 0, "lane": 1, "kind": "task", "name": "main", "by": 0,
        "at": "app.py:3",
    }  # fmt: skip
    assert all(" " not in line.replace("use call", "").replace(", ", ",") for line in lines[:4])


def test_events_of_different_kinds_are_told_apart_after_a_round_trip() -> None:
    again = Trace.load(Trace(EVENTS).dump())
    assert [type(event) for event in again] == [type(event) for event in EVENTS]
    assert len(again) == len(EVENTS)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", "7", "not json", '{"trace": "unblocked"}', '{"version": 1}']
)
def test_a_file_that_is_no_trace_says_so(text: str) -> None:
    with pytest.raises(ValueError, match=r"^line 1: not the header of a trace"):
        Trace.load(text)


def test_a_trace_of_another_version_says_which_and_what_to_do() -> None:
    with pytest.raises(ValueError, match="version 9 and here version 1 is read; use the version"):
        Trace.load('{"trace": "unblocked", "version": 9}\n')


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{}",
        "7",
        "[]",
        "not json",
        '{"what": "nothing known", "t": 0}',
        '{"what": "end", "t": 0, "outcome": "returned"}',
        '{"what": "end", "t": 0, "outcome": "returned", "turns": 1, "more": 2}',
    ],
)
def test_a_wrong_line_is_named_with_its_number(line: str) -> None:
    text = Trace(EVENTS[:2]).dump() + line + "\n" + Trace(EVENTS[2:]).dump().partition("\n")[2]
    with pytest.raises(ValueError, match=r"^line 4: not an event of a trace"):
        Trace.load(text)


def test_a_wrong_line_is_shown_but_not_at_any_length() -> None:
    text = Trace([]).dump() + "x" * 10_000
    with pytest.raises(ValueError, match=r"x{80}$") as raised:
        Trace.load(text)
    assert len(str(raised.value)) < 200


def test_two_traces_are_equal_if_their_bytes_are() -> None:
    assert Trace(EVENTS, seed=1) == Trace(EVENTS, seed=1)
    assert Trace(EVENTS, seed=1) != Trace(EVENTS, seed=2)
    assert Trace(EVENTS[:3]) != Trace(EVENTS[:4])
    assert Trace(EVENTS) != EVENTS
    with pytest.raises(TypeError, match="unhashable"):
        hash(Trace(EVENTS))


def test_sorting_by_time_keeps_the_order_of_what_happened_at_once() -> None:
    held = [EVENTS[3], Ran(5, 1, 5, 10, "returned", "", ""), Got(5, 1, "thread-1")]
    assert sorted(held, key=lambda event: event.t) == held


def test_a_recorder_keeps_what_it_is_told_in_order() -> None:
    recorder = Recorder()
    for event in EVENTS:
        recorder.add(event)
    trace = Trace(recorder.events)
    assert trace.events == EVENTS
    recorder.add(EVENTS[0])
    assert trace.events == EVENTS, "a trace is what was recorded until then"


def test_nothing_stands_behind_the_end() -> None:
    recorder = Recorder()
    recorder.add(EVENTS[0])
    assert not recorder.ended
    recorder.end(End(20, "returned", 4))
    recorder.add(EVENTS[1])
    assert recorder.ended
    assert recorder.events == [EVENTS[0], End(20, "returned", 4)]


def test_what_ends_a_lane_is_stated_in_one_place() -> None:
    assert set(ENDED) == {"returned", "raised", "cancelled", "died"}
