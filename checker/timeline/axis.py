"""The clock above the lanes: round ticks, and the exact moment at which the run ended.

Invariant: the label of the end is always there and whole; a tick that would touch it is left out.
"""

from __future__ import annotations

from checker.timeline.colours import GRID, HELD, INK, MUTED
from checker.timeline.frame import PAD, TOP, Frame
from checker.timeline.layout import Timeline
from checker.timeline.shapes import bold_px, num, sans_px, words

_SIZE = 11.0
_BETWEEN_PX = 84.0
# How a run can end, in a word. "returned" is what a run should do and goes without saying.
ENDINGS = {
    "returned": "",
    "raised": "raised",
    "stuck": "stuck",
    "spinning": "spinning",
    "stopped": "stopped",
}


def draw(timeline: Timeline, frame: Frame) -> str:
    """The axis, the lines that run down from it, and the end of the run."""
    unit = timeline.unit
    ending = ENDINGS.get(timeline.outcome, timeline.outcome)
    end = unit.lasting(timeline.end_ns, small=False)
    if ending:
        end = f"{ending} {'after' if unit.is_steps else 'at'} {end}"
    end_px = bold_px(end, _SIZE + 1)
    # Centred on the end if there is room for that, else pushed inward.
    middle = min(frame.right, frame.width - PAD - end_px / 2)
    if frame.tail:
        middle = frame.right - end_px / 2
    lines, texts = [], []
    most = max(2, int((frame.right - frame.left) / _BETWEEN_PX))
    for t_ns, label in unit.ticks(timeline.start_ns, timeline.end_ns, most):
        x = frame.scale.x(t_ns)
        lines.append(f"M{num(x)} {num(TOP - 5)}V{num(frame.bottom)}")
        if x + sans_px(label, _SIZE) / 2 + 10 < middle - end_px / 2:
            texts.append(f'<text x="{num(x)}" y="22">{words(label)}</text>')
    x = frame.right
    bad = timeline.outcome not in ("returned", "")
    return (
        f'<path class="grid" d="{"".join(lines)}" stroke="{GRID.light}"/>'
        f'<path class="{"bad" if bad else "end"}"'
        f' d="M{num(x)} {num(TOP - 6)}V{num(frame.bottom)}"'
        f' stroke="{(HELD if bad else MUTED).light}"/>'
        f'<g class="m" text-anchor="middle" font-size="{_SIZE:g}" fill="{MUTED.light}">'
        f"{''.join(texts)}"
        f'<text class="{"wrong" if bad else "t"}" x="{num(middle)}" y="22" font-weight="600"'
        f' font-size="{_SIZE + 1:g}" fill="{(HELD if bad else INK).light}">{words(end)}</text>'
        f"{_behind(timeline, frame)}</g>"
    )


def _behind(timeline: Timeline, frame: Frame) -> str:
    """What the tail behind the end stands for."""
    if not frame.tail:
        return ""
    text = "for ever" if timeline.outcome in ("stuck", "spinning") else "not over"
    return f'<text x="{num(frame.right + frame.tail / 2)}" y="22" font-style="italic">{text}</text>'
