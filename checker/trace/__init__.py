"""What happened in a run, as data.

events     the kinds of event and the trace that holds them
recorder   collects events while a program runs
read       a trace from text that anybody may have written
"""

from checker.trace.events import (
    ENDED,
    Blocked,
    Cancel,
    End,
    Event,
    Got,
    Lane,
    Ran,
    Report,
    Trace,
)
from checker.trace.recorder import Recorder

__all__ = [
    "ENDED",
    "Blocked",
    "Cancel",
    "End",
    "Event",
    "Got",
    "Lane",
    "Ran",
    "Recorder",
    "Report",
    "Trace",
]
