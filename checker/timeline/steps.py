"""A run in which the clock never moved, told by its steps.

All of it happened at one moment, so there is nothing to draw by the clock; but the order of the
steps is what such a program is about. Here each step takes one unit, and a lane that was ready
shows so until its next step.

Invariant: the order of the events is kept.
"""

from __future__ import annotations

from checker.trace import Blocked, Event, Lane, Ran, Trace
from checker.trace.events import LOOP


def never_moved(trace: Trace) -> bool:
    """Whether something ran, and all of it at one moment."""
    moments: set[int] = set()
    ran = False
    for event in trace:
        moments.add(event.t)
        if isinstance(event, Ran | Blocked) and event.lasted:
            return False
        ran = ran or isinstance(event, Ran)
        if len(moments) > 1:
            return False
    return ran


def by_steps(trace: Trace) -> Trace:
    """The same events, where a time is the number of steps that were taken before."""
    events: list[Event] = []
    step = 0
    for event in trace:
        if isinstance(event, Ran):
            # A step is complete when it ends: what stands before it happened within it.
            events.append(event._replace(t=step, since=step, lasted=1))
            step += 1
        elif isinstance(event, Lane) and event.by not in (None, LOOP):
            # What a step begins can run when the step is over.
            events.append(event._replace(t=step + 1))
        else:
            events.append(event._replace(t=step))
    return Trace(events, **trace.header)
