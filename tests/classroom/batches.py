"""Batches made by hand, one of them of the most hostile texts that a student could hand in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from checker.classroom.graded import Batch, Graded, Override, Student
from checker.classroom.intake import Finding
from checker.engine.verdict import CheckResult, Outcome, Place, Verdict

MADE = "2026-11-21T09:00:00+00:00"
EXERCISE = "blocking/never_block"
HOSTILE = [
    "</title></style></script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)' x='",
    '" onfocus="alert(1)" autofocus="',
    "</pre></details></td></tr></table><h1>pwned",
    "<!-- ]]> --> <![CDATA[ x ]]>",
    "\x1b[31mred\x1b]0;title\x07",
    "a\x00b\x08\x7f\x9b31m",
    "\u202egnp.exe\u2066",
    "\ud800\udfff lone",
    "\ufffe\uffff",
    "=cmd|'/c calc'!A0",
    "+1+cmd",
    "-2+3+cmd",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\uff1d1+1",
    " =1+1",
    'a,"b";c\r\nd',
    "javascript:alert(1)",
    "../../etc/passwd",
    "&lt;b&gt; &#60;script&#62;",
    "x" * 1_000_000,
    "<" * 1_000_000,
]


def check(id: str, outcome: Outcome = "passed", **more: Any) -> CheckResult:
    """A check with words in it."""
    title = f"What {id} expects."
    if outcome == "failed":
        more = {"got": f"{id} got 2", "next": f"mend {id}", "where": Place(3, "x = 1")} | more
    return replace(CheckResult(id, title, outcome, [f"call({id!r})"], title), **more)


def verdict(
    *checks: CheckResult, outcome: Outcome = "failed", points: int = 5, **more: Any
) -> Verdict:
    """A verdict on `EXERCISE`, of 10 points."""
    return replace(
        Verdict(EXERCISE, outcome, points, 10, list(checks), seed=7, attempt="ab", real_s=0.25),
        **more,
    )


def work(made: Verdict | None, exercise: str = EXERCISE, **more: Any) -> Graded:
    """A work."""
    title = exercise.rpartition("/")[2].replace("_", " ").capitalize()
    base = Graded(exercise, title, "01_blocking", 10, made, where=f"ada.zip: {exercise}.py")
    return replace(base, **more)


def student(key: str, name: str, *works: Graded, **more: Any) -> Student:
    """A student who handed in at noon."""
    noon = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    return replace(Student(key, name, works=list(works), submitted=noon), **more)


def batch(*students: Student, **more: Any) -> Batch:
    """A batch from a jail."""
    base = Batch("Week 2", list(students), {"unblocked": "0.1.0"}, "jail", 7, MADE)
    return replace(base, **more)


def usual() -> Batch:
    """Three students: one late, one with points by hand, one of whom nothing came."""
    half = verdict(check("price"), check("pauses", "failed"))
    full = verdict(check("price"), check("pauses"), outcome="passed", points=10)
    other = "blocking/dashboard"
    return batch(
        student(
            "s1",
            "Ada Lovelace",
            work(half, late=True, deducted=1.5),
            work(full, other),
            ids={"canvas_id": "101", "login": "ada", "moodle_id": "9001", "email": "ada@uni.test"},
        ),
        student(
            "s2",
            "Turing, Alan",
            work(half, override=Override(7.5, "argued well", "prof", MADE)),
            work(None, other),
            ids={"canvas_id": "102", "login": "alan", "moodle_id": "9002"},
        ),
        student("s3", "Grace Hopper", work(None), work(None, other), submitted=None),
    )


def broken(**more: Any) -> Batch:
    """Ada's first work could not be graded, and Grace's stands as it was before."""
    base = usual()
    fault = verdict(
        check("price", "checker_error", got="SECRET of the machine"),
        outcome="checker_error",
        points=0,
        ended="SECRET end",
        printed="SECRET traceback",
    )
    half = verdict(check("price"), check("pauses", "failed"))
    ada, alan, grace = base.students
    first = work(fault, fault=fault, where="ada.zip: never_block.py")
    stands = work(half, fault=fault)
    return replace(
        base,
        students=[
            replace(ada, works=[first, *ada.works[1:]]),
            alan,
            replace(grace, works=[stands, *grace.works[1:]]),
        ],
        **more,
    )


def hidden() -> Graded:
    """A work with two hidden checks, which name themselves in every field that there is."""
    secrets: dict[str, Any] = {
        "title": "SECRET title",
        "did": ["SECRET call"],
        "expected": "SECRET expectation",
        "got": "SECRET value",
        "where": Place(9, "SECRET line", "SECRET function"),
        "next": "SECRET advice",
        "trace": "SECRET trace",
        "virtual_s": 12.5,
    }
    made = verdict(
        check("price"),
        check("SECRET_one", "failed", **secrets),
        check("pauses", "failed"),
        check("SECRET_two", "passed", **secrets),
        printed="SECRET printed",
        virtual_s=25.0,
    )
    return work(made, hidden={"SECRET_one", "SECRET_two"})


def hostile(evil: str) -> Batch:
    """A batch in which every text that a student has a hand in is this one."""
    place = Place(3, evil, evil)
    outcomes: list[Outcome] = ["passed", "failed", "skipped", "checker_error"]
    checks = [
        CheckResult(f"c{n}", evil, outcome, [evil] * 9, evil, evil, place, evil, 1.0, evil)
        for n, outcome in enumerate(outcomes)
    ]
    made = verdict(*checks, printed=evil, ended=evil)
    works = [
        work(made, where=evil, title=evil),
        work(made, "blocking/dashboard", override=Override(1.0, evil, evil, evil)),
        work(replace(made, outcome="checker_error"), "blocking/tell_apart", where=evil),
        work(replace(made, outcome="skipped"), "blocking/break_it", hidden={"c1"}),
    ]
    ids = dict.fromkeys(["login", "email", "section", "canvas_id", "sis_id", "moodle_id"], evil)
    findings = [Finding(evil, evil, evil)]
    one = student(evil, evil, *works, ids=ids, findings=findings, signs=[evil])
    return batch(one, student("s2", "Ada", *works), title=evil, sandbox=evil)
