"""Lanes that are alike become one row, so that a picture never has more rows than an eye follows.

Two steps. Lanes that did the same at the same times share a row that is drawn as they would be.
If that leaves too many rows, the lanes of a family (the same name but for its number) share a
row that shows, at each instant, how many of them are in each state.

Invariant: every lane is in exactly one row; rows stand by kind, then in order of creation.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from checker.timeline.names import family, short, spoken, without_numbers
from checker.timeline.spans import LaneSpans, Mark, Span

MOST_ROWS = 24
KINDS = ("loop", "task", "thread", "process")
# From the bottom of a band to its top: what works, then what is parked, then what is held up.
STACK = (
    "blocking",
    "running",
    "computing",
    "sleeping",
    "waiting",
    "queued",
    "ready",
    "starved",
)
_PLACE = {state: n for n, state in enumerate(STACK, 1)}
_moment = itemgetter(0)

Group: TypeAlias = list[LaneSpans]


class Level(NamedTuple):
    """From this moment on, so many lanes of a band are in each state of STACK."""

    t_ns: int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the picture: a lane, several that did the same, or a band of many."""

    kind: str
    label: str
    lanes: tuple[LaneSpans, ...]
    spans: tuple[Span, ...]  # of every lane of the row; empty for a band
    marks: tuple[Mark, ...]
    band: tuple[Level, ...] = ()

    @property
    def count(self) -> int:
        """How many lanes the row stands for."""
        return len(self.lanes)

    @property
    def things(self) -> str:
        """The plural of its kind of lane."""
        return "processes" if self.kind == "process" else f"{self.kind}s"

    @property
    def who(self) -> str:
        """Its lanes in a sentence."""
        return spoken([lane.name for lane in self.lanes], self.things)

    @property
    def peak(self) -> int:
        """The most lanes of a band that were busy at once."""
        return max((sum(level.counts) for level in self.band), default=0)

    @property
    def first(self) -> LaneSpans:
        """The lane that stands for all."""
        return self.lanes[0]


def fold(lanes: Sequence[LaneSpans], most: int = MOST_ROWS) -> list[Row]:
    """The rows that show these lanes: at most `most`, if there are no more kinds than that."""
    ordered = sorted(lanes, key=lambda lane: _rank(lane.kind))
    groups = _identical(ordered, least=4 if len(lanes) <= most // 2 else 2)
    banded: set[int] = set()
    if len(groups) > most:
        groups = _join_families(groups, most, banded)
    if len(groups) > most:
        groups = _join_rest(groups, most, banded)
    return [_band(group) if group[0].number in banded else _row(group) for group in groups]


def _rank(kind: str) -> int:
    return KINDS.index(kind) if kind in KINDS else len(KINDS)


def _identical(lanes: Iterable[LaneSpans], least: int) -> list[Group]:
    """Groups of lanes that did the same at the same times, if at least so many did."""
    alike: defaultdict[object, Group] = defaultdict(list)
    for lane in lanes:
        alike[_what_shows(lane)].append(lane)
    groups: list[Group] = []
    for group in alike.values():
        groups += [group] if len(group) >= least else [[lane] for lane in group]
    # Dropping a group into single lanes must not move them before lanes that began earlier.
    groups.sort(key=lambda group: (_rank(group[0].kind), group[0].order))
    return groups


def _what_shows(lane: LaneSpans) -> object:
    """All that a row would show of the lane: equal for lanes that may share one."""
    spans = tuple(
        (span.start_ns, span.end_ns, span.state, without_numbers(span.on), span.at)
        for span in lane.spans
    )
    marks = tuple((mark.t_ns, mark.what) for mark in lane.marks)
    left = (lane.left.state, without_numbers(lane.left.on)) if lane.left else lane.ended
    return lane.kind, family(lane.name), lane.begin_ns, lane.end_ns, left, spans, marks


def _join_families(groups: list[Group], most: int, banded: set[int]) -> list[Group]:
    """Join the groups of a family, the largest family first, until few enough are left."""
    families: defaultdict[tuple[str, str], list[Group]] = defaultdict(list)
    for group in groups:
        families[group[0].kind, family(group[0].name)].append(group)
    left = len(groups)
    joined: list[Group] = list(groups)
    for members in sorted(families.values(), key=len, reverse=True):
        if left <= most or len(members) == 1:
            break
        left -= len(members) - 1
        joined = _join(joined, members, banded)
    return joined


def _join_rest(groups: list[Group], most: int, banded: set[int]) -> list[Group]:
    """Join the last groups of the kind that has most of them, until few enough are left."""
    while len(groups) > most:
        kinds = Counter(group[0].kind for group in groups)
        kind, size = max(kinds.items(), key=lambda item: (item[1], -_rank(item[0])))
        if size == 1:
            break
        surplus = min(size, len(groups) - most + 1)
        members = [group for group in groups if group[0].kind == kind][-surplus:]
        groups = _join(groups, members, banded)
    return groups


def _join(groups: list[Group], members: list[Group], banded: set[int]) -> list[Group]:
    """The groups, with these members as one in the place of the first of them."""
    together = sorted((lane for group in members for lane in group), key=lambda lane: lane.order)
    gone = {group[0].number for group in members}
    banded.add(together[0].number)
    place = min(n for n, group in enumerate(groups) if group[0].number in gone)
    joined = [group for group in groups if group[0].number not in gone]
    joined.insert(place, together)
    return joined


def _row(lanes: Group) -> Row:
    first = lanes[0]
    marks = tuple(mark._replace(lanes=len(lanes)) for mark in first.marks)
    label = short([lane.name for lane in lanes])
    return Row(first.kind, label, tuple(lanes), tuple(first.spans), marks)


def _band(lanes: Group) -> Row:
    families = {family(lane.name) for lane in lanes}
    label = short([lane.name for lane in lanes]) if len(families) == 1 else "others"
    moments = Counter((mark.t_ns, mark.what) for lane in lanes for mark in lane.marks)
    marks = tuple(
        Mark(t_ns, what, "", "", count) for (t_ns, what), count in sorted(moments.items())
    )
    return Row(lanes[0].kind, label, tuple(lanes), (), marks, tuple(levels(lanes)))


def levels(lanes: Iterable[LaneSpans]) -> list[Level]:
    """How many of the lanes are in each state, from moment to moment."""
    # A change is a moment, and the place in STACK, counted from 1, of what is one more or less.
    changes = [
        change
        for lane in lanes
        for span in lane.spans
        if span.end_ns > span.start_ns
        for change in ((span.start_ns, _PLACE[span.state]), (span.end_ns, -_PLACE[span.state]))
    ]
    changes.sort()
    counts = [0] * (len(STACK) + 1)
    found: list[Level] = []
    for t_ns, together in groupby(changes, key=_moment):
        for _, place in together:
            if place > 0:
                counts[place] += 1
            else:
                counts[-place] -= 1
        level = tuple(counts[1:])
        if not found or found[-1].counts != level:
            found.append(Level(t_ns, level))
    return found
