"""One assignment, twenty submissions: two exercises of the course, eight checks in all.

blocking/never_block has four checks, blocking/dashboard three; the eighth is a teacher's own. The
submissions are the course's own answers, right and wrong, so it is known which checks each fails.
Invariant: no two submissions are the same text, since what is the same is graded once.
"""

from __future__ import annotations

import re
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

from benchmarks.children import ROOT
from checker.catalog import load
from checker.gate.folders import Folders

EXERCISES = {"blocking/never_block": "quote", "blocking/dashboard": "dashboard"}
CHECKS = {
    "blocking/never_block": ("price", "pauses", "ten_at_once", "loop_never_held"),
    "blocking/dashboard": ("time_of_slowest", "order", "failure_arrives", "asked_once"),
}
COUNT = sum(map(len, CHECKS.values()))
ASSERTS = Path(__file__).with_name("asserts.py")
HIDDEN = '''"""A teacher's own check of blocking/dashboard."""

NAMES = ["profile", "orders", "offers"]


async def test_asked_once(attempt, upstream, draw):
    """Each service is asked once."""
    services = [upstream(latency=0.3, name=name) for name in NAMES]
    await attempt.call("dashboard", *services, draw.choice(["ada", "grace"]))
    assert [each.calls for each in services] == [1, 1, 1]
'''
_ASKS_TWICE = """\
# fails: time_of_slowest, asked_once
import asyncio


async def dashboard(profile, orders, offers, user):
    await asyncio.gather(profile.get(user), orders.get(user), offers.get(user))
    answers = await asyncio.gather(profile.get(user), orders.get(user), offers.get(user))
    return list(answers)
"""
# Eleven of twenty students have never_block right, eleven dashboard. Those who block for real
# are few: a grader on the real clock waits for them. None lets Python warn on standard error, for
# which nbgrader takes a check's point away.
_QUOTES = (
    *("solution", "asks_itself_again", "solution", "pause_of_zero", "solution"),
    *("asks_itself_again", "asks_only_twice", "solution", "pause_of_zero", "solution"),
    *("asks_itself_again", "time_sleep_kept", "solution", "asks_only_twice", "solution"),
    *("pause_of_zero", "blocking_question_kept", "solution", "pause_of_zero", "asks_only_twice"),
)
_PAGES = (
    *("solution", "task_group", "one_after_another", "started_then_awaited", "half_a_page"),
    *("solution", "as_they_come", "task_group", "solution", "errors_as_results"),
    *("asks twice", "solution", "started_then_awaited", "appends_when_done"),
    *("awaits_each_task_at_once", "solution", "task_group", "half_a_page", "solution"),
    "as_they_come",
)


class Submission(NamedTuple):
    """What one student handed in."""

    student: str
    texts: dict[str, str]  # by the exercises' ids
    fails: frozenset[str]  # names of checks


def submissions(count: int = 20) -> list[Submission]:
    """So many; after twenty they begin again, with other texts."""
    found = []
    for number, (quote, page) in enumerate(islice(cycle(zip(_QUOTES, _PAGES, strict=True)), count)):
        student = f"student{number:04}"
        programs = {
            "blocking/never_block": _program("never_block", quote),
            "blocking/dashboard": _program("dashboard", page),
        }
        fails = frozenset(name for text in programs.values() for name in _fails(text))
        texts = {id: _own(text, student) for id, text in programs.items()}
        found.append(Submission(student, texts, fails))
    return found


def check_scores(who: str, expected: list[Submission], fails: dict[str, set[str]]) -> None:
    """Refuse figures of a grader that did not grade, or that came to other scores."""
    for each in expected:
        found = fails.get(each.student)
        if found is None or found != set(each.fails):
            raise RuntimeError(
                f"{who}: {each.student} should fail {sorted(each.fails)}, and "
                f"{'was not graded' if found is None else f'failed {sorted(found)}'}. "
                "On the real clock a busy machine is enough for that: run it again."
            )


def _program(exercise: str, name: str) -> str:
    if name == "asks twice":
        return _ASKS_TWICE
    folders = Folders(ROOT)
    found = load(folders.exercises).find(f"blocking/{exercise}")
    places = {path.stem: path for path in [*folders.right(found), *folders.wrong(found)]}
    places["solution"] = folders.solution(found)
    return folders.whole(places[name]).decode()


def _fails(text: str) -> list[str]:
    line = re.match(r"# fails: ([^|\n]*)", text)
    return re.findall(r"\w+", line[1]) if line else []


def _own(text: str, student: str) -> str:
    # No word of who should fail what, and a line that no other student has.
    return f"{re.sub(r'# fails:.*', '', text).strip()}\n\n# {student}\n"
