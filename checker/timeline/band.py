"""Many lanes in one row: at each instant, how many of them are in each state.

The states are stacked, those that work at the bottom and those that are held up at the top. The
height of the row is the most that were busy at once.

Invariant: at most one step of the outline for each pixel; between, the average over the pixel.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from checker.timeline import bars
from checker.timeline.bars import paint
from checker.timeline.colours import GROUND, INK
from checker.timeline.fold import STACK, Level
from checker.timeline.frame import Frame, Place
from checker.timeline.shapes import box, mono_px, num

_BLOCKING_PX = 3.0


def draw(place: Place, frame: Frame) -> str:
    """The shapes of a band."""
    columns = _columns(place.row.band, frame)
    peak = max(1, place.row.peak)
    unit = place.height / peak
    floors = [0.0] * len(columns)
    parts = []
    for n, state in enumerate(STACK):
        heights = [counts[n] * unit for _, counts in columns]
        if not any(heights):
            continue
        if state == "blocking":  # One of a thousand is the one to see.
            heights = [max(height, _BLOCKING_PX) if height else 0 for height in heights]
        tops = [min(place.height, low + high) for low, high in zip(floors, heights, strict=True)]
        path = _area([x for x, _ in columns], floors, tops, place.y + place.height)
        parts.append(f'<path d="{path}" {paint(state)}/>')
        floors = tops
    return "".join(parts) + _tail(place, unit, frame)


def _tail(place: Place, unit: float, frame: Frame) -> str:
    """The lanes that did not end go on behind the end of the run."""
    left = [lane.left.state for lane in place.row.lanes if lane.left]
    if not left or not frame.tail:
        return ""
    parts = []
    floor = place.y + place.height
    for state in STACK:
        if height := left.count(state) * unit:
            floor -= height
            shape = box(frame.right, floor, frame.tail, height)
            parts.append(f"<rect {shape} {paint(state)}/>")
    height = place.y + place.height - floor
    parts.append(
        bars.edge(place, f"M{num(frame.right)} {num(floor)}h{num(frame.tail)}v{num(height)}")
    )
    words = f"{len(left):,} left"
    plate = box(frame.right + 4, place.middle - 7, mono_px(words, bars.WORD_SIZE) + 6, 14)
    parts.append(f'<rect class="bg" {plate} rx="2" fill="{GROUND.light}"/>')
    at = f'x="{num(frame.right + 7)}" y="{num(place.middle + 3.2)}"'
    return f'{"".join(parts)}<text class="t" {at} fill="{INK.light}">{words}</text>'


def _columns(levels: Sequence[Level], frame: Frame) -> list[tuple[float, Sequence[float]]]:
    """The counts from each x on."""
    pixels = int(frame.right - frame.left)
    if len(levels) <= pixels:
        return [(frame.scale.x(level.t_ns), level.counts) for level in levels]
    return [(frame.scale.x(t_ns), counts) for t_ns, counts in _averages(levels, pixels)]


def _averages(levels: Sequence[Level], slices: int) -> Iterator[tuple[int, Sequence[float]]]:
    """So many slices of the time, each with the average of its counts; the last level behind."""
    first_ns, last_ns = levels[0].t_ns, levels[-1].t_ns
    bounds = [first_ns + (last_ns - first_ns) * n // slices for n in range(slices + 1)]
    changes = [*(level.t_ns for level in levels), last_ns + 1]
    now = 0
    for start_ns, end_ns in pairwise(bounds):
        totals = [0] * len(STACK)
        t_ns = start_ns
        while t_ns < end_ns:
            while changes[now + 1] <= t_ns:
                now += 1
            until_ns = min(end_ns, changes[now + 1])
            counts = levels[now].counts
            totals = [had + n * (until_ns - t_ns) for had, n in zip(totals, counts, strict=True)]
            t_ns = until_ns
        if end_ns > start_ns:
            yield start_ns, [total / (end_ns - start_ns) for total in totals]
    yield last_ns, levels[-1].counts


def _area(xs: list[float], floors: list[float], tops: list[float], bottom: float) -> str:
    """The outline of one state: along its top to the right, and back along its floor."""
    there = _line(xs, tops, bottom)
    # The end of each step is where the next one begins; the last level is nought.
    back = [f"V{num(bottom - floors[-1])}"]
    for n in range(len(xs) - 1, 0, -1):
        if floors[n - 1] != floors[n]:
            back.append(f"H{num(xs[n])}V{num(bottom - floors[n - 1])}")
    back.append(f"H{num(xs[0])}")
    return f"{there}{''.join(back)}Z"


def _line(xs: list[float], tops: list[float], bottom: float) -> str:
    parts = [f"M{num(xs[0])} {num(bottom - tops[0])}"]
    for n in range(1, len(xs)):
        if tops[n] != tops[n - 1]:
            parts.append(f"H{num(xs[n])}V{num(bottom - tops[n])}")
    parts.append(f"H{num(xs[-1])}")
    return "".join(parts)
