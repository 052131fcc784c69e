"""More time for some students, and hand-in times that a teacher states.

The file has a row for each student: who, then a new due time or how much more time, and, where the
teacher knows it from elsewhere, when it was handed in.

    student,due,submitted
    ada,2026-03-08T12:00,
    bob,+2 days,
    grace@uni.test,,2026-03-01T23:40
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

from checker.classroom.intake import people
from checker.classroom.intake.people import Known, Person
from checker.classroom.intake.policy import Policy
from checker.classroom.intake.submission import IntakeError

_DUE = (
    "due", "due date", "due at", "until", "date", "new date", "new due", "new due date", "deadline",
    "new deadline", "extra", "extra time", "extension", "time",
)  # fmt: skip
_UNITS = ("weeks", "days", "hours", "minutes")  # A column of this name has numbers.
_SUBMITTED = ("submitted", "handed in", "submitted at")
_PART = r"(\d+(?:\.\d+)?)\s*(w|weeks?|d|days?|h|hrs?|hours?|m|mins?|minutes?)"
_EXTRA = re.compile(rf"\+?\s*{_PART}(?:[\s,]+(?:and\s+)?{_PART})*")
_SPAN = {
    "w": timedelta(weeks=1),
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
}
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_LONGEST = timedelta(days=3650)
_MOST_TOLD = 8


@dataclass(frozen=True)
class Extension:
    """What holds for one student.

    due         instead of the due time of all
    submitted   as the teacher states it
    """

    due: datetime | None = None
    submitted: datetime | None = None


class Extensions:
    """The rows of a file, to be given to the students whom they name."""

    def __init__(self, path: Path, policy: Policy) -> None:
        self._path = path
        self._rows: list[tuple[Person, Extension]] = []
        problems = []
        for person in people.read(path, ("due", "submitted")):
            try:
                self._rows.append((person, _extension(person, policy)))
            except IntakeError as error:
                problems.append(f"line {person.line}, {person.told}: {error}")
        if not self._rows and not problems:
            problems.append("there is nobody in it")
        self._refuse(problems, "write each row as `student,2026-03-08T12:00` or `student,+2 days`")

    def of(self, known: Sequence[Known]) -> dict[int, Extension]:
        """Whose they are, by index; raises where somebody is not known, or named twice."""
        named = [person for person, _ in self._rows]
        found = people.find(named, known)
        lines: dict[str, int] = {}
        problems = []
        for n, person in enumerate(named):
            first = lines.setdefault(" ".join(person.told.split()).casefold(), person.line)
            if first != person.line:
                problems.append(f"line {person.line}, {person.told}: line {first} names them too")
            elif n not in found:
                near = people.nearest(person, known)
                advice = f"; did you mean {near}?" if near else ""
                problems.append(
                    f"line {person.line}: there is no student {person.told!r} in the "
                    f"submissions{advice}"
                )
        fix = (
            "name them as in the column `student` of grades.csv, or by login, email or full name; "
            "with --roster those who handed in nothing are known, too"
        )
        self._refuse(problems, fix)
        return {found[n]: extension for n, (_, extension) in enumerate(self._rows)}

    def _refuse(self, problems: list[str], fix: str) -> None:
        if problems:
            more = [f"and {len(problems) - _MOST_TOLD} more"] if len(problems) > _MOST_TOLD else []
            lines = "\n".join(f"  {line}" for line in [*problems[:_MOST_TOLD], *more])
            raise IntakeError(f"{self._path} cannot be used:\n{lines}\nNext: {fix}.")


def _extension(person: Person, policy: Policy) -> Extension:
    typed = next((person.more[name] for name in _DUE if person.more.get(name)), "")
    for name, value in person.more.items():
        unit = name.rpartition(" ")[2]
        if not typed and value and unit in _UNITS:
            typed = f"{value} {unit}"
    stated = next((person.more[name] for name in _SUBMITTED if person.more.get(name)), "")
    if not typed and not stated:
        raise IntakeError("there is no new date and no extra time")
    due = _due(typed, policy) if typed else None
    submitted = policy.moment(stated) if stated else None
    if stated and submitted is None:
        raise IntakeError(f"{stated[:40]!r} is no time; write it as 2026-03-01T23:40")
    return Extension(due, submitted)


def _due(typed: str, policy: Policy) -> datetime:
    if _EXTRA.fullmatch(typed.casefold()):
        if policy.due is None:
            raise IntakeError("extra time needs a due time to add it to; add --due")
        try:
            found = re.findall(_PART, typed.casefold())
            extra = sum((float(count) * _SPAN[unit[0]] for count, unit in found), timedelta())
        except OverflowError:
            extra = _LONGEST * 2
        if extra > _LONGEST:
            raise IntakeError(f"{typed[:40]!r} is more than ten years")
        return policy.due + extra
    due = policy.moment(typed)
    if due is None:
        raise IntakeError(
            f"{typed[:40]!r} is neither a date nor a span of time; write 2026-03-08T12:00, "
            "2026-03-08, or +2 days"
        )
    if _DATE.fullmatch(typed):
        due = datetime.combine(due.date(), time(23, 59, 59), due.tzinfo)
    if policy.due is not None and due < policy.due:
        raise IntakeError(f"{typed} is before the due time, {policy.due:%Y-%m-%d %H:%M %Z}")
    return due
