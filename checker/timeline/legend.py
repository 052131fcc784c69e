"""What the colours and signs mean: only of those that occur in the picture."""

from __future__ import annotations

from collections.abc import Iterable

from checker.timeline.bars import paint, plate, sign_at
from checker.timeline.colours import LOOKS, MUTED, SIGNS
from checker.timeline.frame import PAD, Frame
from checker.timeline.layout import Timeline
from checker.timeline.shapes import box, num, sans_px, words

_SIZE = 11.0
_LINE = 20.0
_SWATCH = 20.0


def draw(timeline: Timeline, frame: Frame, notes: Iterable[str] = ()) -> tuple[str, float]:
    """The legend below the lanes, and the height of the picture with it."""
    states = _states(timeline)
    items = [(_swatch(state), LOOKS[state].words) for state in LOOKS if state in states]
    if "running" not in states and any(lane.spans for lane in timeline.lanes):
        items.append((_step(), "running, for no time at all"))
    items += [(sign_at(what, _SWATCH - 7, 0), SIGNS[what].words) for what in _signs(timeline)]
    items += [("", note) for note in notes]
    x, y = PAD, frame.bottom + 14
    parts = []
    for shape, text in items:
        wide = (_SWATCH + 7 if shape else 0) + sans_px(text, _SIZE)
        if x > PAD and x + wide > frame.width - PAD:
            x, y = PAD, y + _LINE
        parts.append(
            f'<g transform="translate({num(x)} {num(y)})">{shape}'
            f'<text class="m" x="{num(_SWATCH + 7 if shape else 0)}" y="4" font-size="{_SIZE:g}"'
            f' fill="{MUTED.light}">{words(text)}</text></g>'
        )
        x += wide + 18
    return "".join(parts), y + (16 if parts else 0)


def _states(timeline: Timeline) -> set[str]:
    found = {
        span.state for lane in timeline.lanes for span in lane.spans if span.end_ns > span.start_ns
    }
    return found | {lane.left.state for lane in timeline.lanes if lane.left}


def _signs(timeline: Timeline) -> list[str]:
    found = {mark.what for lane in timeline.lanes for mark in lane.marks}
    return [what for what in SIGNS if what in found]


def _swatch(state: str) -> str:
    if state == "blocking":
        return plate(0, 0, _SWATCH, 15)
    height = 12.0 * LOOKS[state].height
    return f"<rect {box(0, -height / 2, _SWATCH, height)} {paint(state)}/>"


def _step() -> str:
    ink = LOOKS["running"].fill.light
    path = f"M{num(_SWATCH - 5)} -7v14"
    return f'<path class="tick" d="{path}" stroke="{ink}" stroke-width="2"/>'
