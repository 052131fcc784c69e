"""What a notebook displays of a verdict."""

from __future__ import annotations

from checker.engine.verdict import Verdict
from checker.notebook.shell import Shown
from checker.show.verdict_html import page
from checker.show.verdict_words import Scene, words


def shown(verdict: Verdict, scene: Scene) -> Shown:
    """As HTML and in words."""
    return Shown(page(verdict, scene), words(verdict, scene))
