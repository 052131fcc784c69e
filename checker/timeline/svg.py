"""A trace as a picture: SVG text that stands alone in a file or inline in a page.

Invariant: the same trace and width give the same bytes; the ids in them come from the content,
so that two pictures in one page do not take each other's textures.
"""

from __future__ import annotations

from checker.timeline import axis, band, bars, legend, tips
from checker.timeline.colours import BORDER, GROUND, HELD, INK, MUTED
from checker.timeline.explain import explain
from checker.timeline.frame import LABEL_SIZE, NOTE_SIZE, PAD, Frame, measure, note
from checker.timeline.layout import Timeline, layout
from checker.timeline.pixels import Seen, see
from checker.timeline.shapes import ID, MONO, SANS, box, num, words
from checker.timeline.sheet import css, textures
from checker.timeline.words import describe_timeline
from checker.trace import Trace

WIDTH = 880


def svg(trace: Trace, *, width: int = WIDTH) -> str:
    """The picture of a run, this many pixels wide; its height follows from what it shows."""
    return draw(layout(trace), width)


def draw(timeline: Timeline, width: int = WIDTH) -> str:
    """The picture of a timeline."""
    frame = measure(timeline, width)
    key, height = legend.draw(timeline, frame, _notes(timeline))
    seen = [see(place.row.spans, frame.scale) for place in frame.places]
    hints = tips.draw(explain(timeline, frame, seen), frame.width, height)
    body = _body(timeline, frame, seen, height) + key + hints
    return _close(timeline, body, frame.width, height)


def _notes(timeline: Timeline) -> list[str]:
    notes = []
    if timeline.unit.is_steps:
        notes.append("The clock did not move: the axis counts steps.")
    if not any(lane.spans for lane in timeline.lanes):
        notes.append("Nothing ran.")
    return notes


def _body(timeline: Timeline, frame: Frame, seen: list[Seen], height: float) -> str:
    ground = box(0.5, 0.5, frame.width - 1, height - 1)
    return (
        f'<rect class="bg" {ground} rx="6" fill="{GROUND.light}" stroke="{BORDER.light}"/>'
        f"{axis.draw(timeline, frame)}{_held(timeline, frame)}{_labels(frame)}"
        f'<g font-family="{MONO}" font-size="{bars.WORD_SIZE:g}">{_lanes(frame, seen)}</g>'
    )


def _labels(frame: Frame) -> str:
    parts = [
        f'<text class="m" x="{num(PAD)}" y="{num(y + 10)}" font-size="10.5"'
        f' letter-spacing=".06em" fill="{MUTED.light}">{text.upper()}</text>'
        for y, text in frame.headings
    ]
    x = num(frame.left - 12)
    for place in frame.places:
        parts.append(
            f'<text class="t" x="{x}" y="{num(place.middle + 4)}" text-anchor="end"'
            f' font-family="{MONO}" font-size="{LABEL_SIZE:g}"'
            f' fill="{INK.light}">{words(place.label)}</text>'
        )
        if place.row.band:
            parts.append(
                f'<text class="m" x="{x}" y="{num(place.middle + 19)}" text-anchor="end"'
                f' font-size="{NOTE_SIZE:g}" fill="{MUTED.light}">{words(note(place.row))}</text>'
            )
    return "".join(parts)


def _lanes(frame: Frame, seen: list[Seen]) -> str:
    parts = []
    for place, shapes in zip(frame.places, seen, strict=True):
        if place.row.kind == "loop":
            parts.append(
                f'<path class="base" d="M{num(frame.left)} {num(place.middle)}H{num(frame.right)}"'
                f' stroke="{BORDER.light}" stroke-width="2"/>'
            )
        parts.append(band.draw(place, frame) if place.row.band else bars.draw(place, shapes, frame))
        parts.append(bars.marks(place, frame))
    return "".join(parts)


def _held(timeline: Timeline, frame: Frame) -> str:
    """A shade over the tasks for as long as the loop is held: none of them can run."""
    tasks = [place for place in frame.places if place.row.kind in ("loop", "task")]
    if not tasks:
        return ""
    top, bottom = tasks[0].y - 5, tasks[-1].y + tasks[-1].height + 5
    merged: list[tuple[float, float]] = []
    for block in timeline.blocks:
        start, end = frame.scale.x(block.start_ns), frame.scale.x(block.end_ns)
        if merged and start - merged[-1][1] < 1:
            merged[-1] = (merged[-1][0], end)
        elif end - start >= 1:
            merged.append((start, end))
    return "".join(
        f'<rect class="held" {box(start, top, end - start, bottom - top)}'
        f' fill="{HELD.light}" fill-opacity=".09"/>'
        for start, end in merged
    )


def _close(timeline: Timeline, body: str, width: int, height: float) -> str:
    from hashlib import blake2b

    states = {span.state for lane in timeline.lanes for span in lane.spans}
    states |= {lane.left.state for lane in timeline.lanes if lane.left}
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="ub-tl" role="img"'
        f' aria-labelledby="{ID}-t {ID}-d" width="{width}" height="{num(height)}"'
        f' viewBox="0 0 {width} {num(height)}" font-family="{SANS}" fill="none"'
        f' pointer-events="none">'
        f'<title id="{ID}-t">Timeline of the run</title>'
        f'<desc id="{ID}-d">{words(describe_timeline(timeline))}</desc>'
        f"<style>{css()}</style><defs>{textures(states)}</defs>{body}</svg>\n"
    )
    digest = blake2b(text.encode(), digest_size=5).hexdigest()
    return text.replace(ID, f"ub{digest}")
