"""Reading a trace that anybody may have written: it is what a recorder writes, or a ValueError."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.timeline import describe, svg, table
from checker.trace import Blocked, Cancel, End, Event, Got, Lane, Ran, Report, Trace
from checker.trace import read as reading

HEADER = '{"trace":"unblocked","version":1}\n'
GOOD: list[Event] = [
    Lane(0, 1, "task", "main", None, "app.py:3"),
    Ran(0, 1, 0, 0, "waiting", "asyncio.sleep", "app.py:4"),
    Blocked(5, 1, 10, "time.sleep", "app.py:7"),
    Got(15, 1, "thread-1"),
    Cancel(16, 1, 0, "app.py:9"),
    Report(17, 1, "unsafe-call", "words", "app.py:11"),
    End(20, "returned", 4),
]
FIELDS = [(event, name) for event in GOOD for name in event._fields]
ODD = [[], {}, True, 1.5, {"a": "<b>"}, 1 << 63, -(1 << 63), "x" * 100_001]
HUGE = "1" + "0" * 10_000


def line(event: Event, **change: Any) -> str:
    return json.dumps({"what": type(event).__name__.lower(), **event._asdict(), **change}) + "\n"


@pytest.mark.parametrize(("event", "field"), FIELDS)
@pytest.mark.parametrize(
    "value", [[], {}, True, 1.5, {"a": "<b>"}, 1 << 63, -(1 << 63), "x" * 100_001]
)
def test_a_field_of_another_type_or_size_is_named(event: Event, field: str, value: object) -> None:
    with pytest.raises(ValueError, match=rf"^line 3: {field} of .* cannot be ") as raised:
        Trace.load(HEADER + line(GOOD[0]) + line(event, **{field: value}))
    assert len(str(raised.value)) < 250


@pytest.mark.parametrize(("event", "field"), FIELDS)
def test_a_text_is_no_number_and_a_number_no_text(event: Event, field: str) -> None:
    other = 7 if isinstance(getattr(event, field), str) else "7"
    with pytest.raises(ValueError, match=rf"^line 2: {field} of"):
        Trace.load(HEADER + line(event, **{field: other}))


@pytest.mark.parametrize("field", ["lane", "lasted"])
def test_nothing_lasts_less_than_no_time(field: str) -> None:
    with pytest.raises(ValueError, match=f"{field} of 'ran' cannot be -1: .* not below 0"):
        Trace.load(HEADER + line(GOOD[1], **{field: -1}))


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        '{"a":' * 200_000,
        HUGE,
        "NaN",
        "Infinity",
        '{"what":["lane"]}',
        '{"what":{}}',
        '{"what":null}',
        '{"what":"got","t":0,"lane":' + HUGE + ',"on":""}',
        '{"what":"got","t":NaN,"lane":0,"on":""}',
        '{"what":"got","t":0,"lane":0,"self":""}',
        "\ud800",
        "\x00",
        "\u2028",
    ],
)
def test_no_line_ends_in_another_exception(text: str) -> None:
    with pytest.raises(ValueError, match=r"^line 2: "):
        Trace.load(HEADER + text)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        '{"trace":"unblocked","version":1,"events":[]}',
        '{"trace":"unblocked","version":1,"self":1}',
        '{"trace":["unblocked"],"version":1}',
        '{"trace":"unblocked","version":true}',
        '{"trace":"unblocked","version":1,"x":NaN}',
        '{"trace":"unblocked","version":1,"x":"' + "y" * 100_000 + '"}',
    ],
)
def test_a_header_that_would_do_harm_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"^line 1: not the header"):
        Trace.load(text)


def test_a_trace_has_no_more_events_than_can_be_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_EVENTS", 3)
    assert len(Trace.load(HEADER + line(GOOD[0]) * 3)) == 3
    with pytest.raises(ValueError, match=r"^line 5: a trace has at most 3 events"):
        Trace.load(HEADER + line(GOOD[0]) * 4)


def test_a_number_of_20_digits_is_shown_and_one_of_4000_is_not() -> None:
    with pytest.raises(ValueError, match="cannot be 10000000000000000000:"):
        Trace.load(HEADER + line(GOOD[3], t=10**19))
    with pytest.raises(ValueError, match="cannot be a huge number"):
        Trace.load(HEADER + line(GOOD[3], t=10**4000))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
values = json_values | st.integers(-(1 << 63), 1 << 63)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(FIELDS), values), max_size=6))
def test_what_is_read_is_drawn_and_what_is_not_is_a_value_error(
    changes: list[tuple[tuple[Event, str], object]],
) -> None:
    text = HEADER + "".join(line(event, **{field: value}) for (event, field), value in changes)
    try:
        trace = Trace.load(text)
    except ValueError as error:
        said = str(error)
    else:
        said = "line "
        assert describe(trace)
        assert svg(trace)
        assert table(trace)
    assert said.startswith("line ")


# Made by the test that wants them: the garbage collector would look at them in every other one.
LARGE: dict[str, Callable[[], list[Event]]] = {
    "lanes of one name": lambda: [Lane(0, n, "task", "a", 0, "") for n in range(4000)],
    "lanes of many names": lambda: [Lane(0, n, "task", f"{n}x", 0, "") for n in range(4000)],
    "kinds of lane": lambda: [Lane(0, n, f"kind{n}", "x", 0, "") for n in range(4000)],
    "blocks": lambda: [Blocked(n * 10, 1, 5, "x", "") for n in range(4000)],
    "steps": lambda: [Ran(n, 1, 0, 10**18, "queued", "x", "") for n in range(3000)],
    "gots": lambda: [Got(n, 1, "x") for n in range(4000)],
    "far apart": lambda: [
        Ran((-1) ** n * (1 << 62), n, 0, 1 << 62, "ready", "", "") for n in range(3000)
    ],
}


@pytest.mark.parametrize("name", LARGE)
def test_a_hostile_trace_is_drawn_in_bounded_time(name: str) -> None:
    events = LARGE[name]()
    before = time.process_time()
    trace = Trace.load(Trace(events).dump())
    assert svg(trace)
    assert table(trace)
    assert time.process_time() - before < 10
