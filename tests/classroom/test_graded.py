"""Points: what was earned, deducted, and given by hand."""

from __future__ import annotations

import pytest

from checker.classroom.graded import Override, number, stamp
from checker.classroom.public import cut, public
from tests.classroom import batches
from tests.classroom.batches import batch, student, verdict, work


def test_a_deduction_is_taken_off_and_never_leads_below_0() -> None:
    assert work(verdict(points=5), deducted=1.5).points == 3.5
    assert work(verdict(points=1), deducted=1.5).points == 0
    assert work(None, deducted=1.5).points == 0


def test_points_by_hand_are_final() -> None:
    given = Override(9.0, "why", "prof", batches.MADE)
    assert work(verdict(points=5), override=given, deducted=1.5).points == 9.0
    assert work(None, override=given).points == 9.0
    assert work(None, override=given).given
    assert not work(None).given


def test_the_points_of_a_batch_are_those_of_whoever_has_most() -> None:
    one, two = work(None), work(None, "blocking/dashboard")
    assert batch(student("a", "A", one), student("b", "B", one, two)).points_of == 20
    assert batch().points_of == 0


@pytest.mark.parametrize(
    ("points", "written"),
    [(7.0, "7"), (7.5, "7.5"), (0.0, "0"), (100.0, "100"), (1 / 3, "0.33"), (0.1 + 0.2, "0.3")],
)
def test_points_are_written_as_people_write_them(points: float, written: str) -> None:
    assert number(points) == written


def test_every_sandbox_has_words_and_the_lack_of_one_has_loud_ones() -> None:
    said = [stamp(batch(sandbox=name)) for name in ("jail", "bwrap", "outer", "none", "odd")]
    assert len(set(said)) == 5
    assert said[3].startswith("NO SANDBOX")


def test_of_a_hidden_check_only_number_and_outcome_are_public() -> None:
    seen = public(batches.hidden())
    assert seen is not None
    assert "SECRET" not in seen.to_json()
    assert [check.title for check in seen.checks] == [
        "What price expects.",
        "hidden check 1 of 2",
        "What pauses expects.",
        "hidden check 2 of 2",
    ]
    assert [check.outcome for check in seen.checks] == ["passed", "failed", "failed", "passed"]
    assert seen.points == 5
    assert seen.virtual_s == 0


def test_a_long_text_is_cut_and_says_so() -> None:
    assert cut("abc", 3) == "abc"
    assert cut("abcd" * 1000, 3) == "abc … (3,997 more characters)"
