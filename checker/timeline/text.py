"""A run as a table: when, who, what. The text that says what the picture shows.

Invariant: no line is longer than 100 columns, and a table that leaves lines out says how many.
"""

from __future__ import annotations

from textwrap import wrap

from checker.timeline.layout import Timeline, layout
from checker.timeline.names import clip, columns
from checker.timeline.story import Line
from checker.timeline.story import tell as tell_story
from checker.trace import Trace

MOST_COLUMNS = 100
MOST_LINES = 60
_LAST_LINES = 15  # Of a long table its end is kept too: there the outcome is.
_MOST_WHO = 26


def table(trace: Trace) -> str:
    """What happened in a run, by the clock, without a line break at the end."""
    return tell(layout(trace))


def tell(timeline: Timeline) -> str:
    """The table of a trace that is laid out already."""
    lines = tell_story(timeline)
    if not lines:
        return "Nothing ran."
    first, last = len(lines), len(lines)
    if len(lines) > MOST_LINES:
        first, last = MOST_LINES - _LAST_LINES, len(lines) - _LAST_LINES
    kept = lines[:first] + lines[last:]
    column = timeline.unit.column
    times = [column(line.t_ns) for line in kept]
    when = max(map(len, times))
    who = min(_MOST_WHO, max(columns(line.who) for line in kept))
    rows = [_row(time.rjust(when), line, who) for time, line in zip(times, kept, strict=True)]
    if first < last:
        between = f"from {column(lines[first].t_ns)} to {column(lines[last - 1].t_ns)}"
        gap = f"{last - first:,} more lines, {between}, are left out"
        rows.insert(first, f"{'…'.rjust(when)}  {gap}")
    return "\n".join(rows)


def _row(time: str, line: Line, who: int) -> str:
    name = clip(line.who, who)
    head = f"{time}  {name}{' ' * (who - columns(name))}  "
    room = MOST_COLUMNS - columns(head)
    return f"\n{' ' * columns(head)}".join(
        head * (n == 0) + part for n, part in enumerate(_wrapped(line.words, room))
    ).rstrip()


def _wrapped(text: str, room: int) -> list[str]:
    # Wide letters take two columns each, which `wrap` does not know.
    room = room if columns(text) <= len(text) else room // 2
    return wrap(text, room, break_on_hyphens=False) or [""]
