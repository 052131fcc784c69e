"""What a wrong answer says about itself, in its first line:

    # fails: loop_free | says: holds the loop

Invariant: a line that is not of this form is refused with the fix; nothing is guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

FORM = "# fails: <check>[, <check>…] | says: <words of the message>"
_LINE = re.compile(r"#\s*fails:(?P<checks>[^|]*)\|\s*says:(?P<words>.*)")


@dataclass(frozen=True)
class Claim:
    """Which checks fail, and what one of them says."""

    checks: tuple[str, ...]
    words: str


class NoClaim(ValueError):
    """A first line of another form."""


def read_claim(text: str) -> Claim:
    """The claim in the first line of a file's text."""
    first = text.split("\n", 1)[0].strip()
    found = _LINE.fullmatch(first)
    if found is None:
        raise NoClaim("the first line does not say which checks it fails")
    names = [name.strip() for name in found["checks"].split(",")]
    words = " ".join(found["words"].split())
    if not all(names):
        raise NoClaim("no check is named after `fails:`, or there is a comma too many")
    if len(set(names)) < len(names):
        raise NoClaim("a check is named twice after `fails:`")
    if not words:
        raise NoClaim("there are no words after `says:`")
    if prefixed := [name for name in names if name.startswith("test_")]:
        raise NoClaim(f"{prefixed[0]} is the function; the check is named without `test_`")
    return Claim(tuple(names), words)
