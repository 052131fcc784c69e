"""Predictions: kept before the run, compared after it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checker.notebook.predict import same, told
from tests.notebook.conftest import Learner


@pytest.mark.parametrize(
    ("guess", "actual"),
    [
        (20, 20.0),
        (20, 20.1),
        ("20", 20.0),
        ("20 s", 20.0),
        ("ABC", "abc"),
        (" a  b", "a b"),
        ([1, 2], (1, 2.0)),
        (True, True),
        ("yes", True),
        ("False", False),
        (0, 0.0),
        (None, None),
    ],
)
def test_a_right_guess(guess: Any, actual: Any) -> None:
    assert same(guess, actual)


@pytest.mark.parametrize(
    ("guess", "actual"),
    [(20, 20.3), ("cab", "abc"), ([1, 2], [2, 1]), ([1], [1, 2]), (True, False), (0, 1), (1, 0)],
)
def test_a_wrong_guess(guess: Any, actual: Any) -> None:
    assert not same(guess, actual)


def test_numbers_are_told_without_noise() -> None:
    assert told(0.1 + 0.2) == "0.3"
    assert told([1, 2.50]) == "1, 2.5"


def test_as_shipped_it_asks_and_then_says_what_happened(learner: Learner) -> None:
    asked = 'predict("ten", "How long do ten take?", guess=...)'
    assert "in the place of the dots" in learner.words(asked)
    assert learner.words('predict.compare("ten", 20.0)') == "It is 20."


def test_a_shipped_cell_forgets_no_guess_but_does_not_use_it(learner: Learner) -> None:
    learner.run('predict("ten", "How long?", guess=3)')
    learner.run('predict("ten", "How long?", guess=...)')
    assert learner.words('predict.compare("ten", 20.0)') == "It is 20."


def test_a_guess_is_compared(learner: Learner) -> None:
    learner.run('predict("ten", "How long?", guess=20)')
    assert learner.words('predict.compare("ten", 20.0)') == (
        "How long?\n✔ You said 20. It is 20. As you said."
    )
    learner.run('predict("one", "How long?", guess=3, confidence="sure")')
    assert "✘ You said 3. It is 2." in learner.words('predict.compare("one", 2.0)')


def test_the_first_guess_counts(learner: Learner) -> None:
    for guess in (3, 20):
        learner.run(f'predict("ten", "How long do ten take?", guess={guess})')
        learner.run('predict.compare("ten", 20.0)')
    assert "You said 3; it was 20." in learner.words("progress()")


def test_what_one_was_sure_of_comes_first(learner: Learner) -> None:
    for name, sure in (("a", None), ("b", "sure"), ("c", "guessing")):
        learner.run(f'predict("{name}", "Is {name}?", guess=1, confidence={sure!r})')
        learner.run(f'predict.compare("{name}", 2)')
    first, *others = learner.words("progress()").splitlines()[:3]
    assert first == "Is b? You said 1, and were sure; it was 2."
    assert len(others) == 2


def test_a_word_that_is_no_confidence_is_refused(learner: Learner) -> None:
    line = learner.refused('predict("ten", "How long?", guess=1, confidence=0.9)')
    assert '"sure"' in line


def test_a_guess_is_shown_and_never_run(learner: Learner) -> None:
    html, _ = learner.shown('predict("x", "<b>Which?</b>", guess="<script>")')
    assert "<script>" not in html
    assert "<b>Which" not in html


def test_code_in_a_question_is_shown_as_code(learner: Learner) -> None:
    html, words = learner.shown('predict("x", "And `f(<x>)`?", guess=1)')
    assert "And <code>f(&lt;x&gt;)</code>?" in html
    assert words.startswith("And `f(<x>)`?\n")


def test_a_guess_outlives_its_kernel(learner: Learner, tmp_path: Path) -> None:
    learner.run('predict("ten", "How long?", guess=20)')
    other = Learner(learner.course, tmp_path)
    try:
        assert "✔ You said 20." in other.words('predict.compare("ten", 20.0)')
    finally:
        other.close()


def test_outputs_can_be_sent(learner: Learner) -> None:
    html, words = learner.shown(r'predict("x", "\ud800?", guess="\x1b[31m")')
    assert json.dumps([html, words]).isascii()
    (html + words).encode()
