"""Predictions: what a learner expects of a run, kept, and compared with what came.

    predict("ten_at_once", "How many seconds do ten take?", guess=..., confidence="sure")
    predict.compare("ten_at_once", run.elapsed)

Invariant: as a chapter ships, with `guess=...`, its outputs are the same for everyone. The first
guess that is compared is the one that counts.
"""

from __future__ import annotations

import re
from types import EllipsisType
from typing import Any, NamedTuple

from checker.learner.history import Prediction
from checker.notebook.errors import CourseError
from checker.notebook.session import session
from checker.notebook.shell import Shown, show
from checker.show.style import box
from checker.show.texts import plain, prose

CONFIDENCES = ("sure", "fairly sure", "guessing")
WITHIN = 0.01

_NUMBER = re.compile(r"\s*([-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?)\s*[a-z%]*\s*", re.IGNORECASE)


class Guess(NamedTuple):
    """What was expected, in this kernel."""

    question: str
    guess: Any


class Predict:
    """Called to make a prediction; its `compare` says what came of it."""

    def __init__(self) -> None:
        self._made: dict[str, Guess | None] = {}

    def __call__(
        self,
        name: str,
        question: str,
        guess: Any = ...,
        confidence: str | None = None,
    ) -> None:
        """Keep what you expect, before you run it."""
        name, question, sure = plain(name), plain(question), _confidence(confidence)
        if isinstance(guess, EllipsisType):
            self._made[name] = None
            how = "Put your guess in the place of the dots, then run this cell."
            _say(question, how)
            return
        self._made[name] = Guess(question, guess)
        session().desk.history.predict(name, question, told(guess), sure)
        said = f"You say {told(guess)}" + (f", {sure}." if sure else ".")
        _say(question, f"{said} Now run it and see.")

    def compare(self, name: str, actual: Any) -> None:
        """Say what came, beside what you expected."""
        name, came = plain(name), f"It is {told(actual)}."
        made = self._made[name] if name in self._made else self._kept(name)
        if made is None:
            _say("", came)
            return
        hit = same(made.guess, actual)
        self._keep(name, actual)
        _say(
            made.question,
            f"You said {told(made.guess)}. {came} "
            + ("As you said." if hit else "What in your picture of it has to change?"),
            "good" if hit else "bad",
        )

    def _kept(self, name: str) -> Guess | None:
        """A guess from an earlier kernel."""
        found = _find(name)
        return Guess(found.question, found.guess) if found else None

    def _keep(self, name: str, actual: Any) -> None:
        found = _find(name)
        if found is not None and not found.actual:
            hit = same(found.guess, actual)
            session().desk.history.compare(name, told(actual), hit)


def _find(name: str) -> Prediction | None:
    made = session().desk.history.predictions()
    return next((each for each in made if each.name == name), None)


def _confidence(confidence: str | None) -> str:
    if confidence is None:
        return ""
    if confidence not in CONFIDENCES:
        words = ", ".join(f'"{word}"' for word in CONFIDENCES)
        raise CourseError(f"confidence={confidence!r} is none that is known: use one of {words}.")
    return confidence


def told(value: Any) -> str:
    """A value in words. Numbers have at most six digits, so that no noise of floats is shown."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list | tuple):
        return ", ".join(told(part) for part in value)
    return plain(str(value))


def same(guess: Any, actual: Any) -> bool:
    """Whether a guess is right: numbers within 1 %, texts in any case, lists part by part."""
    if isinstance(guess, list | tuple) and isinstance(actual, list | tuple):
        return len(guess) == len(actual) and all(map(same, guess, actual))
    left, right = _number(guess), _number(actual)
    if left is not None and right is not None:
        return abs(left - right) <= WITHIN * abs(right)
    return _text(guess) == _text(actual)


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    found = _NUMBER.fullmatch(value) if isinstance(value, str) else None
    return float(found[1]) if found else None


def _text(value: Any) -> str:
    text = " ".join(told(value).casefold().split())
    return {"true": "yes", "false": "no"}.get(text, text)


def _say(question: str, text: str, kind: str = "") -> None:
    mark = {"good": "✔", "bad": "✘"}.get(kind, "")
    head = f"<p><b>{prose(question)}</b></p>" if question else ""
    colour = f'<span class="mark {kind}">{mark}</span> ' if mark else ""
    html = f"{head}<p>{colour}{prose(text)}</p>"
    words = "\n".join(filter(None, [plain(question), f"{mark} {text}".strip()]))
    show(Shown(box(html, kind), words))


predict = Predict()
