"""A trace as a timeline: rows of spans and marks, ready to be drawn or to be told.

Invariant: a timeline holds exact times and no pixels. Drawing decides what is too small to see.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from checker.timeline.fold import MOST_ROWS, Row, fold
from checker.timeline.spans import LaneSpans, Span, derive
from checker.timeline.steps import by_steps, never_moved
from checker.timeline.units import Unit
from checker.trace import Trace


@dataclass(frozen=True, slots=True)
class Timeline:
    """What a picture or a table of one run shows."""

    rows: tuple[Row, ...]
    lanes: tuple[LaneSpans, ...]  # every lane, also those that share a row
    start_ns: int
    end_ns: int
    outcome: str
    turns: int
    unit: Unit
    trace: Trace  # what it was made of: by steps, if the unit is

    @property
    def length_ns(self) -> int:
        """From the start to the end."""
        return self.end_ns - self.start_ns

    @property
    def blocks(self) -> list[Span]:
        """Every time the loop was held, in order."""
        return [span for span in self.lanes[0].spans if span.state == "blocking"]


def layout(trace: Trace, most_rows: int = MOST_ROWS) -> Timeline:
    """The timeline of a trace, by the clock, or by steps if the clock never moved."""
    steps = never_moved(trace)
    trace = by_steps(trace) if steps else trace
    told = derive(trace)
    lanes = tuple(told.lanes.values())
    unit = Unit("steps") if steps else Unit.for_length(told.end_ns - told.start_ns)
    rows = tuple(fold(lanes, most_rows))
    return Timeline(rows, lanes, told.start_ns, told.end_ns, told.outcome, told.turns, unit, trace)


def holders(blocks: Sequence[Span], start_ns: int, end_ns: int) -> list[Span]:
    """The blocks that lie in an interval: they are what starved whoever was ready then."""
    first = bisect_right(blocks, start_ns, key=lambda span: span.end_ns)
    found = []
    for block in blocks[first:]:
        if block.start_ns >= end_ns:
            break
        found.append(block)
    return found
