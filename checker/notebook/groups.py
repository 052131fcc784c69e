"""The course's shell: IPython's own, which shows a group of exceptions as it does any other error.

IPython hands groups to Python's printer: plain text on stderr, with the paths of all libraries that
the error passed. Here a group is an error like others: the lines of cells, then the errors in it.
Invariant: what is shown of a group names no path, and is the same on every machine and in each run.
"""

from __future__ import annotations

import re
import sys
from types import TracebackType
from typing import Any

from ipykernel.zmqshell import ZMQInteractiveShell

WIDEST = 10  # errors of one group
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class CourseShell(ZMQInteractiveShell):
    """IPython's shell, that knows how to show groups of exceptions."""

    def showtraceback(self, exc_tuple: Any = None, *args: Any, **kwargs: Any) -> None:
        """Show what was raised."""
        error = exc_tuple[1] if exc_tuple else sys.exc_info()[1]
        if kwargs.get("exception_only") or not _has_group(error):
            super().showtraceback(exc_tuple, *args, **kwargs)
        else:
            send: Any = self._showtraceback
            send(type(error), error, self._group_traceback(error))

    def _group_traceback(self, error: Any) -> list[str]:
        if hasattr(error, "_render_traceback_"):
            rendered: list[str] = error._render_traceback_()
            return rendered
        parts = self.InteractiveTB.structured_traceback(type(error), error, error.__traceback__)
        return [part for part in parts if _names_no_path(part)] + self._inner(error, "  ")

    def _inner(self, error: BaseException, indent: str) -> list[str]:
        """A line for each error in a group, and for those in the groups within it."""
        if not isinstance(error, BaseExceptionGroup):
            return []
        lines = []
        for number, each in enumerate(error.exceptions[:WIDEST], start=1):
            words = str(each).replace("\n", f"\n{indent}   ")
            said = type(each).__name__ + (f": {words}" if words else "")
            lines.append(f"{indent}{number}. {said}{self._place(each.__traceback__)}")
            lines += self._inner(each, indent + "   ")
        if (more := len(error.exceptions) - WIDEST) > 0:
            lines.append(f"{indent}… and {more} more")
        return lines

    def _place(self, traceback: TracebackType | None) -> str:
        """The last line of a cell that an error passed."""
        place = ""
        while traceback is not None:
            code = traceback.tb_frame.f_code
            if name := self.compile.format_code_name(code.co_filename):
                place = f" ({' '.join(name)}, line {traceback.tb_lineno})"
            traceback = traceback.tb_next
        return place


def _has_group(error: BaseException | None) -> bool:
    """Whether IPython would leave this error, or what was being handled, to Python's printer."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        if isinstance(error, BaseExceptionGroup):
            return True
        seen.append(error)
        error = error.__context__
    return False


def _names_no_path(part: str) -> bool:
    # The second is a count of hidden frames, which differs between versions of Python.
    return not COLOURS.sub("", part).lstrip().startswith(("File ", "[... skipping"))
