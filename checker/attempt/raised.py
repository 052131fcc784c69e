"""An exception of the attempt, as a check sees it: its type by name, its words, its lines.

The exception itself stays on the attempt's side. Its traceback is cut to the learner's lines.
"""

from __future__ import annotations

import re
from collections.abc import Container
from types import TracebackType
from typing import Any, NamedTuple

from checker.attempt.frames import Broken
from checker.attempt.values import bases_of, name_of
from checker.lab.errors import stands_for

LONGEST = 2000  # characters of a message
_FRAMES = 20
_WIDTH = (20, 5, 3, 3, 0)  # how much of a group is kept, by depth


class Line(NamedTuple):
    """A line of the learner's on the way to an exception, or where something stands."""

    line: int
    function: str
    text: str


class Raised(Exception):
    """The attempt raised something.

    type        "ValueError"
    types       that, and the names of all its base types
    message     its words
    lines       the learner's lines that it passed, the last one being where it was raised
    exceptions  what is in a group
    passed_on   whether it was raised by code of the check's that the attempt called
    """

    def __init__(
        self,
        types: list[str],
        message: str,
        lines: list[Line],
        exceptions: list[Raised],
        *,
        passed_on: bool = False,
    ) -> None:
        super().__init__(types, message, lines, exceptions)
        self.type, self.types = types[0], types
        self.message, self.lines, self.exceptions = message, lines, exceptions
        self.passed_on = passed_on

    def __str__(self) -> str:
        inner = "".join(f"; {each}" for each in self.exceptions[:3])
        return (f"{self.type}: {self.message}" if self.message else self.type) + inner

    def __repr__(self) -> str:
        # A check may put it into a message, next to what a call returned.
        return f"{self.type}({self.message!r})" if self.message else f"{self.type}()"

    def matches(self, type_name: str, pattern: str | None) -> bool:
        """Whether it is of that type, or of one below it, and its words fit."""
        if type_name not in self.types:
            return False
        return pattern is None or re.search(pattern, self.message) is not None

    def told(self) -> dict[str, Any]:
        """As plain values, for the other side of a wall."""
        return {
            "types": self.types,
            "message": self.message,
            "lines": [[line.line, line.function] for line in self.lines],
            "exceptions": [each.told() for each in self.exceptions],
            "passed on": self.passed_on,
        }


def _name(error: Raised) -> str:
    """A program may make one too, of whatever it likes."""
    kind = getattr(error, "type", None)
    return kind if type(kind) is str and kind.isprintable() else "Raised"


stands_for(Raised, _name)


def read_raised(told: dict[str, Any], source: list[str], depth: int = 0) -> Raised:
    """What `told` made, if it is that; the texts of lines are taken from the source."""
    match told:
        case {
            "types": [*types],
            "message": str(message),
            "lines": [*lines],
            "exceptions": [*inner],
            "passed on": bool(passed_on),
        } if types and all(type(name) is str for name in types) and depth < len(_WIDTH):
            return Raised(
                [name[:200] for name in types[:50]],
                message[: LONGEST + 100],
                [_line(line, source) for line in lines[-_FRAMES:]],
                [read_raised(each, source, depth + 1) for each in inner[: _WIDTH[depth]]],
                passed_on=passed_on,
            )
    raise Broken("an exception that is none")


def _line(line: Any, source: list[str]) -> Line:
    match line:
        case [int(number), str(function)]:
            text = source[number - 1].strip() if 0 < number <= len(source) else ""
            return Line(number, function[:200], text)
    raise Broken("a line that is none")


def raised(
    error: BaseException,
    filename: str,
    source: str,
    brought: Container[str] = (),
    depth: int = 0,
) -> Raised:
    """`error` as plain values.

    filename   what the attempt was compiled as
    brought    what the check's own modules, which run beside it, were compiled as
    """
    kinds = bases_of(type(error))
    types = [name_of(kind) for kind in kinds if kind is not object]
    inner = BaseExceptionGroup.exceptions.__get__(error) if BaseExceptionGroup in kinds else ()
    found = [raised(each, filename, source, brought, depth + 1) for each in inner[: _WIDTH[depth]]]
    at = lines(error.__traceback__, filename, source)
    passed_on = _raised_below(error.__traceback__, filename, brought)
    return Raised(types, _words(error), at, found, passed_on=passed_on)


def _raised_below(traceback: TracebackType | None, filename: str, brought: Container[str]) -> bool:
    """Whether one of the files `brought` is nearer to where it was raised than the attempt is."""
    below = False
    while traceback is not None:
        name = traceback.tb_frame.f_code.co_filename
        below = name in brought or (below and name != filename)
        traceback = traceback.tb_next
    return below


def _words(error: BaseException) -> str:
    try:
        # What __str__ returns may be of a type of the attempt's.
        text = str.__str__(str(error))
    except BaseException as again:
        text = f"(its own __str__ raised {name_of(type(again))})"
    if isinstance(error, SyntaxError) and type(error.msg) is str:
        text = error.msg
    return text if len(text) <= LONGEST else text[:LONGEST] + f"… ({len(text):,} characters)"


def lines(traceback: TracebackType | None, filename: str, source: str) -> list[Line]:
    """The lines of `filename` that a traceback passed; the last ones where there are many."""
    texts = source.splitlines()
    found: list[Line] = []
    while traceback is not None:
        code, number = traceback.tb_frame.f_code, traceback.tb_lineno
        if code.co_filename == filename:
            text = texts[number - 1].strip() if 0 < number <= len(texts) else ""
            found.append(Line(number, code.co_name, text))
            del found[:-_FRAMES]
        traceback = traceback.tb_next
    return found
