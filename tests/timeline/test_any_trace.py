"""Whatever a trace holds, it is drawn and told; nothing in it breaks the picture."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from checker.timeline import describe, mimebundle, svg, table
from checker.timeline.fold import MOST_ROWS
from checker.timeline.layout import layout
from checker.timeline.names import columns
from checker.trace import Blocked, Cancel, End, Event, Got, Lane, Ran, Report, Trace
from checker.trace.events import ENDED, PARKED

texts = st.text(max_size=12) | st.sampled_from(["job-1", "job-2", "main", "a" * 300, "<b>&\x00"])
times = st.integers(0, 50) | st.integers(0, 10**12)
lanes = st.integers(0, 8)
events: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        Lane,
        times,
        lanes,
        st.sampled_from(["task", "thread", "process", "loop", "fibre"]),
        texts,
        st.none() | lanes,
        texts,
    ),
    st.builds(
        Ran, times, lanes, times, times, st.sampled_from([*ENDED, *PARKED, "odd"]), texts, texts
    ),
    st.builds(Blocked, times, lanes, times, texts, texts),
    st.builds(Got, times, lanes, texts),
    st.builds(Cancel, times, lanes, lanes, texts),
    st.builds(Report, times, lanes, texts, texts, texts),
    st.builds(End, times, st.sampled_from(["returned", "stuck", "spinning", "odd"]), times),
)


@settings(derandomize=True, deadline=None, max_examples=400)
@given(st.lists(events, max_size=40))
def test_any_events_are_drawn_and_told(found: list[Event]) -> None:
    trace = Trace(found)
    ElementTree.fromstring(svg(trace))
    assert all(columns(line) <= 100 for line in table(trace).splitlines())
    assert describe(trace)
    mimebundle(trace, "x")["text/html"].encode()
    timeline = layout(trace)
    assert len(timeline.rows) <= MOST_ROWS
    for lane in timeline.lanes:
        end_ns = timeline.start_ns
        for span in lane.spans:
            assert end_ns <= span.start_ns <= span.end_ns
            end_ns = span.end_ns


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.sampled_from("abcdef"), times), min_size=25, max_size=120))
def test_however_many_lanes_there_are_the_rows_are_few(begun: list[tuple[str, int]]) -> None:
    trace = Trace(
        Lane(t, n + 1, ("task", "thread")[n % 2], f"{name}-{n}", 0, "")
        for n, (name, t) in enumerate(begun)
    )
    timeline = layout(trace)
    assert len(timeline.rows) <= MOST_ROWS
    assert sum(row.count for row in timeline.rows) == len(begun) + 1
