"""What is wide enough to be seen, and what is gathered."""

from __future__ import annotations

from checker.timeline.pixels import BETWEEN_TICKS_PX, Scale, see
from checker.timeline.spans import Span

SCALE = Scale(0.0, 0, 1.0)  # A nanosecond is a pixel.
FINE = Scale(0.0, 0, 0.01)


def span(start: int, end: int, state: str) -> Span:
    """A span without words."""
    return Span(start, end, state, "", "")


def test_wide_spans_are_drawn_as_they_are_and_steps_without_length_as_ticks() -> None:
    seen = see([span(0, 0, "running"), span(0, 50, "waiting"), span(50, 50, "running")], SCALE)
    assert [(piece.x, piece.width, piece.state) for piece in seen.pieces] == [(0, 50, "waiting")]
    assert seen.ticks == [0, 50]


def test_ticks_keep_a_distance_so_that_they_do_not_look_like_a_loop_that_always_runs() -> None:
    seen = see([span(n, n, "running") for n in range(1000)], SCALE)
    assert len(seen.ticks) == 1000 / BETWEEN_TICKS_PX


def test_steps_that_follow_each_other_without_a_pause_are_one_stretch() -> None:
    seen = see([span(n, n + 1, "running") for n in range(5000)], FINE)
    assert [(piece.x, round(piece.width), piece.state) for piece in seen.pieces] == [
        (0, 50, "running")
    ]


def test_steps_with_long_pauses_between_are_ticks() -> None:
    seen = see([span(n, n + 1, "running") for n in range(0, 5000, 1000)], FINE)
    assert len(seen.ticks) == 5
    assert not seen.pieces


def test_a_block_is_seen_however_short_it_was() -> None:
    spans = [span(n, n + 10, "waiting") for n in range(0, 10_000, 10)]
    spans[500] = span(5000, 5010, "blocking")
    blocks = [piece for piece in see(spans, FINE).pieces if piece.state == "blocking"]
    assert len(blocks) == 1
    assert blocks[0].width >= 3


def test_what_is_too_narrow_shows_the_state_that_took_most_of_it() -> None:
    spans = []
    for n in range(0, 10_000, 10):
        spans += [span(n, n + 3, "running"), span(n + 3, n + 10, "waiting")]
    pieces = see(spans, FINE).pieces
    assert {piece.state for piece in pieces} == {"waiting"}
    assert sum(piece.width for piece in pieces) > 95
    assert sum(piece.spans for piece in pieces) >= 1900


def test_the_number_of_shapes_is_bounded_by_the_width() -> None:
    spans = []
    for n in range(0, 1_000_000, 10):
        spans += [span(n, n + 3, "starved"), span(n + 3, n + 5, "running")]
    seen = see(spans, Scale(0.0, 0, 700 / 1_000_000))
    assert len(seen.pieces) + len(seen.ticks) <= 700
