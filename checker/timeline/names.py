"""Names that came from the program, made safe to show and short enough to read.

Invariant: nothing leaves `clean` that XML or a terminal could take for anything but letters.
Columns count as in a terminal: a wide character takes two, an accent that combines takes none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

_SPACES = re.compile(r"[\t\n\r\x0b\x0c\x85\u2028\u2029]+")
# Control characters, invisible ones, those that turn the direction of the text, and what XML
# does not allow (halves of surrogate pairs among them, which could not even be encoded).
_UNSHOWABLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    r"\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
_FIRST_OF_OTHER_WIDTH = "\u0300"  # The first accent that combines.
_NUMBERED = re.compile(r"(.*?)(\d{1,12})", re.DOTALL)
_NUMBER = re.compile(r"-\d+")


@lru_cache(4096)
def clean(text: str) -> str:
    """The text without control characters; line breaks and tabs become spaces."""
    return _UNSHOWABLE.sub("", _SPACES.sub(" ", text))


def columns(text: str) -> int:
    """How many columns of a terminal, or of a monospaced font, the text takes."""
    if text.isascii() or max(text) < _FIRST_OF_OTHER_WIDTH:
        return len(text)
    return sum(_columns_of(letter) for letter in text)


def _columns_of(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def clip(text: str, limit: int) -> str:
    """At most `limit` columns; what is left out is left out of the middle."""
    if columns(text) <= limit:
        return text
    tail = max(0, (limit - 1) // 3)
    return _first(text, limit - 1 - tail) + "…" + _first(text[::-1], tail)[::-1]


def _first(text: str, limit: int) -> str:
    used = 0
    for n, letter in enumerate(text):
        used += _columns_of(letter)
        if used > limit:
            return text[:n]
    return text


@lru_cache(4096)
def split_number(name: str) -> tuple[str, int | None]:
    """`fetch-12` is ("fetch-", 12); a name without a number is itself and None."""
    found = _NUMBERED.fullmatch(name)
    return (found[1], int(found[2])) if found else (name, None)


@lru_cache(4096)
def without_numbers(text: str) -> str:
    """The same text for all that differ only by the number of a lane: `fetch-3` is `fetch`."""
    return _NUMBER.sub("", text)


def _numbers_in_a_row(names: Sequence[str]) -> tuple[str, int, int] | None:
    """The common prefix, the first and the last number, if they leave out none between."""
    prefix = split_number(names[0])[0]
    numbers = []
    for name in names:
        its_prefix, number = split_number(name)
        if its_prefix != prefix or number is None:
            return None
        numbers.append(number)
    numbers.sort()
    if any(number != numbers[0] + n for n, number in enumerate(numbers)):
        return None
    return prefix, numbers[0], numbers[-1]


def family(name: str) -> str:
    """What alike lanes have in common: `fetch` for `fetch-12`."""
    prefix = split_number(name)[0]
    return prefix.rstrip("-_ #:/") or name


def short(names: Sequence[str]) -> str:
    """The label of one lane or of several: `fetch-1`, `fetch-1…5`, `fetch`."""
    if len(names) == 1:
        return clean(names[0])
    row = _numbers_in_a_row(names)
    return clean(f"{row[0]}{row[1]}…{row[2]}" if row else family(names[0]))


def spoken(names: Sequence[str], things: str) -> str:
    """One lane or several in a sentence: `fetch-1 to 5`, or `fetch (5 tasks)`."""
    if len(names) == 1:
        return clean(names[0])
    if row := _numbers_in_a_row(names):
        return clean(f"{row[0]}{row[1]} to {row[2]}")
    return clean(f"{family(names[0])} ({len(names):,} {things})")
