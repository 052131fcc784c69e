"""A trace up to the moment at which the program was over.

When `main` has ended, or nothing can wake it any more, asyncio tidies up: it cancels every task
that is left, and shuts down generators and threads in tasks of its own. In the trace the tasks that
were left end as cancelled; but what a reader wants to see is that they were left behind, and what
they were waiting for. So the story ends where the tidying begins.

Invariant: a trace without such tidying is returned as it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from checker.trace import Cancel, End, Event, Lane, Ran, Trace
from checker.trace.events import ENDED, LOOP


def until_over(trace: Trace) -> Trace:
    """The trace without the tidying after the program, and what followed it."""
    events = trace.events
    end = events[-1] if events else None
    tasks = (event for event in events if isinstance(event, Lane) and event.kind == "task")
    main = next(tasks, None)
    if main is None or main.name != "main" or not isinstance(end, End):
        return trace  # Not of a program that was run, but of tasks on a loop that goes on.
    search = _last_cancel if end.outcome == "stuck" else _after_end
    first = search(events, main.lane)
    if first is None:
        return trace
    return Trace([*events[:first], end._replace(t=events[first].t)], **trace.header)


def _after_end(events: Sequence[Event], main: int) -> int | None:
    """Where the loop, by itself, first cancels or begins something after the end of `main`."""
    over = False
    for n, event in enumerate(events):
        if isinstance(event, Ran) and event.lane == main:
            over = event.then in ENDED
        elif over and isinstance(event, Cancel | Lane) and event.by == LOOP:
            return n
    return None


def _last_cancel(events: Sequence[Event], main: int) -> int | None:
    """Where the loop begins to cancel everything, `main` among them, for the last time."""
    first: int | None = None
    found: int | None = None
    for n, event in enumerate(events):
        if not isinstance(event, Cancel) or event.by != LOOP:
            first = None
            continue
        first = n if first is None else first
        if event.lane == main:
            found = first
    return found
