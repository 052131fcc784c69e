"""A finding: one thing that is wrong with the course, where it is, and how it is mended.

Invariant: a finding can be acted on. It names a file that an author can open, and the fix.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that is wrong."""

    file: str  # relative to the course, with forward slashes
    line: int  # 0 where no line can be named
    what: str
    fix: str
    exercise: str = ""  # its id, where it is about one

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.what.rstrip('.')}. Next: {self.fix}"


_PLACE = re.compile(r"(?P<file>.+?\.toml)(?::(?P<line>\d+))?: (?P<what>.+)", re.DOTALL)


def from_catalog(error: Exception, root: str) -> Finding:
    """What the catalogue refused; its message says the file, the line and the fix."""
    text = str(error).removeprefix(root).lstrip("/\\")
    fix = "mend it as it says"
    found = _PLACE.fullmatch(text)
    if found is None:
        return Finding("exercises", 0, text, fix)
    return Finding(found["file"].replace("\\", "/"), int(found["line"] or 0), found["what"], fix)
