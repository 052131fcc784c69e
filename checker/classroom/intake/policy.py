"""The due time, and what being late costs."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal

from checker.classroom.intake.submission import IntakeError

_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,4})?)\s*%\s*(?:/|per|a)\s*d(?:ay)?")
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Policy:
    """What holds for work that comes late.

    due     with its time zone; times in archives that have none are read in this zone
    late    "accept": only recorded; "flag": a finding too; "reject": no points;
            "deduct": `percent_per_day` of the points for each day that has begun
    local   times without a zone are this computer's, as the due time was; summer time included
    """

    due: datetime | None = None
    late: Literal["accept", "flag", "reject", "deduct"] = "flag"
    percent_per_day: float = 0.0
    local: bool = False

    def __post_init__(self) -> None:
        if self.due is not None and self.due.tzinfo is None:
            raise IntakeError(f"the due time {self.due} has no time zone; add one, such as +01:00")
        if not 0 <= self.percent_per_day <= 100:
            raise IntakeError(f"{self.percent_per_day} % a day; it has to be from 0 to 100")

    @classmethod
    def parse(cls, late: str = "flag", due: str | None = None) -> Policy:
        """From what was typed: "accept", "flag", "zero", "10%/day", and an ISO time.

        A due time without a zone is one of this computer's zone.
        """
        word = late.strip().casefold()
        percent = _PERCENT.fullmatch(word)
        when, local = (None, False) if due is None else _time(due)
        if percent:
            return cls(when, "deduct", float(percent[1]), local=local)
        if word in ("accept", "flag"):
            return cls(when, "accept" if word == "accept" else "flag", local=local)
        if word in ("zero", "reject"):
            return cls(when, "reject", local=local)
        raise IntakeError(
            f"{late!r} is no policy for late work: write accept, flag, zero, or 10%/day"
        )

    @property
    def zone(self) -> tzinfo:
        """The zone of times that do not state one."""
        return self.due.tzinfo if self.due is not None and self.due.tzinfo else UTC

    def moment(self, text: str) -> datetime | None:
        """A time that was typed, without a zone in that of the due time; None if it is none."""
        try:
            found = datetime.fromisoformat(text.strip())
            if found.tzinfo:
                return found
            return found.astimezone() if self.local else found.replace(tzinfo=self.zone)
        except (ValueError, OverflowError, OSError):
            return None

    def until(self, due: datetime | None) -> Policy:
        """The same policy with another due time, if there is one."""
        return self if due is None else replace(self, due=due)

    def is_late(self, submitted: datetime | None) -> bool:
        """Whether this is after the due time."""
        return self.due is not None and submitted is not None and submitted > self.due

    def days(self, submitted: datetime | None) -> int:
        """The days late that have begun; 1 where a submission is late and its time unknown."""
        if self.due is None or submitted is None or submitted <= self.due:
            return 1
        return math.ceil((submitted - self.due) / _DAY)

    def percent_off(self, late: bool, submitted: datetime | None) -> float:
        """How many percent of the points a submission loses, from 0 to 100."""
        if not late or self.late in ("accept", "flag"):
            return 0.0
        if self.late == "reject":
            return 100.0
        return min(100.0, self.percent_per_day * self.days(submitted))

    def words(self, submitted: datetime | None) -> str:
        """What follows from being late."""
        if self.late in ("accept", "flag"):
            return "nothing is taken off"
        if self.late == "reject":
            return "no points"
        off = self.percent_off(True, submitted)
        return f"{off:g} % off ({self.percent_per_day:g} % a day, {self.days(submitted)} begun)"


def _time(text: str) -> tuple[datetime, bool]:
    """The due time, and whether its zone is this computer's."""
    try:
        found = datetime.fromisoformat(text.strip())
        return (found, False) if found.tzinfo else (found.astimezone(), True)
    except (ValueError, OverflowError, OSError):
        fix = "write it as 2026-03-01T23:59 or 2026-03-01T23:59+01:00"
        raise IntakeError(f"the due time {text!r} cannot be read; {fix}") from None
