"""What a reader sees who points at something: drawn last, so that nothing covers it.

All of them are hidden by an attribute, and the style sheet shows the one that is pointed at. Where
styles are stripped they stay hidden, and the table in words tells the same.
"""

from __future__ import annotations

from typing import NamedTuple

from checker.timeline.names import columns
from checker.timeline.shapes import MONO, MONO_EM, box, num, words

MOST_TIPS = 250
_SIZE = 11.0
_LINE = 15.0
_COLUMNS = 76
_MOST_LINES = 12


class Tip(NamedTuple):
    """A box that can be pointed at, and what it then says."""

    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]


def draw(tips: list[Tip], width: float, height: float) -> str:
    """The tips of a picture of this size. Of too many, the widest are kept."""
    if len(tips) > MOST_TIPS:
        widest = sorted(range(len(tips)), key=lambda n: -tips[n].width)[:MOST_TIPS]
        tips = [tips[n] for n in sorted(widest)]
    # An empty title keeps the title of the whole picture from popping up over a tip.
    drawn = "".join(_tip(tip, width, height) for tip in tips)
    font = f'font-family="{MONO}" font-size="{_SIZE:g}"'
    return f'<g visibility="hidden" pointer-events="all" {font}><title></title>{drawn}</g>'


def _tip(tip: Tip, width: float, height: float) -> str:
    lines = [part for line in tip.lines for part in _wrapped(line)][:_MOST_LINES]
    longest = max(map(columns, lines), default=0)
    wide = longest * _SIZE * MONO_EM + 18
    high = len(lines) * _LINE + 9
    x = max(4.0, min(tip.x + 10, width - wide - 4))
    y = tip.y + tip.height + 5
    if y + high > height - 2:  # Above, if it fits there; else wherever it does.
        y = tip.y - high - 5 if tip.y >= high + 7 else max(2.0, height - high - 2)
    text = "".join(
        f'<tspan x="{num(x + 9)}" dy="{num(_LINE)}">{words(line)}</tspan>' for line in lines
    )
    return (
        f'<g class="h"><rect {box(tip.x, tip.y, tip.width, tip.height)}/>'
        f'<g><rect {box(x, y, wide, high)} rx="4"/>'
        f'<text y="{num(y + 3)}">{text}</text></g></g>'
    )


def _wrapped(line: str) -> list[str]:
    """A long line as several: a name is shown whole here, wherever else it was clipped."""
    if columns(line) <= _COLUMNS:
        return [line] if line else []
    room = _COLUMNS if columns(line) == len(line) else _COLUMNS // 2
    return [line[n : n + room] for n in range(0, len(line), room)]
