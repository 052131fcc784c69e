"""What each part of the picture says when it is pointed at."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from checker.timeline.fold import STACK
from checker.timeline.frame import PAD, Frame, Place
from checker.timeline.layout import Timeline, holders
from checker.timeline.names import clean
from checker.timeline.pixels import Piece, Seen
from checker.timeline.spans import Span
from checker.timeline.tips import Tip

_SLICES = 60
_STEP_PX = 4.0
_NAMED = 5


def explain(timeline: Timeline, frame: Frame, seen: Sequence[Seen]) -> list[Tip]:
    """The tips of a picture: for every label, bar and mark, and for the steps of the loop."""
    tips: list[Tip] = []
    for place, shapes in zip(frame.places, seen, strict=True):
        if place.row.band:
            tips += _band(place, timeline, frame)
        else:
            tips += [_bar(piece, place, timeline) for piece in shapes.pieces]
        if place.row.kind == "loop":
            tips += _steps(place, timeline, frame, shapes)
        tips += _marks(place, timeline, frame)
        tips.append(_label(place, timeline, frame))
    return tips


def _label(place: Place, timeline: Timeline, frame: Frame) -> Tip:
    row, unit = place.row, timeline.unit
    lines = [row.who]
    if row.count > 1:
        lines.append(f"{row.count:,} {row.things}" + (" that did the same" if row.spans else ""))
    if row.kind != "loop":
        begun = f"began at {unit.at(row.first.begin_ns)}"
        lines.append(f"{begun}, by {clean(row.first.by)}" if row.first.by else begun)
        if row.first.at:
            lines.append(clean(row.first.at))
    return Tip(PAD - 4, place.y - 2, frame.left - PAD - 4, place.height + 4, tuple(lines))


def _bar(piece: Piece, place: Place, timeline: Timeline) -> Tip:
    span, unit = piece.span, timeline.unit
    name = clean(span.who) if span.who else place.row.who
    lasted = unit.lasting(span.end_ns - span.start_ns)
    if piece.spans > 1:
        lines = [f"{name}: {piece.spans:,} short spans in {lasted}, mostly {piece.state}"]
    else:
        lines = [f"{name}: {piece.state} for {lasted}"]
    lines.append(f"{unit.at(span.start_ns)} to {unit.at(span.end_ns)}")
    if piece.spans == 1:
        lines.append(" ".join(filter(None, (clean(span.on), _at(span.at)))))
        if span.state == "starved":
            lines.append(_held_up(timeline, span.start_ns, span.end_ns))
    extra = 2.5 if piece.state == "blocking" else 0.0
    return Tip(
        piece.x, place.y - extra, max(piece.width, 2), place.height + 2 * extra, tuple(lines)
    )


def _steps(place: Place, timeline: Timeline, frame: Frame, shapes: Seen) -> list[Tip]:
    """Who ran at each tick of the loop."""
    slot = max(_STEP_PX, (frame.right - frame.left) / _SLICES)
    steps: defaultdict[int, list[Span]] = defaultdict(list)
    for span in place.row.spans:
        if span.state == "running" and shapes.ticks:
            # A step without a tick of its own is shown by the one before it.
            n = bisect_right(shapes.ticks, frame.scale.x(span.end_ns) + 0.5) - 1
            steps[int(shapes.ticks[max(0, n)] / slot)].append(span)
    tips = []
    for spans in steps.values():
        names = list(dict.fromkeys(clean(span.who) for span in spans))
        shown = ", ".join(names[:_NAMED])
        more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
        start, end = (timeline.unit.at(t) for t in (spans[0].start_ns, spans[-1].end_ns))
        when = start if start == end else f"{start} to {end}"
        lines = (f"loop: {len(spans):,} step{'' if len(spans) == 1 else 's'}, {when}", shown + more)
        x = frame.scale.x(spans[0].start_ns) - 2
        width = frame.scale.x(spans[-1].end_ns) + 2 - x
        tips.append(Tip(x, place.y, width, place.height, lines))
    return tips


def _at(at: str) -> str:
    return f"at {clean(at)}" if at else ""


def _held_up(timeline: Timeline, start_ns: int, end_ns: int) -> str:
    """Who held the loop meanwhile."""
    blocks = holders(timeline.blocks, start_ns, end_ns)
    if not blocks:
        return ""
    first = blocks[0]
    more = f" and {len(blocks) - 1:,} more" if len(blocks) > 1 else ""
    return f"the loop was held by {clean(first.who)} in {clean(first.on)}{more}"


def _marks(place: Place, timeline: Timeline, frame: Frame) -> list[Tip]:
    tips = []
    for mark in place.row.marks:
        x = frame.scale.x(mark.t_ns)
        many = f"{mark.lanes:,} × " if mark.lanes > 1 else ""
        text = clean(mark.text)
        if mark.what in ("stuck", "spinning", "unfinished"):
            if not frame.tail:
                continue
            lines = (f"{place.row.who}: {mark.what}", f"{text} {_at(mark.at)}".strip())
            tips.append(Tip(frame.right + 1, place.y, frame.tail, place.height, lines))
            continue
        head = text if mark.what == "cancel" and text else f"{mark.what} {text}".strip()
        lines = (
            f"{place.row.who}: {many}{head}",
            f"{timeline.unit.at(mark.t_ns)} {_at(mark.at)}".strip(),
        )
        tips.append(Tip(x - 6, place.y - 4, 12, place.height + 4, lines))
    return tips


def _band(place: Place, timeline: Timeline, frame: Frame) -> list[Tip]:
    """The counts of a band: for every level if they are few, else for slices of the time."""
    levels = place.row.band
    starts = [level.t_ns for level in levels]
    if len(levels) <= _SLICES:
        bounds = starts
    else:
        step = (starts[-1] - starts[0]) / _SLICES
        bounds = [starts[0] + round(step * n) for n in range(_SLICES + 1)]
    tips = []
    for start_ns, end_ns in pairwise(bounds):
        level = levels[bisect_right(starts, start_ns) - 1]
        x = frame.scale.x(start_ns)
        counts = [
            f"{count:,} {state}"
            for state, count in reversed(list(zip(STACK, level.counts, strict=True)))
            if count
        ]
        lines = (f"{place.row.who}, from {timeline.unit.at(start_ns)}", *counts)
        tips.append(Tip(x, place.y, frame.scale.x(end_ns) - x, place.height, lines))
    return tips
