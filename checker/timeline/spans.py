"""From events to lanes: what each lane was doing, from when to when.

Invariant: the spans of a lane do not overlap, stand in the order of time, and are exact to the
nanosecond. A lane is idle where it has no span. Nothing is folded or left out here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from checker.trace import Blocked, Cancel, End, Got, Lane, Ran, Report, Trace
from checker.trace.events import ENDED, LOOP, PARKED

_KNOWN = {*ENDED, *PARKED}
_AT_THE_END = {*ENDED, "stuck", "spinning", "unfinished"}


class Span(NamedTuple):
    """A lane was in one state. A step that took no time is a span without length."""

    start_ns: int
    end_ns: int
    state: str  # running, blocking, starved, or one of trace.events.PARKED but idle
    on: str  # what it waits for, or what blocks
    at: str
    who: str = ""  # on the loop's lane: whose step it was


class Mark(NamedTuple):
    """Something that happened to a lane at one moment."""

    t_ns: int
    what: str  # cancel, cancelled, raised, died, blocked, report, stuck, spinning, unfinished
    text: str
    at: str
    lanes: int = 1  # to how many alike lanes it happened


@dataclass(slots=True)
class LaneSpans:
    """One lane of the trace, with what it did."""

    number: int
    order: int  # how many lanes began before it
    kind: str
    name: str
    by: str  # the name of the lane that began it
    at: str
    begin_ns: int
    end_ns: int = 0
    ended: str = ""  # how; empty for a lane that was not over when the run was
    left: Span | None = None  # what a lane that was not over was doing, and since when
    spans: list[Span] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)


@dataclass(slots=True)
class Told:
    """A trace, sorted by the lanes that it is about."""

    start_ns: int = 0
    end_ns: int = 0
    outcome: str = ""  # that of the End event; empty if the trace has none
    turns: int = 0
    lanes: dict[int, LaneSpans] = field(default_factory=dict)
    ran: dict[int, list[Ran]] = field(default_factory=dict)
    blocked: list[Blocked] = field(default_factory=list)
    got: defaultdict[int, list[Got]] = field(default_factory=lambda: defaultdict(list))

    def name(self, number: int) -> str:
        """The name of a lane, also of one that the trace does not introduce."""
        return self.lanes[number].name if number in self.lanes else f"lane-{number}"


def derive(trace: Trace) -> Told:
    """Every lane of the trace with its spans and marks, in the order of creation."""
    told = _sort(trace)
    blocks: defaultdict[int, list[Span]] = defaultdict(list)
    for block in told.blocked:
        if block.lasted:
            span = Span(block.t, block.t + block.lasted, "blocking", block.on, block.at)
            blocks[block.lane].append(span)
    for number, lane in told.lanes.items():
        if number != LOOP:
            _fill(lane, told.ran.get(number, ()), told)
            lane.spans = list(_split(lane.spans, told.got[number]))
            lane.spans = overlay(lane.spans, blocks[number])
    loop = told.lanes[LOOP]
    loop.begin_ns, loop.end_ns = told.start_ns, told.end_ns
    everyone = [
        span._replace(who=told.name(number)) for number, found in blocks.items() for span in found
    ]
    loop.spans = overlay(list(_steps_of_the_loop(told)), everyone)
    for number, mark in _moments(trace, told):
        told.lanes[number].marks.append(mark)
    for lane in told.lanes.values():
        lane.marks.sort(key=lambda mark: (mark.t_ns, mark.what in _AT_THE_END))
    return told


def _sort(trace: Trace) -> Told:
    told = Told(lanes={LOOP: LaneSpans(LOOP, 0, "loop", "loop", "", "", 0)})
    ran: defaultdict[int, list[Ran]] = defaultdict(list)
    for event in trace:
        last_ns = event.t
        if isinstance(event, Ran):
            ran[event.lane].append(event)
            last_ns += event.lasted
        elif isinstance(event, Blocked):
            told.blocked.append(event)
            last_ns += event.lasted
        elif isinstance(event, Got):
            told.got[event.lane].append(event)
        elif isinstance(event, Lane):
            by = "" if event.by is None else told.name(event.by)
            order = 0 if event.lane == LOOP else len(told.lanes)
            told.lanes[event.lane] = LaneSpans(
                event.lane, order, event.kind, event.name, by, event.at, event.t
            )
        elif isinstance(event, End):
            told.outcome, told.turns = event.outcome, event.turns
        if event.t < told.start_ns:
            told.start_ns = event.t
        if last_ns > told.end_ns:
            told.end_ns = last_ns
    for number, steps in ran.items():
        steps.sort(key=lambda step: step.t)
        if number not in told.lanes:  # The beginning of the trace is missing.
            told.lanes[number] = LaneSpans(
                number, len(told.lanes), "task", told.name(number), "", "", steps[0].since
            )
    told.ran = ran
    told.blocked.sort(key=lambda block: block.t)
    return told


def _fill(lane: LaneSpans, steps: Sequence[Ran], told: Told) -> None:
    """The spans of a task, a thread or a process, as if nothing had blocked within its steps."""
    # A task that was made can run at once; a thread that was made has no job yet.
    then, on, at = ("ready" if lane.kind == "task" else "idle"), "", ""
    cursor = lane.begin_ns
    add = lane.spans.append
    for step in steps:
        start = max(step.t, cursor)
        since = min(max(step.since, cursor), start)
        if since > cursor and then != "idle":
            add(Span(cursor, since, then, on, at))
        if start > since:
            add(Span(since, start, "starved", "", at))
        cursor = max(start, step.t + step.lasted)
        # That a thread without a job ends, at the end of the run, is nothing to look at.
        if then != "idle" or step.then not in ENDED:
            add(Span(start, cursor, "running", "", step.at))
        then, on, at = step.then, step.on, step.at
        if then not in _KNOWN:  # A trace may come from anywhere, and must not break the picture.
            then = "waiting"
    if then in ENDED:
        lane.ended, lane.end_ns = then, cursor
        if then != "returned":
            lane.marks.append(Mark(cursor, then, on, at))
        return
    lane.end_ns = max(cursor, told.end_ns)
    if then == "idle":
        return
    if lane.end_ns > cursor:
        add(Span(cursor, lane.end_ns, then, on, at))
    if then in ("queued", "waiting") and any(got.t >= cursor for got in told.got[lane.number]):
        then, on = "waiting", told.got[lane.number][-1].on
    lane.left = Span(cursor, lane.end_ns, then, on, at)
    what = told.outcome if told.outcome in ("stuck", "spinning") else "unfinished"
    lane.marks.append(Mark(lane.end_ns, what, f"{then} {on}".strip(), at))


def _split(spans: Sequence[Span], gots: Sequence[Got]) -> Iterator[Span]:
    """The spans, where a queue ends at the moment that the lane got what it queued for."""
    coming = iter(gots)
    got = next(coming, None)
    for span in spans:
        while got and got.t < span.start_ns:
            got = next(coming, None)
        if got and span.state in ("queued", "waiting") and got.t < span.end_ns:
            if got.t > span.start_ns:
                yield span._replace(end_ns=got.t, state="queued")
            yield span._replace(start_ns=got.t, state="waiting", on=got.on)
        else:
            yield span


def _steps_of_the_loop(told: Told) -> Iterator[Span]:
    """The loop runs where a task does. A step within a step (an eager task) adds nothing."""
    steps = [
        step
        for number, found in told.ran.items()
        if told.lanes[number].kind in ("task", "loop")
        for step in found
    ]
    steps.sort(key=lambda step: step.t)
    cursor = told.start_ns
    for step in steps:
        start, end = max(step.t, cursor), step.t + step.lasted
        if start == step.t or end > start:
            cursor = max(start, end)
            yield Span(start, cursor, "running", "", step.at, told.name(step.lane))


def overlay(spans: Sequence[Span], blocks: list[Span]) -> list[Span]:
    """The spans, with the blocks cut out of them and laid in."""
    if not blocks:
        return list(spans)
    blocks = list(_one_by_one(blocks))
    out = list(blocks)
    first = 0
    for span in spans:
        start = span.start_ns
        while first < len(blocks) and blocks[first].end_ns <= start:
            first += 1
        covered = False
        for n in range(first, len(blocks)):
            block = blocks[n]
            if block.start_ns >= span.end_ns:
                break
            covered = True
            if block.start_ns > start:
                out.append(span._replace(start_ns=start, end_ns=block.start_ns))
            start = max(start, block.end_ns)
        if not covered:
            out.append(span)
        elif start < span.end_ns:
            out.append(span._replace(start_ns=start))
    out.sort(key=lambda span: (span.start_ns, span.end_ns))
    return out


def _one_by_one(blocks: list[Span]) -> Iterator[Span]:
    """The blocks in the order of time; of two that overlap, the later one is cut."""
    blocks.sort(key=lambda block: block.start_ns)
    cursor = blocks[0].start_ns
    for block in blocks:
        start = max(block.start_ns, cursor)
        if block.end_ns > start:
            cursor = block.end_ns
            yield block if start == block.start_ns else block._replace(start_ns=start)


def _moments(trace: Trace, told: Told) -> Iterable[tuple[int, Mark]]:
    """What happened at one moment, each with the number of the lane that it happened to."""
    for event in trace:
        if isinstance(event, Cancel) and event.lane in told.lanes:
            text = f"asked by {told.name(event.by)} to cancel"
            yield event.lane, Mark(event.t, "cancel", text, event.at)
        elif isinstance(event, Report):
            number = event.lane if event.lane in told.lanes else LOOP
            yield number, Mark(event.t, "report", event.text, event.at)
        elif isinstance(event, Blocked) and not event.lasted:
            mark = Mark(event.t, "blocked", event.on, event.at)
            yield LOOP, mark
            if event.lane != LOOP and event.lane in told.lanes:
                yield event.lane, mark
