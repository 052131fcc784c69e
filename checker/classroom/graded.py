"""What grading a batch of submissions made, as data: what gradebooks and reports are made of.

Invariant: everything that a file or a page says is in here, the moment at which it was made
included, so that the same batch gives the same bytes. Names, file names and all texts of verdicts
are the learners' own, and unsafe until they are escaped.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from checker.classroom.intake import Finding
from checker.engine.verdict import Verdict


@dataclass(frozen=True)
class Override:
    """Points that a teacher gave by hand."""

    points: float
    reason: str
    by: str
    at: str  # ISO time


@dataclass(frozen=True)
class Graded:
    """One student's exercise.

    verdict   the verdict that counts; None where nothing was handed in. Where the checker failed,
              it is the last one that the same student got for this exercise, if there is any
    fault     the latest verdict, if the checker failed on it
    deducted  points, for being late
    hidden    the ids of checks that come from a teacher's hidden checks
    hides     whether the exercise has hidden checks, even if the verdict names none of them
    """

    exercise: str  # "blocking/never_block"
    title: str
    chapter: str
    points_of: int
    verdict: Verdict | None
    override: Override | None = None
    where: str = ""
    late: bool = False
    deducted: float = 0.0
    hidden: set[str] = field(default_factory=set)
    hides: bool = False
    fault: Verdict | None = None

    @property
    def failure(self) -> Verdict | None:
        """What the checker said when it failed on this work, if it did."""
        failed = self.verdict is not None and self.verdict.outcome == "checker_error"
        return self.fault or (self.verdict if failed else None)

    @property
    def not_graded(self) -> bool:
        """Whether there is work, and no points for it that anybody could stand by."""
        failed = self.verdict is not None and self.verdict.outcome == "checker_error"
        return failed and self.override is None

    @property
    def stands(self) -> bool:
        """Whether the checker failed, and the points of an earlier round are kept."""
        return self.fault is not None and not self.not_graded and self.override is None

    @property
    def earned(self) -> float:
        """The points before anything was deducted."""
        if self.override is not None:
            return self.override.points
        if self.verdict is None or self.not_graded:
            return 0.0
        return float(self.verdict.points)

    @property
    def points(self) -> float:
        """The points. What a teacher gave by hand is final."""
        if self.override is not None:
            return self.override.points
        return max(0.0, self.earned - self.deducted)

    @property
    def given(self) -> bool:
        """Whether there is anything to give points for."""
        return self.verdict is not None or self.override is not None


@dataclass(frozen=True)
class Student:
    """One student's works, in the order of the course.

    ids    what the source of the submission tells: "login", "email", "canvas_id", "moodle_id"…
    signs  suspicious acts that were seen, in words
    """

    key: str
    name: str
    ids: dict[str, str] = field(default_factory=dict)
    works: list[Graded] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    submitted: datetime | None = None
    signs: list[str] = field(default_factory=list)

    @property
    def points(self) -> float:
        """All points. What is not graded adds nothing to them, so look at `not_graded` first."""
        return sum(work.points for work in self.works)

    @property
    def points_of(self) -> int:
        """All points that there are."""
        return sum(work.points_of for work in self.works)

    @property
    def unread(self) -> bool:
        """Whether something was handed in, and nothing of it could be read."""
        return not self.given and any(each.kind == "no exercise" for each in self.findings)

    @property
    def not_graded(self) -> list[Graded]:
        """The works without points, because the checker failed on them."""
        return [work for work in self.works if work.not_graded]

    @property
    def final(self) -> bool:
        """Whether there is a sum that a gradebook may have."""
        return self.given and not self.not_graded

    @property
    def given(self) -> bool:
        """Whether there is anything to give points for."""
        return any(work.given for work in self.works)


@dataclass(frozen=True)
class Batch:
    """All students of one round of grading."""

    title: str
    students: list[Student]
    versions: dict[str, str]
    sandbox: str  # "jail", "bwrap", "outer", "none"
    seed: int
    made: str  # ISO time; given by the caller
    findings: list[Finding] = field(default_factory=list)  # what belongs to no student
    allow_ungraded: bool = False  # whether a sum may leave works out that could not be graded

    @property
    def not_graded(self) -> list[tuple[Student, Graded]]:
        """The works without points, because the checker failed on them."""
        return [(student, work) for student in self.students for work in student.not_graded]

    @property
    def points_of(self) -> int:
        """All points that a student can have."""
        return max((student.points_of for student in self.students), default=0)


SANDBOXES = {
    "jail": "Each attempt ran in a jail: no network, no files, no other programs.",
    "bwrap": "All attempts ran behind bubblewrap: no network, no files but Python's own.",
    "outer": "The container around the grader was the only sandbox.",
    "none": "NO SANDBOX: the attempts could do whatever the grader can. Do not rely on this.",
}


def stamp(batch: Batch) -> str:
    """How the attempts were kept apart, in words."""
    return SANDBOXES.get(batch.sandbox, f"Sandbox: {batch.sandbox}.")


def counted(points: float) -> str:
    """Points with their word: `1 point`, `7.5 points`."""
    return f"{number(points)} point{'' if number(points) == '1' else 's'}"


def number(points: float) -> str:
    """Points as they are written: `7`, `7.5`, never more than two decimals."""
    return f"{round(points, 2):.2f}".rstrip("0").rstrip(".")


def file_name(key: str) -> str:
    """A name for a student's files that every system takes, another one for every key."""
    from hashlib import sha256

    kept = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in key)[:60]
    kept = kept.lstrip(".-") or "student"
    kept = f"_{kept}" if _is_device(kept.lower()) else kept
    # Names that differ only in case are one name on some systems.
    if kept == key and kept == kept.lower() and not kept.endswith("."):
        return kept
    return f"{kept.rstrip('.')}-{sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:10]}"


def _is_device(name: str) -> bool:
    """Whether Windows would take it for one, whatever it ends in."""
    stem = name.partition(".")[0]
    return stem in ("con", "prn", "aux", "nul") or (stem[:3] in ("com", "lpt") and len(stem) == 4)
