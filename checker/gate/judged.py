"""Verdicts, held against what has to come of each run.

Invariant: every run that is not as it has to be is a finding at the file that has to change.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

from checker.catalog import names_check
from checker.engine.judge import AT_LINE, RAISED_ITSELF
from checker.engine.verdict import CheckResult, Verdict
from checker.gate import edits
from checker.gate.finding import Finding
from checker.gate.first_line import FORM, Claim, NoClaim, read_claim
from checker.gate.folders import Folders
from checker.gate.runs import SEEDS, Run
from checker.gate.written import Written

Judged = tuple[Run, Verdict]
_SHOWN = 300  # characters of a message
_BEFORE, _AFTER = 60, 120  # characters around the first that differs


@dataclass
class Judge:
    """Judges the runs of one exercise."""

    folders: Folders
    written: Written

    def findings(self, judged: Sequence[Judged]) -> Iterator[Finding]:
        """What is wrong, each thing once."""
        exercise = judged[0][0].exercise
        checks = self.folders.name(self.folders.check_file(exercise))
        unusable = [verdict for _, verdict in judged if verdict.ended == "no checks"]
        if unusable:
            told = unusable[0].printed.replace(f"{self.folders.root}{os.sep}", "")
            what = f"the checks cannot be used: {_short(told, 2000)}"
            yield Finding(checks, 0, what, "mend the file of checks", exercise.id)
            return
        met: set[tuple[str, str]] = set()
        unsolved = _unsolved(judged)
        for run, verdict in judged:
            for finding in self._one(run, verdict, unsolved):
                # The same under each seed is one finding; the values behind the colon differ.
                key = finding.file, finding.what.partition(":")[0]
                if key not in met:
                    met.add(key)
                    yield replace(finding, what=finding.what + _under(run))
        yield from self._repeated(judged)
        yield from self._of_checks(judged, checks)

    def _one(self, run: Run, verdict: Verdict, unsolved: frozenset[str]) -> Iterator[Finding]:
        if verdict.outcome == "checker_error":
            for check in verdict.checks:
                if check.outcome == "checker_error":
                    name = self.folders.name(self.folders.check_file(run.exercise))
                    what = f"`{check.id}` is at fault itself: {_short(check.got)}"
                    fix = f"mend the check; it met {self.folders.name(run.path)}"
                    yield Finding(name, self.written.line(check.id), what, fix, run.exercise.id)
        elif run.kind == "wrong":
            yield from self._wrong(run, verdict, unsolved)
        elif run.kind == "stub" and verdict.outcome != "not_attempted":
            what = f"the stub, as it is handed out, is {verdict.outcome}, not not_attempted"
            yield self._finding(run, 0, what, "let the stub be Python that can be read")
        elif run.kind == "bare stub" and verdict.outcome == "passed":
            yield self._finding(
                run, 0, "the stub passes all checks as it is", "leave something to be written"
            )
        elif run.kind in ("solution", "again"):
            yield from self._right(run, verdict, frozenset())
        elif run.kind == "right":
            yield from self._right(run, verdict, unsolved)

    def _right(self, run: Run, verdict: Verdict, unsolved: frozenset[str]) -> Iterator[Finding]:
        if verdict.outcome == "not_attempted":
            what, fix = "it is the stub", "write an answer, or remove the file"
            yield self._finding(run, 0, what, fix)
        for check in verdict.checks:
            if check.outcome in ("failed", "skipped") and check.id not in unsolved:
                if check.next == RAISED_ITSELF and (at := AT_LINE.search(check.got)):
                    yield self._raised_itself(run, check, int(at[1]))
                    continue
                line = check.where.line if check.where else 0
                what = f"`{check.id}` {_how(check)}: {_short(f'{check.got} {check.next}')}"
                if run.path.suffix == edits.SUFFIX:
                    what, line = f"{what} (line {line} of the whole answer)", 0
                fix = "mend the answer, or the check if the answer is right"
                yield self._finding(run, line, what, fix)

    def _raised_itself(self, run: Run, check: CheckResult, line: int) -> Finding:
        answer = self.folders.name(run.path)
        got = AT_LINE.sub("", check.got, count=1)
        what = f"`{check.id}` raises on this line, with {answer}: {_short(got)}"
        fix = "fix this line, or the answer, if it returned something else than the task says"
        checks = self.folders.name(self.folders.check_file(run.exercise))
        return Finding(checks, line, what, fix, run.exercise.id)

    def _wrong(self, run: Run, verdict: Verdict, unsolved: frozenset[str]) -> Iterator[Finding]:
        try:
            claim = read_claim(run.path.read_text("utf-8", "replace"))
        except NoClaim as error:
            yield self._finding(run, 1, str(error), f"write as the first line: {FORM}")
            return
        if verdict.outcome == "not_attempted":
            yield self._finding(run, 0, "it is the stub", "write a wrong answer, or remove it")
            return
        yield from self._named(run, verdict, claim, unsolved)
        if any(names_check(name, id) for name in claim.checks for id in unsolved):
            return
        failed = [check for check in verdict.checks if check.outcome == "failed"]
        if run.seed == SEEDS[0] and failed and not any(_says(check, claim) for check in failed):
            said = "; ".join(f"{c.id}: {_short(f'{c.next} {c.got}')}" for c in failed)
            what = f"no check that fails says {claim.words!r}; what they say is {said}"
            fix = "name words that learners read there, or write the check's message for them"
            yield self._finding(run, 1, what, fix)

    def _named(
        self, run: Run, verdict: Verdict, claim: Claim, unsolved: frozenset[str]
    ) -> Iterator[Finding]:
        ids = [check.id for check in verdict.checks]
        for name in claim.checks:
            if not any(names_check(name, id) for id in ids):
                what = f"there is no check `{name}`"
                yield self._finding(run, 1, what, f"name one of: {', '.join(ids)}")
            elif not any(
                names_check(name, check.id) and (check.outcome == "failed" or check.id in unsolved)
                for check in verdict.checks
            ):
                what = f"`{name}` does not fail, and the first line says that it does"
                yield self._finding(run, 1, what, "mend the check, or the first line")
        for check in verdict.checks:
            named = any(names_check(name, check.id) for name in claim.checks)
            if check.outcome != "passed" and not named and check.id not in unsolved:
                what = f"`{check.id}` {_how(check)}, and the first line does not name it"
                why = f"it says: {_short(f'{check.got} {check.next}')}"
                yield self._finding(run, 1, what, f"name it, or let the check pass; {why}")

    def _repeated(self, judged: Sequence[Judged]) -> Iterator[Finding]:
        first = [each for each in judged if each[0].kind == "solution" and each[0].seed == SEEDS[0]]
        again = [each for each in judged if each[0].kind == "again"]
        for (run, one), (_, other) in zip(first, again, strict=True):
            if replace(one, real_s=0.0).to_json() == replace(other, real_s=0.0).to_json():
                continue
            what = f"checked twice, the solution has two verdicts: {_first_difference(one, other)}"
            fix = "look for real time, for id() or hash(), and for the order of a set"
            name = self.folders.check_file(run.exercise)
            yield Finding(self.folders.name(name), 0, what, fix, run.exercise.id)

    def _of_checks(self, judged: Sequence[Judged], file: str) -> Iterator[Finding]:
        """Every check asks the attempt something, and was seen to fail."""
        solutions = [verdict for run, verdict in judged if run.kind == "solution"]
        wrong = [verdict for run, verdict in judged if run.kind == "wrong"]
        id = judged[0][0].exercise.id
        failed = {
            check.id for verdict in wrong for check in verdict.checks if check.outcome == "failed"
        }
        for check in solutions[0].checks if solutions else ():
            line = self.written.line(check.id)
            if check.outcome == "passed" and not check.did:
                what = f"`{check.id}` never calls the attempt"
                yield Finding(file, line, what, "let it call what the learner wrote", id)
            if wrong and check.id not in failed:
                what = f"no wrong answer fails `{check.id}`"
                fix = "add the wrong answer that it is there for, or remove the check"
                yield Finding(file, line, what, fix, id)

    def _finding(self, run: Run, line: int, what: str, fix: str) -> Finding:
        return Finding(self.folders.name(run.path), line, what, fix, run.exercise.id)


def _unsolved(judged: Sequence[Judged]) -> frozenset[str]:
    """The checks that the solution does not pass: other answers show nothing about them yet."""
    return frozenset(
        check.id
        for run, verdict in judged
        if run.kind == "solution"
        for check in verdict.checks
        if check.outcome in ("failed", "skipped")
    )


def _says(check: CheckResult, claim: Claim) -> bool:
    said = " ".join(f"{check.got} {check.next}".split())
    return (
        any(names_check(name, check.id) for name in claim.checks)
        and claim.words.lower() in said.lower()
    )


def _first_difference(one: Verdict, other: Verdict) -> str:
    for a, b in zip(one.checks, other.checks, strict=False):
        for field in fields(a):
            here, there = str(getattr(a, field.name)), str(getattr(b, field.name))
            if here != there:
                ends = min(len(here), len(there))
                at = next((n for n in range(ends) if here[n] != there[n]), ends)
                shown = [repr(text[max(0, at - _BEFORE) : at + _AFTER]) for text in (here, there)]
                return f"`{field.name}` of `{a.id}` differs, {shown[0]} from {shown[1]}"
    return "they differ in more than their checks"


def _under(run: Run) -> str:
    """Which seed it takes, where it is not the usual one."""
    return f" (under seed {run.seed})" if run.seed != SEEDS[0] else ""


def _how(check: CheckResult) -> str:
    return "fails" if check.outcome == "failed" else "is not reached"


def _short(text: str, most: int = _SHOWN) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 2] + " …"
