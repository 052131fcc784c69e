"""All promises, and the table of them in docs/upgrading.md."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from tests.promises import interpreter, loops, notebooks, testers, web, workers
from tests.promises.promise import PROMISES, Promise

MODULES = (interpreter, loops, workers, web, testers, notebooks)
PAGE = Path(__file__).resolve().parents[2] / "docs" / "upgrading.md"
BEGIN, END = "<!-- promises -->\n", "<!-- /promises -->"


def by_project() -> list[Promise]:
    """All of them, those of one project together, in the order in which they were written."""
    projects = list(dict.fromkeys(promise.whose for promise in PROMISES))
    return sorted(PROMISES, key=lambda promise: projects.index(promise.whose))


def table() -> str:
    """The part of the page that is made from the list."""
    parts = []
    for whose, promises in groupby(by_project(), key=lambda promise: promise.whose):
        rows = [
            f"| {', '.join(f'`{name}`' for name in promise.inside)} "
            f"| {', '.join(f'`{file}`' for file in promise.ours)} "
            f"| {promise.relied} | `{promise.name}` |"
            for promise in promises
        ]
        head = "| theirs | ours | what we rely on | test |\n|---|---|---|---|"
        parts.append("\n".join([f"### {whose}\n", head, *rows]) + "\n")
    return "\n" + "\n".join(parts) + "\n"


def split(text: str) -> tuple[str, str, str]:
    """What stands on the page before the table, the table, and what comes after it."""
    head, begin, rest = text.partition(BEGIN)
    made, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE.name} has no place for the table between {BEGIN!r} and {END!r}")
    return head + begin, made, end + tail
