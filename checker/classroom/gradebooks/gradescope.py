"""What Gradescope reads: `results.json`, one for each student.

The score stands at the top. Each exercise is a test with its points; each check is a test with an
outcome and without points, so that the points are counted once. A work that could not be graded has
no points, and the first line says so. As long as the teacher has not allowed that, there is no
score at all: Gradescope then keeps the submission as one that failed to be graded.
"""

from __future__ import annotations

import json
from typing import Any

from checker.classroom.graded import Batch, Graded, Student, counted, stamp
from checker.classroom.public import NOT_GRADED, WITHHELD, about_guards, cut, public
from checker.engine.verdict import CheckResult, Verdict
from checker.show.texts import plain
from checker.show.verdict_words import MARKS, aside, called, headline

_LONGEST = 6_000


def text(batch: Batch, student: Student) -> str:
    """The file."""
    return json.dumps(results(batch, student), ensure_ascii=True, indent=1) + "\n"


def results(batch: Batch, student: Student) -> dict[str, Any]:
    """The same as data."""
    tests = []
    for number_of, work in enumerate(student.works, 1):
        tests += _tests(number_of, work)
    told = {
        "execution_time": round(sum(w.verdict.real_s for w in student.works if w.verdict), 2),
        "output": "\n".join(_output(batch, student)),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
        "extra_data": {
            "sandbox": batch.sandbox,
            "versions": batch.versions,
            "made": batch.made,
        },
    }
    graded = [work for work in student.works if not work.not_graded]
    if student.not_graded and not (batch.allow_ungraded and graded):
        for test in tests:
            test.pop("score", None)
            test.pop("max_score", None)
        return told
    return {"score": round(student.points, 2), "max_score": student.points_of, **told}


def _output(batch: Batch, student: Student) -> list[str]:
    lines = [batch.title, stamp(batch)]
    if student.not_graded:
        names = ", ".join(work.title for work in student.not_graded)
        lines.insert(0, f"NOT GRADED: {names}: {NOT_GRADED}. The score is not final.")
    lines += [f"{f.kind}: {f.where}: {f.words}" for f in student.findings]
    return [_shown(line, 500) for line in lines]


def _tests(number_of: int, work: Graded) -> list[dict[str, Any]]:
    verdict = public(work)
    passed = work.points >= work.points_of
    whole = {
        **_test(str(number_of), work.title, "\n".join(_about(work, verdict)), passed),
    }
    if not work.not_graded:
        whole |= {"score": round(work.points, 2), "max_score": work.points_of}
    checks = verdict.checks if verdict is not None else []
    return [
        whole,
        *(
            _test(
                f"{number_of}.{n}",
                f"{MARKS[check.outcome]} {check.title}",
                _told(check),
                check.outcome == "passed",
            )
            for n, check in enumerate(checks, 1)
        ),
    ]


def _test(number_of: str, name: str, output: str, passed: bool) -> dict[str, Any]:
    return {
        "number": number_of,
        "name": _shown(name, 300),
        "name_format": "text",
        "status": "passed" if passed else "failed",
        "output": _shown(output, _LONGEST),
        "output_format": "text",
        "visibility": "visible",
    }


def _about(work: Graded, verdict: Verdict | None) -> list[str]:
    lines = ["Nothing was handed in."] if verdict is None else [headline(verdict)]
    if verdict is not None:
        lines += filter(None, [aside(verdict, over=True), about_guards(verdict)])
    if work.override:
        lines.append(f"{counted(work.override.points)} by hand: {work.override.reason}")
    elif work.stands:
        lines.append("The checker failed this time. The points from before stand.")
    elif work.deducted:
        lines.append(f"{counted(work.deducted)} deducted for being late.")
    elif work.late:
        lines.append("Handed in late.")
    if verdict is not None and verdict.printed:
        lines += ["", "Printed:", cut(verdict.printed, 2_000)]
    elif (work.hidden or work.hides) and verdict is not None:
        lines.append(WITHHELD)
    return lines


def _told(check: CheckResult) -> str:
    if check.outcome == "passed":
        return ""
    place = check.where
    parts = {
        "did": called(check),
        "expected": check.expected if check.expected != check.title else "",
        "got": check.got,
        "where": f"line {place.line}: {place.text}" if place else "",
        "next": check.next,
    }
    return "\n".join(f"{name}: {said}" for name, said in parts.items() if said)


def _shown(said: str, most: int) -> str:
    return plain(cut(said, most))
