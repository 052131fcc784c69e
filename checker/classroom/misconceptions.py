"""Which wrong answer of the course's an attempt fails like.

Every exercise ships wrong answers, each named after the misconception behind it, and each says in
its first line which checks it fails and what one of them then says. An attempt that fails exactly
those checks with those words has, most likely, the same thing wrong with it.

Invariant: what fails in no known way is matched with nothing. Hidden checks are left out of it:
no wrong answer of the course's knows them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from checker.catalog import Catalog, names_check
from checker.engine.verdict import CheckResult, Verdict
from checker.gate.first_line import NoClaim, read_claim
from checker.gate.folders import Folders

_LONGEST = 20_000


class Misconception(NamedTuple):
    """A known way to get an exercise wrong."""

    exercise: str  # "blocking/never_block"
    slug: str  # "time_sleep_kept"
    checks: tuple[str, ...]  # the checks that fail; a name without [..] means all its cases
    says: str  # words of what one of them says

    @property
    def words(self) -> str:
        """Its name in words."""
        return self.slug.replace("_", " ")


def read(folders: Folders, catalog: Catalog) -> list[Misconception]:
    """Those of a checkout of the course; elsewhere there are none."""
    found = []
    for exercise in catalog.exercises:
        for path in folders.wrong(exercise):
            try:
                claim = read_claim(path.read_text("utf-8", "replace"))
            except (NoClaim, OSError):  # The gate tells the author; a teacher need not know.
                continue
            found.append(Misconception(exercise.id, path.stem, claim.checks, claim.words))
    return found


def failing(verdict: Verdict, hidden: Collection[str] = ()) -> list[CheckResult]:
    """The checks that did not pass, but for hidden ones and for faults of ours."""
    return [
        check
        for check in verdict.checks
        if check.outcome in ("failed", "skipped") and check.id not in hidden
    ]


def match(
    verdict: Verdict, known: Iterable[Misconception], hidden: Collection[str] = ()
) -> list[Misconception]:
    """The wrong answers that fail exactly as this attempt does."""
    if verdict.outcome != "failed":
        return []
    failed = failing(verdict, hidden)
    said = _said(failed)
    return [
        one
        for one in known
        if one.exercise == verdict.exercise
        and _same_checks(one, failed)
        and " ".join(one.says.split()).casefold() in said
    ]


def _same_checks(one: Misconception, failed: Sequence[CheckResult]) -> bool:
    every = all(any(names_check(name, check.id) for name in one.checks) for check in failed)
    return every and all(
        any(names_check(name, check.id) and check.outcome == "failed" for check in failed)
        for name in one.checks
    )


def _said(failed: Iterable[CheckResult]) -> str:
    texts = [f"{check.got[:_LONGEST]} {check.next[:_LONGEST]}" for check in failed]
    return " ".join(" ".join(texts).split()).casefold()
