"""The one list of what we rely on inside of other projects, where nobody has promised to keep it.

A promise is a function that ends in an error once it no longer holds. It looks at the other project
alone, without the code of ours that relies on it, so its failure says whose change it was. Its
docstring says what we rely on. `docs/upgrading.md` shows the list; `python -m tests.promises`
writes it there.

Invariant: a name that is private to another project, and that a file of `checker` uses, is in a
promise that names this file. `test_promises.py` looks for that.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass

PROMISES: list[Promise] = []


@dataclass(frozen=True)
class Promise:
    """Something inside of another project."""

    whose: str  # the project, as docs/upgrading.md calls it
    inside: tuple[str, ...]  # the names of theirs, such as "asyncio.BaseEventLoop._ready"
    ours: tuple[str, ...]  # the files that rely on it, such as "checker/lab/loop.py"
    holds: Callable[[], None]

    @property
    def name(self) -> str:
        """The name of the test."""
        return self.holds.__name__

    @property
    def relied(self) -> str:
        """What we rely on, in a sentence or two."""
        return " ".join((inspect.getdoc(self.holds) or "").split())

    def broken(self) -> str:
        """What to tell whoever took in the version that broke it."""
        return (
            f"{self.whose} has changed inside ({', '.join(self.inside)}).\n"
            f"We rely on this: {self.relied}\n"
            f"Where: {', '.join(self.ours)}.\n"
            "Next: read what the new version does there, adapt our code to both versions, then "
            "this promise. docs/upgrading.md says how."
        )


def relied_on(
    whose: str, inside: str, ours: str
) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Put a promise on the list.

    inside   their names, with commas
    ours     our files below checker/, with commas
    """

    def enter(holds: Callable[[], None]) -> Callable[[], None]:
        names = tuple(name.strip() for name in inside.split(","))
        files = tuple(f"checker/{file.strip()}" for file in ours.split(","))
        PROMISES.append(Promise(whose, names, files, holds))
        return holds

    return enter
