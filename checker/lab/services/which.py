"""Which calls something happens to: all, some by number, one in so many, or those a function names.

The same four ways serve failures, hangs, disconnects, failed commits and lost acknowledgements.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, TypeAlias

from checker.lab.services.latency import Draws

Which: TypeAlias = "bool | float | Collection[int] | Callable[[Any], Any]"


class Choice:
    """Says of each call whether it is picked, and lets a function say more than yes."""

    def __init__(self, which: Which, what: str) -> None:
        self._which, self._what = which, what
        if isinstance(which, bool) or callable(which):
            return
        if isinstance(which, float):
            if not 0 <= which <= 1:
                raise ValueError(f"{what}={which}: a probability lies between 0.0 and 1.0")
        elif isinstance(which, Collection) and not isinstance(which, str | bytes):
            self._check_numbers(which)
        else:
            raise TypeError(f"{what}={which!r}: {self._help()}")

    def _check_numbers(self, numbers: Collection[int]) -> None:
        for number in numbers:
            if isinstance(number, bool) or not isinstance(number, int):
                raise TypeError(f"{self._what} lists {number!r}: {self._help()}")
            if number < 1:
                raise ValueError(f"{self._what} lists {number}: the first call is number 1")

    def _help(self) -> str:
        return (
            "give True for all calls, a list of call numbers such as [1, 2], a probability such as "
            "0.1, or a function of the call"
        )

    def picks(self, subject: Any, draws: Draws) -> Any:
        """False, or True; whatever a function answers is handed on."""
        which = self._which
        if isinstance(which, bool):
            return which
        if isinstance(which, float):
            return draws().random() < which
        if callable(which):
            return which(subject)
        return subject.number in which
