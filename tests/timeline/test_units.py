"""Times in words, and the ticks of the axis."""

from __future__ import annotations

from itertools import pairwise

import pytest

from checker.timeline.units import Unit

S = 10**9


@pytest.mark.parametrize(
    ("length_ns", "name", "words"),
    [
        (0, "s", "0.0 s"),
        (3 * S, "s", "3.0 s"),
        (1_250_000_000, "s", "1.25 s"),
        (10_000_000, "ms", "10 ms"),
        (118_797_000, "ms", "118.797 ms"),
        (42_500, "µs", "42.5 µs"),
        (900, "ns", "900 ns"),
        (3_600 * S, "min", "1 h"),
        (3_661 * S + S // 2, "min", "1 h 1 min 1.5 s"),
        (72 * 3_600 * S, "h", "72 h"),
    ],
)
def test_the_unit_fits_the_length_and_no_digit_is_made_up(
    length_ns: int, name: str, words: str
) -> None:
    unit = Unit.for_length(length_ns)
    assert unit.name == name
    assert unit.lasting(length_ns) == words


def test_a_short_duration_in_a_long_run_is_not_rounded_away() -> None:
    unit = Unit.for_length(20 * S)
    assert unit.lasting(120_000) == "120 µs"
    assert unit.at(120_000) == "0.0 s"


def test_a_column_of_times_has_the_same_digits_everywhere() -> None:
    unit = Unit.for_length(20 * S)
    assert [unit.column(t) for t in (0, S // 2, 20 * S)] == ["0.000 s", "0.500 s", "20.000 s"]


@pytest.mark.parametrize("most", [2, 5, 10])
@pytest.mark.parametrize(
    "length_ns", [1, 7, 999, 10**6, 3 * S, 20 * S, 299 * S, 3_600 * S, 50_000 * S, 10**15]
)
def test_ticks_are_few_even_and_within_the_run(length_ns: int, most: int) -> None:
    ticks = Unit.for_length(length_ns).ticks(0, length_ns, most)
    moments = [t_ns for t_ns, _ in ticks]
    assert 1 <= len(ticks) <= most + 1
    assert moments[0] == 0
    assert moments[-1] <= length_ns
    assert len({b - a for a, b in pairwise(moments)}) <= 1
    assert len({label for _, label in ticks}) == len(ticks)


def test_a_run_without_length_has_no_ticks() -> None:
    assert Unit.for_length(0).ticks(0, 0, 5) == []


def test_steps_are_a_unit_too() -> None:
    unit = Unit("steps")
    assert (unit.at(0), unit.lasting(1), unit.lasting(1200)) == ("step 1", "1 step", "1,200 steps")
    assert unit.ticks(0, 4, 4) == [(0, "0"), (1, "1"), (2, "2"), (3, "3"), (4, "4")]
