"""Signs of life: when they are asked for, and what is made of one that is late."""

from __future__ import annotations

from checker.attempt.pulse import Pulse
from checker.lab.clock import NEVER, NS


def watched() -> Pulse:
    pulse = Pulse()
    pulse.watchers = 1
    return pulse


def test_it_is_asked_in_the_middle_of_a_wait_and_once() -> None:
    pulse = watched()
    assert pulse.moment(2 * NS, 6 * NS) == 4 * NS
    assert pulse.moment(4 * NS, 6 * NS) is None
    assert pulse.answered(4 * NS)
    assert pulse.moment(4 * NS, 6 * NS) is None
    assert pulse.moment(6 * NS, 8 * NS) == 7 * NS


def test_nobody_is_asked_where_nobody_watches_or_no_time_passes() -> None:
    assert Pulse().moment(0, NS) is None
    assert watched().moment(NS, NS) is None
    assert watched().moment(NS, NS + 1) is None
    assert watched().moment(0, NEVER) is None


def test_a_sign_in_time_was_not_late() -> None:
    pulse = watched()
    pulse.moment(0, 2 * NS)
    assert pulse.answered(NS)
    assert pulse.longest(0, 9 * NS) == 0


def test_a_late_sign_and_one_that_does_not_come_count_until_now() -> None:
    pulse = watched()
    pulse.moment(0, 2 * NS)
    assert pulse.longest(0, 4 * NS) == 3
    assert pulse.answered(5 * NS)
    assert pulse.longest(0, 9 * NS) == 4


def test_what_was_late_before_the_mark_does_not_count() -> None:
    pulse = watched()
    pulse.moment(0, 2 * NS)
    pulse.answered(5 * NS)
    mark = pulse.marked()
    assert pulse.longest(mark, 9 * NS) == 0


def test_a_sign_that_nobody_asked_for_is_none() -> None:
    assert not watched().answered(NS)
