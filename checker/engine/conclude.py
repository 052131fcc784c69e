"""Makes a verdict of what a process told, and of how it ended.

Invariant: an attempt whose process did not come to its end in good order has not passed, whatever
it told before.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from checker.catalog import names_check
from checker.engine.job import Job
from checker.engine.limits import Ended, Limits
from checker.engine.verdict import (
    CheckResult,
    Outcome,
    Place,
    Verdict,
    check_from,
    outcome_of,
    points_for,
)


def conclude(
    base: Verdict, ended: Ended, titles: dict[str, str], job: Job, limits: Limits
) -> Verdict:
    """The verdict; `titles` are all the checks there are, by id."""
    real_s = round(ended.real_s, 4)
    if any("stub" in record for record in ended.records):
        checks = [CheckResult(id, title, "not_attempted") for id, title in titles.items()]
        return replace(base, outcome="not_attempted", checks=checks, real_s=real_s)
    how = _how(ended)
    told = {
        check.id: check
        for check in (check_from(record["check"]) for record in ended.records if "check" in record)
    }
    checks = [told[id] for id in titles if id in told]
    outcome: Outcome = "failed"
    if how is None and len(checks) == len(titles):
        how = ""
        outcome = outcome_of(checks)
    elif names := [name for record in ended.records for name in record.get("replaced", ())]:
        how = "replaced"
        checks = _not_as_it_was(told, titles, names)
    elif how == "not python":
        outcome = outcome_of(checks)
    else:
        how = how or "crashed"
        checks = _cut_short(told, titles, how, ended, job, limits)
        outcome = "skipped" if how == "interrupted" else "failed"
    checks = [
        replace(check, guard=any(names_check(name, check.id) for name in job.exercise.guards))
        for check in checks
    ]
    return replace(
        base,
        outcome=outcome,
        points=points_for(outcome, checks, job.exercise.points),
        checks=checks,
        ended=how,
        printed=ended.printed,
        signs=[sign for record in ended.records for sign in record.get("signs", ())],
        virtual_s=sum(check.virtual_s for check in checks),
        real_s=real_s,
    )


def _how(ended: Ended) -> str | None:
    """How the program ended, in a word, where it did not come to the end of the checks."""
    done = [record["done"] for record in ended.records if "done" in record]
    if done:
        return None if done[0] == "exit" else str(done[0])
    if ended.how == "cancelled":
        return "interrupted"
    if "MemoryError" in ended.printed[-4000:]:
        return "out of memory"
    return "crashed" if ended.how == "exit" else ended.how


def _cut_short(
    told: dict[str, CheckResult],
    titles: dict[str, str],
    how: str,
    ended: Ended,
    job: Job,
    limits: Limits,
) -> list[CheckResult]:
    """The checks of a program that was ended in the middle of one of them."""
    # Where all of them were told, it was ended in what follows the last.
    cut = next((id for id in titles if id not in told), list(titles)[-1])
    checks = []
    for id, title in titles.items():
        if id == cut and how != "interrupted":
            checks.append(_ended_in(id, title, how, ended, job, limits))
        else:
            checks.append(told.get(id) or CheckResult(id, title, "skipped", got="not reached"))
    return checks


def _not_as_it_was(
    told: dict[str, CheckResult], titles: dict[str, str], names: list[str]
) -> list[CheckResult]:
    """The checks of a program that replaced what everybody takes for something else."""
    got = f"your program replaced {', '.join(names)}, which everything in its process uses"
    advice = "Leave the names of other modules as they are; write a function of your own."
    # Which of them began before it was replaced, nobody knows.
    during = next((id for id in titles if id not in told), "")
    checks = []
    for id, title in titles.items():
        if id in told or id == during:
            before = told.get(id) or CheckResult(id, title, "failed", expected=title)
            checks.append(replace(before, outcome="failed", got=got, where=None, next=advice))
        else:
            checks.append(CheckResult(id, title, "skipped", got="not reached"))
    return checks


_HAPPENED = {
    "blocked": "the check was stopped after {limit:g} s of real time: the program never came to "
    "an end of its own",
    "crashed": "the process of the program died ({detail}) in the middle of the check",
    "out of memory": "the program needed more memory than it may have ({memory} MB)",
    "broke the wire": "the program wrote to where the checker's own messages go",
    "printed too much": "the program printed more than {printed:,} characters",
}
_NEXT = {
    "blocked": "Look for a loop that neither ends nor waits.",
    "crashed": "Look for what ends a process: os._exit, a signal, a C call that fails.",
    "out of memory": "Keep less at once, and look for what grows without end.",
    "broke the wire": "Leave files alone that you did not open.",
    "printed too much": "Take the prints out of the loops.",
}


def _ended_in(id: str, title: str, how: str, ended: Ended, job: Job, limits: Limits) -> CheckResult:
    """The check in which the program was ended."""
    happened = _HAPPENED[how].format(
        limit=limits.real_s,
        detail=ended.detail or "without a word",
        memory=limits.memory_bytes >> 20,
        printed=limits.printed_bytes,
    )
    return CheckResult(
        id,
        title,
        "failed",
        expected=title,
        got=happened,
        where=_stand(ended.stand, job),
        next=_NEXT[how],
    )


def _stand(stand: str, job: Job) -> Place | None:
    """The learner's line in which a thread stood, from what faulthandler wrote.

    The thread that ran comes before the others. An attempt can write there too, so what it says
    is held against the text.
    """
    name = Path(job.filename).name.encode("ascii", "backslashreplace").decode()
    line = re.compile(rf'File "[^"\n]*{re.escape(name)}", line (\d{{1,7}}) in (\S{{1,80}})')
    lines = job.data.decode("utf-8", "replace").splitlines()
    running = stand.partition("Current thread")[2] or stand.partition("most recent call first")[2]
    for part in (running.split("\n\n")[0], stand):
        for found in line.finditer(part):
            number = int(found[1])
            if 0 < number <= len(lines):
                return Place(number, lines[number - 1].strip(), found[2])
    return None
