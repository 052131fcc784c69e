"""What the lab raises.

A message has the likely mistake, the place, and the fix. `LabError` and its kinds are answers
about the program; `Stop` is not for programs: it unwinds what still runs when a run is over.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from checker.lab.run import Run

# By type, and not by what an error says of itself: that would be code of the program.
_STAND_FOR_OTHERS: dict[type[BaseException], Callable[[Any], str]] = {}


class Stop(BaseException):
    """The run is over. Raised in every strand that still runs or waits."""


class LabError(RuntimeError):
    """The lab cannot go on with this program. `run` is what happened until then."""

    run: Run | None = None

    def _render_traceback_(self) -> list[str]:
        """In a notebook: the message, without the lab's own frames."""
        return [f"{type(self).__name__}: {self}"]


class WrongUse(LabError, TypeError):
    """The lab was called in a way that cannot be meant."""


class Deadlock(LabError):
    """Nothing is left that could wake anyone."""

    lets_clean_up = True


class Livelock(LabError):
    """The program steps without end, and the clock does not move."""


class ThreadStuck(LabError):
    """A thread neither ended nor waited, for so long in real time that it never will."""


class NoNetwork(LabError, OSError):
    """The program tried to reach a network. There is none in the lab."""


class Interrupted(KeyboardInterrupt):
    """The run was stopped from outside: Ctrl-C, or the kernel's stop button.

    No `except Exception` around a run keeps it, so a loop of many runs is stopped as well.
    """

    run: Run | None = None

    def _render_traceback_(self) -> list[str]:
        """In a notebook: the message, without the lab's own frames."""
        return [f"{type(self).__name__}: {self}"]


def lets_clean_up(verdict: BaseException | None) -> bool:
    """Whether a program that was ended by this may go on to its `finally` blocks."""
    return verdict is None or getattr(verdict, "lets_clean_up", False)


def stands_for(kind: type[BaseException], name: Callable[[Any], str]) -> None:
    """An error of this type stands for another one, whose type has this name."""
    _STAND_FOR_OTHERS[kind] = name


def name_of(error: BaseException) -> str:
    """The name of its type, as a trace has it."""
    name = _STAND_FOR_OTHERS.get(type(error))
    return type(error).__name__ if name is None else name(error)


def told(error: BaseException) -> str:
    """The name of its type and its words, which an error that stands for another one has itself."""
    if type(error) in _STAND_FOR_OTHERS:
        return str(error)
    return f"{type(error).__name__}: {error}"
