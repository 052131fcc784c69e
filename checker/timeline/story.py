"""What happened in a run, as short lines in the order of the clock.

The lines follow the rows of the timeline: lanes that did the same are told once, and of a band
only a summary is told.

Invariant: lines of one moment stand in the order in which things happened.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from checker.timeline.fold import Row
from checker.timeline.layout import Timeline
from checker.timeline.names import clean, clip, family, spoken
from checker.timeline.spans import LaneSpans
from checker.timeline.units import Unit
from checker.timeline.words import doing
from checker.trace import Blocked, Cancel, End, Got, Lane, Ran, Report
from checker.trace.events import LOOP

# How a step is left, in words that fit one lane and several.
_THEN = {
    "waiting": "waiting for",
    "queued": "queued for",
    "ready": "ready again",
    "sleeping": "asleep in",
    "computing": "computing in",
    "idle": "without a job",
    "returned": "returned",
    "raised": "raised",
    "cancelled": "ended as cancelled",
    "died": "died",
}
_MOST_NAME = 40
_ALONE = {"waiting": "waiting", "queued": "queued", "sleeping": "asleep", "computing": "computing"}
_ENDS = {
    "returned": "the run returned",
    "raised": "the run raised an exception",
    "stuck": "the run is stuck: nothing is left that could wake anyone",
    "spinning": "the run spins: it goes on without letting the clock move",
    "stopped": "the run was stopped",
}


@dataclass(frozen=True, slots=True)
class Line:
    """Who did what at a moment."""

    t_ns: int
    names: tuple[str, ...]
    things: str  # the plural of what the names are names of
    what: str
    started: tuple[str, ...] = ()  # whom these lanes started, if that is what happened

    @property
    def who(self) -> str:
        """Those who did it, in words."""
        return spoken(self.names, self.things) if self.names else ""

    @property
    def words(self) -> str:
        """What they did."""
        if not self.started:
            return self.what
        families: defaultdict[str, list[str]] = defaultdict(list)
        for name in self.started:
            families[family(name)].append(name)
        verb = "starts" if len(self.names) == 1 else "start"
        spoken_names = (spoken(names, self.what) for names in families.values())
        return f"{verb} {', '.join(clip(name, _MOST_NAME) for name in spoken_names)}"


def tell(timeline: Timeline) -> list[Line]:
    """The lines of a run."""
    told: list[Line] = []
    teller = _Teller(timeline)
    for _, _, line in sorted(teller.lines(), key=lambda item: item[:2]):
        merged = _merge(told[-1], line, teller.slack_ns) if told else None
        if merged:
            told[-1] = merged
        else:
            told.append(line)
    return list(_without_repeats(told, timeline.unit))


def _without_repeats(lines: list[Line], unit: Unit) -> Iterator[Line]:
    """Of lines that say the same one after another, the first, with how often and until when."""
    for _, same in groupby(lines, key=lambda line: (line.names, line.what, line.started)):
        first, *more = same
        if len(more) >= 2:
            last = unit.column(more[-1].t_ns)
            yield replace(first, what=f"{first.what}, {len(more) + 1:,} times until {last}")
        else:
            yield first
            yield from more


def _merge(one: Line, other: Line, slack_ns: int) -> Line | None:
    """Two lines as one, if the same happened to alike lanes, or one lane started several."""
    if (
        other.t_ns - one.t_ns > slack_ns
        or one.what != other.what
        or not one.names
        or not other.names
    ):
        return None
    if one.started and other.started and one.names == other.names:
        return replace(one, started=one.started + other.started)
    if one.started or other.started or family(one.names[0]) != family(other.names[0]):
        return None
    if set(one.names) & set(other.names):
        return None
    return replace(one, names=one.names + other.names)


class _Teller:
    """Goes through the events once, and knows which row each lane is in."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.unit = timeline.unit
        self.rows = {lane.number: row for row in timeline.rows for lane in row.lanes}
        # Of a step that came late, or lasted, for less than this nobody needs to hear.
        self.late_ns = max(1, timeline.length_ns // 100)
        # On the real clock no two things happen at once: what is so close counts as one moment.
        self.slack_ns = timeline.length_ns // 200 if _is_measured(timeline) else 0
        # Lanes in whose present step something blocked, with the place of the first such event.
        self.blocked: dict[int, int] = {}
        # Where a lane began to queue; a step may call that waiting, if what it got came later.
        self.queued = {
            (row.first.number, span.start_ns)
            for row in timeline.rows
            for span in row.spans
            if span.state == "queued"
        }
        self.got: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
        for event in timeline.trace:
            if isinstance(event, Got) and event.lane in self.rows:
                self.got[event.t, self.rows[event.lane].first.number].append(event.on)

    def lines(self) -> Iterator[tuple[int, float, Line]]:
        """The lines with the moment and the order that they stand in."""
        for n, event in enumerate(self.timeline.trace):
            if isinstance(event, Ran):
                yield from self._ran(event, n)
            elif isinstance(event, Lane):
                yield from self._began(event, n)
            elif isinstance(event, Blocked):
                yield from self._blocked(event, n)
            elif isinstance(event, Got) and self._stands(event.lane):
                got = dict.fromkeys(self.got[event.t, event.lane])
                yield from self._line(event.t, n, event.lane, f"got {spoken([*got], 'of them')}")
            elif isinstance(event, Cancel):
                if event.lane in self.rows and self._stands(event.lane):
                    what = f"asked {self.rows[event.lane].who} to cancel{_at(event.at)}"
                    yield from self._line(event.t, n, event.by, what)
            elif isinstance(event, Report):
                lane = event.lane if event.lane in self.rows else LOOP
                yield from self._line(event.t, n, lane, f"note: {clean(event.text)}{_at(event.at)}")
            elif isinstance(event, End):
                yield from self._end(event, n)

    def _stands(self, number: int) -> bool:
        """Whether a lane is the one that is told for all of its row."""
        row = self.rows.get(number)
        return row is not None and not row.band and row.first.number == number

    def _line(
        self, t_ns: int, order: float, number: int, what: str
    ) -> Iterator[tuple[int, float, Line]]:
        if self._stands(number):
            row = self.rows[number]
            names = tuple(lane.name for lane in row.lanes)
            yield t_ns, order, Line(t_ns, names, row.things, what)

    def _began(self, event: Lane, order: int) -> Iterator[tuple[int, float, Line]]:
        row = self.rows.get(event.lane)
        if row is None or row.kind == "loop" or row.first.number != event.lane:
            return
        names = tuple(lane.name for lane in row.lanes)
        parent = self.rows.get(event.by) if event.by not in (None, LOOP) else None
        if row.band:
            yield event.t, order, Line(event.t, names, row.things, _summary(row, self.timeline))
        elif parent:
            parents = tuple(lane.name for lane in parent.lanes)
            # Counted by steps, a lane begins behind the step that starts it.
            t_ns = event.t - 1 if self.unit.is_steps else event.t
            yield t_ns, order, Line(t_ns, parents, parent.things, row.things, started=names)
        elif not _at_once(row, event.t):
            yield event.t, order, Line(event.t, names, row.things, "begun")

    def _blocked(self, event: Blocked, order: int) -> Iterator[tuple[int, float, Line]]:
        self.blocked.setdefault(event.lane, order)
        on = f"{clean(event.on)}{_at(event.at)}"
        what = f"makes a blocking call: {on}"
        if event.lasted:
            what = f"blocks the loop for {self.unit.lasting(event.lasted)} in {on}"
        yield from self._line(event.t, order, event.lane, what)

    def _ran(self, event: Ran, order: int) -> Iterator[tuple[int, float, Line]]:
        late_ns = event.t - event.since
        late = f"starved for {self.unit.lasting(late_ns)}" if late_ns >= self.late_ns else ""
        # A step is told at its end; counted by steps, each is a moment of its own.
        end_ns = event.t if self.unit.is_steps else event.t + event.lasted
        if event.then == "waiting" and (event.lane, event.t + event.lasted) in self.queued:
            event = event._replace(then="queued")
        then = _then(event)
        if event.lane in self.blocked:
            before = self.blocked.pop(event.lane) - 0.5
            if late:
                yield from self._line(event.t, before, event.lane, late)
            yield from self._line(end_ns, order, event.lane, then)
            return
        parts = [late] if late else []
        if event.lasted >= self.late_ns and not self.unit.is_steps:
            parts.append(f"ran for {self.unit.lasting(event.lasted)}")
        start = f"{', '.join(parts)}, then " if parts else ""
        yield from self._line(end_ns, order, event.lane, start + then)

    def _end(self, event: End, order: int) -> Iterator[tuple[int, float, Line]]:
        t_ns = event.t - 1 if self.unit.is_steps and event.t else event.t
        for lane in self.timeline.lanes:
            if lane.left:
                yield from self._line(t_ns, order, lane.number, f"still {doing(lane.left)}")
        turns = f"{event.turns:,} turn{'' if event.turns == 1 else 's'} of the loop"
        ending = _ENDS.get(event.outcome, f"the run {clean(event.outcome)}")
        yield t_ns, order + 1, Line(t_ns, (), "", f"{ending}, after {turns}")


def _at_once(row: Row, t_ns: int) -> bool:
    """Whether the lanes of a row ran when they began: then their first step says it all."""
    first = row.spans[0] if row.spans else None
    return first is not None and first.start_ns == t_ns and first.state in ("running", "blocking")


def _is_measured(timeline: Timeline) -> bool:
    """Whether steps took time though nothing blocked: in the lab they take none."""
    if timeline.unit.is_steps:
        return False
    blocked = {event.lane for event in timeline.trace if isinstance(event, Blocked)}
    return any(
        isinstance(event, Ran) and event.lasted and event.lane not in blocked
        for event in timeline.trace
    )


def _then(event: Ran) -> str:
    if not event.on or event.then in ("ready", "idle", "returned"):
        words = _ALONE.get(event.then, _THEN.get(event.then, event.then))
    else:
        words = f"{_THEN.get(event.then, event.then)} {clean(event.on)}"
    # Of a lane that is done, the line at which it was left says nothing.
    return words if event.then in ("returned", "idle") else words + _at(event.at)


def _at(at: str) -> str:
    return f" ({clean(at)})" if at else ""


def _summary(row: Row, timeline: Timeline) -> str:
    """A band in a sentence: how many, until when, and how long they were in each state."""
    unit = timeline.unit
    took: dict[str, list[int]] = defaultdict(list)
    for lane in row.lanes:
        for state, length_ns in _by_state(lane).items():
            took[state].append(length_ns)
    parts = [f"{row.count:,} {row.things}", f"at most {row.peak:,} at once"]
    parts.append(f"until {unit.at(max(lane.end_ns for lane in row.lanes))}")
    for state, lengths in took.items():
        mean, most = unit.lasting(sum(lengths) // len(lengths)), unit.lasting(max(lengths))
        some = f"{len(lengths):,} " if len(lengths) < row.count else ""
        spread = (
            f"for {mean} each"
            if min(lengths) == max(lengths)
            else f"for {mean} on average, {most} at most"
        )
        parts.append(f"{some}{state} {spread}")
    for what in ("raised", "died", "cancelled", "stuck", "spinning", "unfinished"):
        if count := sum(mark.lanes for mark in row.marks if mark.what == what):
            parts.append(f"{count:,} {what}")
    return "; ".join(parts)


def _by_state(lane: LaneSpans) -> dict[str, int]:
    took: defaultdict[str, int] = defaultdict(int)
    for span in lane.spans:
        if span.end_ns > span.start_ns:
            took[span.state] += span.end_ns - span.start_ns
    return took
