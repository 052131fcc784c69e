"""The kinds of event, and the trace that holds them.

A trace is a header and a list of events. Times and durations are integers of nanoseconds.
A lane is whatever can run: the loop (always lane 0), a task, a thread, a process.

Invariant: the events stand in the order in which they were complete. A `Ran` is complete when
its step ends, so it stands behind the `Blocked` and `Lane` events that happened within it, and
its `t` may lie before theirs. Sort by `t` (the sort is stable) to read a trace by the clock.

A trace holds nothing of the machine that it was made on: no address, no process id, no absolute
path, no measured CPU time. That is what makes it the same, byte for byte, everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias

VERSION = 1
LOOP = 0

# How a lane ends: a process that dies was killed, or left with os._exit.
ENDED = ("returned", "raised", "cancelled", "died")
# What else a lane does after it ran.
# A task: parked; parked until a slot, a lock or a thread is free; able to run at once.
# A thread: in time.sleep; computing; parked; parked without a job.
PARKED = ("waiting", "queued", "ready", "sleeping", "computing", "idle")


class Lane(NamedTuple):
    """A lane began."""

    t: int
    lane: int
    kind: str  # loop, task, thread or process
    name: str
    by: int | None  # the lane that began it
    at: str  # "app.py:7", or "" where the program has no line for it


class Ran(NamedTuple):
    """A lane held the loop (a task) or its turn (a thread) for one step."""

    t: int
    lane: int
    since: int  # when it could have run; earlier than `t` if something held it up
    lasted: int  # 0 in the lab, unless code blocked; measured on the real clock
    then: str  # one of ENDED or PARKED
    on: str  # what it waits for: "asyncio.sleep", "time.sleep(2)"; what it raised: "ValueError"
    at: str  # the program's line at which it was left


class Blocked(NamedTuple):
    """Code held the loop without stepping."""

    t: int
    lane: int  # the task in whose step it happened, or LOOP for a plain callback
    lasted: int  # 0 for a call that blocks for real but takes no virtual time
    on: str
    at: str


class Got(NamedTuple):
    """A parked task got what it was queued for: until now it was queued, from now it waits."""

    t: int
    lane: int
    on: str  # what it got: "thread-3"


class Cancel(NamedTuple):
    """Somebody asked a lane to cancel."""

    t: int
    lane: int
    by: int  # the lane that asked
    at: str


class Report(NamedTuple):
    """Something that the program did and should hear of."""

    t: int
    lane: int
    kind: str  # "unsafe-call", "spin", "late"
    text: str
    at: str


class End(NamedTuple):
    """The program is over. Always the last event: what was left behind is not ended by it."""

    t: int
    outcome: str  # returned, raised, stuck (Deadlock), spinning (Livelock), stopped
    turns: int  # how often the loop went round


Event: TypeAlias = Lane | Ran | Blocked | Got | Cancel | Report | End
KINDS: dict[str, type[Event]] = {
    kind.__name__.lower(): kind for kind in (Lane, Ran, Blocked, Got, Cancel, Report, End)
}


class Trace:
    """The events of one run, with a header that says what they were made with."""

    def __init__(self, events: Iterable[Event], **header: Any) -> None:
        self.events = list(events)
        self.header = header

    def __len__(self) -> int:
        return len(self.events)

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Trace) and self.dump() == other.dump()

    __hash__ = None  # type: ignore[assignment]

    @property
    def outcome(self) -> str:
        """How the program ended: that of the `End`; "" where there is none."""
        last = self.events[-1] if self.events else None
        return last.outcome if isinstance(last, End) else ""

    def dump(self) -> str:
        """The trace as JSON lines: the header, then one event per line."""
        import json

        rows = [{"trace": "unblocked", "version": VERSION, **self.header}]
        rows += [{"what": type(event).__name__.lower(), **event._asdict()} for event in self.events]
        encode = json.JSONEncoder(separators=(",", ":")).encode
        return "".join(encode(row) + "\n" for row in rows)

    @classmethod
    def load(cls, text: str) -> Trace:
        """Read what `dump` wrote. A ValueError names the line that is wrong."""
        from checker.trace.read import read

        return read(text)
