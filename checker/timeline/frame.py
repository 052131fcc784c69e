"""Where everything stands in the picture: labels, lanes, the axis, the tail behind the end.

Invariant: labels never take more than a third of the width, and every row has a place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from checker.timeline.fold import Row
from checker.timeline.layout import Timeline
from checker.timeline.names import clip
from checker.timeline.pixels import Scale
from checker.timeline.shapes import MONO_EM, mono_px, sans_px

PAD = 12.0
TOP = 34.0  # The axis stands above the lanes.
LABEL_SIZE = 12.0
NOTE_SIZE = 10.0
LEAST_WIDTH = 320
TAIL = 118.0
ROOMY_ROWS = 14  # Up to so many rows, every lane is high enough for words in it.
ROOMY = 18.0  # That is so high.
_HEADINGS = {"thread": "threads", "process": "processes"}


class Place(NamedTuple):
    """A row, and the box in which its bars stand."""

    row: Row
    label: str
    y: float
    height: float

    @property
    def middle(self) -> float:
        """The line that the bars stand around."""
        return self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Frame:
    """The measures of one picture."""

    width: int
    left: float
    right: float  # where the run ends
    tail: float  # behind it, for lanes that did not end; else 0
    bottom: float
    scale: Scale
    places: tuple[Place, ...]
    headings: tuple[tuple[float, str], ...]


def measure(timeline: Timeline, width: int) -> Frame:
    """The frame of a picture of this width; its height follows from its rows."""
    width = max(LEAST_WIDTH, width)
    roomy = len(timeline.rows) <= ROOMY_ROWS
    limit = int((width / 3 - PAD) / (LABEL_SIZE * MONO_EM))
    labels = [_label(row, limit) for row in timeline.rows]
    label_px = max(mono_px(label, LABEL_SIZE) for label in labels)
    notes = [sans_px(note(row), NOTE_SIZE) for row in timeline.rows if row.band]
    left = PAD + max([label_px, *notes]) + 14
    tail = min(TAIL, width / 6) if any(unfinished(row) for row in timeline.rows) else 0.0
    right = width - PAD - 8 - tail
    places, headings, bottom = _stack(timeline.rows, labels, roomy)
    scale = Scale(left, timeline.start_ns, (right - left) / max(1, timeline.length_ns))
    return Frame(width, left, right, tail, bottom, scale, places, headings)


def unfinished(row: Row) -> bool:
    """Whether a lane of the row was not over when the run was."""
    return any(lane.left for lane in row.lanes)


def note(row: Row) -> str:
    """What stands below the label of a band: how many the height of the row stands for."""
    return f"at most {row.peak:,} at once"


def _label(row: Row, limit: int) -> str:
    count = f" ×{row.count:,}" if row.count > 1 else ""
    return clip(row.label, max(4, limit - len(count))) + count


def _height(row: Row, roomy: bool) -> float:
    if row.band:
        return 64.0 if roomy else 44.0
    if row.count > 1:
        return min(30.0, ROOMY + 2 * row.count) if roomy else ROOMY
    return ROOMY if roomy or row.kind == "loop" else 12.0


def _stack(
    rows: Sequence[Row], labels: Sequence[str], roomy: bool
) -> tuple[tuple[Place, ...], tuple[tuple[float, str], ...], float]:
    """The rows from top to bottom, with a heading where another kind of lane begins."""
    gap = 8.0 if roomy else 5.0
    y = TOP + 4
    places, headings = [], []
    for n, (row, label) in enumerate(zip(rows, labels, strict=True)):
        if n and row.kind != rows[n - 1].kind:
            y += 6
            if row.kind in _HEADINGS:
                headings.append((y, _HEADINGS[row.kind]))
                y += 16
        height = _height(row, roomy)
        places.append(Place(row, label, y, height))
        y += height + gap
    return tuple(places), tuple(headings), y
