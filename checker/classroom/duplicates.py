"""Works that are alike: a hint for a human, and never more than that.

Two people who write the same twenty lines need not have met. So a pair is told with how alike it
is, and somebody looks at both.

How: a work becomes a row of tokens in which every name of its own is the same, so that renaming
changes nothing; comments and layout are gone. Of every few tokens in a row one print is kept
(winnowing, by Schleimer, Wilkerson and Aiken), and two works are as alike as the share of prints
that they have in common. Prints of what was handed out, of the solution, and of what many students
wrote, count for nothing.

Invariant: the same works give the same pairs, in the same order, on every machine.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from hashlib import blake2b
from itertools import combinations
from keyword import kwlist, softkwlist
from typing import NamedTuple
from zlib import crc32

THRESHOLD = 0.6
_ROW = 7  # tokens that make a print
_WINDOW = 4  # of so many prints in a row, one is kept
_FEWEST = 4  # prints in common; with fewer there is too little to say anything
_MOST_BYTES = 200_000  # of one work
_COMMON_SHARE = 0.1  # what more than a tenth of all wrote, says nothing about two of them
_COMMON_LEAST = 4

# Each alternative takes a text that is never closed to its end: to look for an end again from every
# quotation mark in it would take for ever on a text that was written to that purpose.
_TOKEN = re.compile(
    r"#[^\n]*"
    r"|[rbfuRBFU]{0,2}(?:\"\"\"(?:[^\\]|\\.|\\\Z)*?(?:\"\"\"|\Z)"
    r"|\'\'\'(?:[^\\]|\\.|\\\Z)*?(?:\'\'\'|\Z)"
    r"|\"(?:[^\"\\\n]|\\.)*\"?|\'(?:[^\'\\\n]|\\.)*\'?)"
    r"|\d[\w.]*|\.?[^\W\d]\w*|[^\w\s]",
    re.DOTALL,
)
_QUOTED = re.compile(r"\w{0,2}[\"\']")
_KEPT = {*kwlist, *softkwlist} - {"_"}


class Pair(NamedTuple):
    """Two students whose works at an exercise are alike."""

    exercise: str
    one: str  # their keys
    other: str
    score: float  # how much of the shorter is in the other, from 0 to 1
    prints: int  # how many prints they share


def find(
    works: Mapping[str, Mapping[str, bytes]],
    handed_out: Mapping[str, Collection[bytes]],
    threshold: float = THRESHOLD,
) -> list[Pair]:
    """The pairs above a threshold, the most alike first.

    works       by exercise, by student: what they handed in
    handed_out  by exercise: stub, solution, and whatever else all students have seen
    """
    pairs = []
    for exercise, texts in works.items():
        pairs += _of_one(exercise, texts, handed_out.get(exercise, ()), threshold)
    return sorted(pairs, key=lambda p: (-p.score, -p.prints, p.exercise, p.one, p.other))


def prints(data: bytes) -> set[int]:
    """The prints of a work."""
    text = data[:_MOST_BYTES].decode("utf-8", "replace")
    codes = bytes(_codes(text))
    rows = [crc32(codes[n : n + _ROW]) for n in range(len(codes) - _ROW + 1)]
    if len(rows) <= _WINDOW:
        return set(rows)
    return {min(rows[n : n + _WINDOW]) for n in range(len(rows) - _WINDOW + 1)}


def _codes(text: str) -> Iterable[int]:
    for token in _TOKEN.findall(text):
        first = token[0]
        if first == "#":
            continue
        if token in _KEPT:
            yield 64 + crc32(token.encode()) % 64
        elif first == "." and len(token) > 1:
            # What it asks of others is not its own to rename.
            yield 128 + crc32(token.encode("utf-8", "replace")) % 128
        elif first.isdigit():
            yield 1
        elif _QUOTED.match(token):
            yield 2
        elif first.isalpha() or first == "_":
            yield 3
        else:
            yield 4 + ord(first) % 60


def _of_one(
    exercise: str, texts: Mapping[str, bytes], handed_out: Collection[bytes], threshold: float
) -> list[Pair]:
    known = set[int]().union(*(prints(text) for text in handed_out))
    found = {key: prints(texts[key]) - known for key in sorted(texts)}
    holders: defaultdict[int, list[str]] = defaultdict(list)
    for key, its in found.items():
        for one in its:
            holders[one].append(key)
    common = max(_COMMON_LEAST, int(_COMMON_SHARE * len(texts)))
    shared: Counter[tuple[str, str]] = Counter()
    own: Counter[str] = Counter()
    for keys in holders.values():
        if len(keys) <= common:
            own.update(keys)
            shared.update(combinations(keys, 2))
    pairs = [
        Pair(exercise, one, other, count / min(own[one], own[other]), count)
        for (one, other), count in shared.items()
        if count >= _FEWEST and count >= threshold * min(own[one], own[other])
    ]
    return pairs + _same_bytes(
        exercise, texts, handed_out, common, {(p.one, p.other) for p in pairs}
    )


def _same_bytes(
    exercise: str,
    texts: Mapping[str, bytes],
    handed_out: Collection[bytes],
    common: int,
    told: set[tuple[str, str]],
) -> list[Pair]:
    """Files that are the same to the letter, however short, comments and layout included."""
    same: defaultdict[bytes, list[str]] = defaultdict(list)
    out = {_digest(text) for text in handed_out}
    for key in sorted(texts):
        same[_digest(texts[key])].append(key)
    return [
        Pair(exercise, one, other, 1.0, 0)
        for digest, keys in same.items()
        if digest not in out and 1 < len(keys) <= common
        for one, other in combinations(keys, 2)
        if (one, other) not in told
    ]


def _digest(text: bytes) -> bytes:
    return blake2b(b"\n".join(line.rstrip() for line in text.strip().splitlines())).digest()
