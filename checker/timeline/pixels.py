"""Spans as what can be seen of them at a given scale.

A span of at least a pixel is drawn as it is. Steps without length become ticks, with room between
them: ticks that touched would look like a loop that runs all the time. What is too narrow is
gathered until it is wide enough to see, and shown as the state that took most of it. Blocking is
never lost in that: it keeps a least width.

Invariant: pieces stand in order and their number is bounded by the width, not by the trace.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from checker.timeline.spans import Span

SEEN_PX = 1.0  # A span of this width is drawn for itself.
TICK_PX = 2.0  # A step up to this width is a tick too.
BETWEEN_TICKS_PX = 4.0
GATHER_PX = 3.0  # Narrower ones are gathered to about this width.
BLOCKING_PX = 3.0


class Piece(NamedTuple):
    """One shape of a lane."""

    x: float
    width: float
    state: str
    span: Span  # the first that it shows, with the end of the last
    spans: int  # how many it stands for


class Seen(NamedTuple):
    """What can be seen of a lane."""

    pieces: list[Piece]
    ticks: list[float]


class Scale(NamedTuple):
    """From moments to pixels."""

    left: float
    start_ns: int
    px_per_ns: float

    def x(self, t_ns: int) -> float:
        """Where a moment is."""
        return self.left + (t_ns - self.start_ns) * self.px_per_ns


class _Gathered:
    """Neighbouring spans, each too narrow to be seen."""

    def __init__(self, scale: Scale, seen: Seen) -> None:
        self.scale = scale
        self.seen = seen
        self.spans: list[Span] = []

    def add(self, span: Span) -> None:
        if self.spans and self._px(self.spans[-1].end_ns, span.start_ns) >= SEEN_PX:
            self.flush()
        self.spans.append(span)
        if self._px(self.spans[0].start_ns, span.end_ns) >= GATHER_PX:
            self.flush()

    def flush(self) -> None:
        if not self.spans:
            return
        first, last, count = self.spans[0], self.spans[-1], len(self.spans)
        x, width = self.scale.x(first.start_ns), self._px(first.start_ns, last.end_ns)
        state = self._state()
        if state != "running":
            for span in self.spans:
                if span.state == "running":
                    _tick(self.scale.x(span.start_ns), self.seen)
        block = next((span for span in self.spans if span.state == "blocking"), None)
        if block:
            piece = Piece(self.scale.x(block.start_ns), BLOCKING_PX, "blocking", block, 1)
            self.seen.pieces.append(piece)
        if state == "running" and width < SEEN_PX:
            _tick(x + width / 2, self.seen)
        elif width >= SEEN_PX and state not in ("blocking", "idle"):
            whole = first._replace(end_ns=last.end_ns)
            _add(Piece(x, width, state, whole, max(2, count)), self.seen)
        self.spans = []

    def _state(self) -> str:
        """The state that took most of the time; idle is the time between the spans."""
        took = {"idle": self.spans[-1].end_ns - self.spans[0].start_ns}
        for span in self.spans:
            length_ns = span.end_ns - span.start_ns
            took[span.state] = took.get(span.state, 0) + length_ns
            took["idle"] -= length_ns
        return max(took, key=lambda state: took[state])

    def _px(self, start_ns: int, end_ns: int) -> float:
        return (end_ns - start_ns) * self.scale.px_per_ns


def see(spans: Sequence[Span], scale: Scale) -> Seen:
    """The pieces and the ticks that show these spans of one lane."""
    seen = Seen([], [])
    gathered = _Gathered(scale, seen)
    for n, span in enumerate(spans):
        width = (span.end_ns - span.start_ns) * scale.px_per_ns
        x = scale.x(span.start_ns)
        if span.state == "running" and width <= TICK_PX and not _goes_on(spans, n):
            if width and gathered.spans:
                gathered.add(span)
            else:
                _tick(x + width / 2, seen)
        elif width >= SEEN_PX:
            gathered.flush()
            if span.state == "blocking":
                width = max(width, BLOCKING_PX)
            seen.pieces.append(Piece(x, width, span.state, span, 1))
        elif width:
            gathered.add(span)
    gathered.flush()
    return seen


def _goes_on(spans: Sequence[Span], n: int) -> bool:
    """Whether the next span is one more step without a pause: then it is no tick but a stretch."""
    following = spans[n + 1] if n + 1 < len(spans) else None
    span = spans[n]
    return (
        following is not None
        and following.state == "running"
        and following.start_ns == span.end_ns > span.start_ns
    )


def _tick(x: float, seen: Seen) -> None:
    if not seen.ticks or x - seen.ticks[-1] >= BETWEEN_TICKS_PX:
        seen.ticks.append(x)


def _add(piece: Piece, seen: Seen) -> None:
    """Add a gathered piece, to the one before it if that is gathered and alike."""
    last = seen.pieces[-1] if seen.pieces else None
    if last and last.spans > 1 and last.state == piece.state and piece.x - last.x - last.width < 1:
        span = last.span._replace(end_ns=piece.span.end_ns)
        width = piece.x + piece.width - last.x
        seen.pieces[-1] = Piece(last.x, width, last.state, span, last.spans + piece.spans)
    else:
        seen.pieces.append(piece)
