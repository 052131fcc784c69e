"""The bars, ticks and marks of one row.

Invariant: blocking is drawn after everything else of its row, so nothing ever hides it.
"""

from __future__ import annotations

from collections.abc import Iterator

from checker.timeline.colours import HELD, INK, LOOKS, SIGNS
from checker.timeline.frame import ROOMY, Frame, Place
from checker.timeline.names import clean, without_numbers
from checker.timeline.pixels import Piece, Seen
from checker.timeline.shapes import ID, box, mono_px, num, words

WORD_SIZE = 10.5
_SIGN_PX = 11.0
_STRIPS = 8  # A row of several lanes shows at most so many strips.


def draw(place: Place, seen: Seen, frame: Frame) -> str:
    """The shapes of a row that is not a band."""
    parts = [_bar(piece, place) for piece in seen.pieces if piece.state != "blocking"]
    parts.append(_tail(place, frame))
    parts.append(_ticks(seen.ticks, place))
    parts += [_bar(piece, place) for piece in seen.pieces if piece.state == "blocking"]
    parts.append(_strips(place, frame))
    if place.height >= ROOMY:
        parts += [_words(piece, place) for piece in seen.pieces if piece.spans == 1]
        if place.row.first.left and frame.tail:
            left = place.row.first.left
            last = Piece(frame.right, frame.tail - 6, left.state, left, 1)
            parts.append(_words(last, place))
    return "".join(parts)


def _bar(piece: Piece, place: Place) -> str:
    if piece.state == "blocking":
        return plate(piece.x, place.middle, piece.width, place.height + 5)
    height = place.height * LOOKS[piece.state].height
    where = box(piece.x, place.middle - height / 2, piece.width, height)
    rx = ' rx="1.5"' if piece.width > 4 else ""
    return f"<rect {where}{rx} {paint(piece.state)}/>"


def plate(x: float, middle: float, width: float, height: float) -> str:
    """A bar of blocking: with a light line in it, like a sign that says stop."""
    where = box(x, middle - height / 2, width, height)
    rx = ' rx="2"' if width > 4 else ""
    thin = "" if width > 6 else ' stroke-width=".4"'  # Many edges in a row would hide the colour.
    shape = f"<rect {where}{rx} {paint('blocking')}{thin}/>"
    if width < 12 or height < 10:
        return shape
    inner = box(x + 2.5, middle - height / 2 + 2.5, width - 5, height - 5)
    ink = LOOKS["blocking"].ink.light
    return f'{shape}<rect {inner} rx="1" class="inner" stroke="{ink}" stroke-width=".9"/>'


def paint(state: str) -> str:
    """The attributes that fill a shape with the look of a state."""
    look = LOOKS[state]
    if state == "blocking":
        return f'class="{state}" fill="{look.fill.light}" stroke="#7d1204"'
    if not look.texture:
        return f'class="{state}" fill="{look.fill.light}"'
    # The colour behind the texture is for a reader that has lost the texture.
    texture = f"url(#{ID}-{state}) {look.fill.light}"
    return f'class="o-{state}" fill="{texture}" stroke="{look.ink.light}" stroke-width=".7"'


def _ticks(ticks: list[float], place: Place) -> str:
    if not ticks:
        return ""
    path = "".join(f"M{num(x)} {num(place.y)}v{num(place.height)}" for x in ticks)
    ink = LOOKS["running"].fill.light
    return f'<path class="tick" d="{path}" stroke="{ink}" stroke-width="2"/>'


def _strips(place: Place, frame: Frame) -> str:
    """Lines that part the bars of a row of several lanes, so that it looks like several."""
    count = min(place.row.count, _STRIPS)
    if count == 1 or not place.row.spans:
        return ""
    first, step = place.row.first, place.height / count
    left, right = frame.scale.x(first.begin_ns) - 2, frame.scale.x(first.spans[-1].end_ns) + 2
    right += frame.tail if first.left else 0
    path = "".join(f"M{num(left)} {num(place.y + n * step)}H{num(right)}" for n in range(1, count))
    return f'<path class="gap" d="{path}" stroke="#fff" stroke-width=".8"/>'


def _words(piece: Piece, place: Place) -> str:
    """What a bar waits for, or what blocks, if there is room for it."""
    for text in _choices(piece, place):
        width = mono_px(text, WORD_SIZE)
        if text and width <= piece.width - 10:
            return _label(text, width, piece, place)
    return ""


def _choices(piece: Piece, place: Place) -> Iterator[str]:
    """From what says most to what is shortest."""
    who, on = clean(piece.span.who), clean(piece.span.on)
    if place.row.count > 1:
        on = without_numbers(on)
    if who:
        if on:
            yield f"{who}: {on}"
        yield who
    elif piece.state not in ("running", "starved", "ready"):
        yield on
        yield on.split("(")[0]


def _label(text: str, width: float, piece: Piece, place: Place) -> str:
    look = LOOKS[piece.state]
    x, y = piece.x + (7 if piece.state == "blocking" else 5), place.middle
    ground = ""
    if look.texture or place.row.count > 1:  # Words on stripes cannot be read.
        where = box(x - 2, y - 6, width + 4, 12)
        ground = f'<rect {where} rx="2" class="{piece.state}" fill="{look.fill.light}"/>'
    bold = ' font-weight="600"' if piece.state == "blocking" else ""
    return (
        f'{ground}<text class="w-{piece.state}" x="{num(x)}" y="{num(y + 3.2)}"'
        f' fill="{look.ink.light}"{bold}>{words(text)}</text>'
    )


def _tail(place: Place, frame: Frame) -> str:
    """A lane that did not end goes on behind the end of the run, as an arrow."""
    left = place.row.first.left
    if not left or not frame.tail or place.row.band:
        return ""
    height = place.height * LOOKS[left.state].height
    x, y, tip = frame.right, place.middle - height / 2, 8.0
    path = (
        f"M{num(x)} {num(y)}h{num(frame.tail - tip)}l{num(tip)} {num(height / 2)}"
        f"l{num(-tip)} {num(height / 2)}h{num(tip - frame.tail)}"
    )
    return f'<path d="{path}z" {paint(left.state)}/>{edge(place, path)}'


def edge(place: Place, path: str) -> str:
    """The edge around what did not end: in the colour of blocking if nothing can end it."""
    stuck = any(mark.what in ("stuck", "spinning") for mark in place.row.marks)
    colour, name = (HELD, "bad") if stuck else (INK, "left")
    return f'<path class="{name}" d="{path}" stroke="{colour.light}" stroke-width="1.6"/>'


def marks(place: Place, frame: Frame) -> str:
    """The signs of what happened to the lanes of a row."""
    band = bool(place.row.band)
    between = _SIGN_PX if band else _SIGN_PX / 2
    drawn: list[tuple[float, str]] = []
    # Where many things happened at one place, the first of SIGNS is the one to see.
    for what in SIGNS:
        for mark in place.row.marks:
            if mark.what == what:
                x = frame.scale.x(mark.t_ns)
                rivals = (other for other, kind in drawn if band or kind == what)
                if all(abs(x - other) >= between for other in rivals):
                    drawn.append((x, what))
    return "".join(sign_at(what, x, _sign_y(what, place)) for x, what in drawn)


def _sign_y(what: str, place: Place) -> float:
    if place.row.band:
        return place.y + 5
    return place.y - 2 if what in ("cancel", "report") else place.middle


def sign_at(what: str, x: float, y: float) -> str:
    """The sign of a mark, around a point."""
    sign = SIGNS[what]
    fill = sign.colour.light if sign.filled else "#fff"
    return (
        f'<path class="k-{what}" transform="translate({num(x)} {num(y)})" d="{sign.path}"'
        f' fill="{fill}" stroke="{sign.colour.light}" stroke-width="1.6"/>'
    )
