"""What intake hands out: a student's submission, the works in it, and what was found on the way.

Invariant: every text in here that came from a student, but for the bytes of a work, has been
through `names.shown`: it is one line, of bounded length, without control characters.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

MOST_FINDINGS = 100


class IntakeError(ValueError):
    """The path, or the policy, makes no sense. The message says what to do."""


class Finding(NamedTuple):
    """Something that a teacher should know.

    kind     "link", "traversal", "twice", "late", ...: a few words, always the same ones
    where    the file, or the student's source
    words    a sentence or two
    """

    kind: str
    where: str
    words: str


@dataclass(frozen=True)
class Work:
    """One student's text for one exercise, in the bytes in which it was handed in.

    A text in UTF-16 is UTF-8 here, which Python reads.
    """

    exercise: str  # the catalogue's id
    data: bytes
    where: str  # "ada.zip: work/01_blocking/never_block.py", "ch1.ipynb, cell 7"
    modified: datetime | None


@dataclass
class Submission:
    """What one student handed in.

    submitted   as the download recorded it; None where it recorded nothing
    late        whether that is after the due time
    due         the due time of this student alone, if it is another one
    absent      they are on the class list, and nothing came of them
    """

    student: str  # a stable key: an id, or the folder's name
    name: str
    ids: dict[str, str] = field(default_factory=dict)
    works: dict[str, Work] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    late: bool = False
    submitted: datetime | None = None
    due: datetime | None = None
    absent: bool = False


class Notes:
    """Collects findings: each once, and no more of them than someone reads."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self._seen: set[Finding] = set()
        self._more = 0

    @property
    def full(self) -> bool:
        """Whether another finding would only be counted."""
        return len(self.findings) >= MOST_FINDINGS

    def add(self, kind: str, where: str, words: str) -> None:
        """Note one finding."""
        finding = Finding(kind, where, words)
        if finding in self._seen:
            return
        if self.full:
            self._more += 1
            return
        self._seen.add(finding)
        self.findings.append(finding)

    def all(self, where: str) -> list[Finding]:
        """The findings, and how many more there were."""
        if not self._more:
            return list(self.findings)
        words = f"there is more of this kind, {self._more} times; only the first are listed"
        return [*self.findings, Finding("more", where, words)]
