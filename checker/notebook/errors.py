"""What a learner did that cannot be done, told in a line or two, without frames of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from checker.catalog import CatalogError, UnknownExercise
from checker.course import NoCourse
from checker.learner.desk import NotYet


class CourseError(Exception):
    """A call of the course's functions that cannot be answered. The message has the next step."""

    def _render_traceback_(self) -> list[str]:
        """In a notebook: the message alone."""
        return [str(self)]


class Stopped(CourseError):
    """The stop button was pressed. Raised after the verdict, so that no later cell is run."""


@contextmanager
def told_briefly() -> Iterator[None]:
    """Make one line of what is no fault of a program."""
    try:
        yield
    except (CatalogError, NoCourse, NotYet, UnknownExercise) as error:
        raise CourseError(str(error)) from None
