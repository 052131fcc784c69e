"""The class list: who is in the class, also those who handed in nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from checker.classroom.intake import people
from checker.classroom.intake.names import key_of, shown
from checker.classroom.intake.people import Known, Person
from checker.classroom.intake.submission import IntakeError


class Roster:
    """The people of a class list: an export of a gradebook, a worksheet, or a list of names."""

    def __init__(self, path: Path) -> None:
        self.people = people.read(path, ("name",))
        for person in self.people:
            person.name = person.name or person.more.get("name", "")
        if not self.people:
            raise IntakeError(
                f"{path}: there is nobody in this class list.\nNext: give Canvas's export of the "
                "gradebook, Moodle's worksheet, or a CSV with a column `student`."
            )

    def find(self, known: Sequence[Known]) -> dict[int, Person]:
        """Who they are, by index in `known`."""
        return {n: self.people[p] for p, n in people.find(self.people, known).items()}

    def absent(self, known: Sequence[Known]) -> list[Person]:
        """Those of whom nothing came."""
        found = people.find(self.people, known)
        return [person for n, person in enumerate(self.people) if n not in found]


def key_for(person: Person, taken: set[str]) -> str:
    """A key that nobody has, the same in every round."""
    key = key_of(people.key_of(person))
    return key if key not in taken else key_of(f"{shown(key)} (class list, line {person.line})")
