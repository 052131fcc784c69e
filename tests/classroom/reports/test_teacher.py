"""The page for a teacher."""

from __future__ import annotations

import random
import re
import time
from dataclasses import replace

import pytest

from checker.classroom.duplicates import Pair
from checker.classroom.graded import Batch
from checker.classroom.intake import Finding
from checker.classroom.misconceptions import Misconception
from checker.classroom.reports import teacher
from checker.engine.verdict import Outcome
from tests.classroom import batches
from tests.classroom.batches import EXERCISE, batch, check, student, verdict, work
from tests.classroom.reports.html import Page

ZERO = Misconception(EXERCISE, "pause_of_zero", ("pauses",), "got 2")
FORGOT = Misconception(EXERCISE, "pause_not_awaited", ("pauses",), "got 2")


def section(html: str, title: str) -> str:
    """The text of one section, or nothing."""
    found = re.search(rf'<section><h2 id="\w+">{title}</h2>.*?</section>', html, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split()) if found else ""


def test_it_says_who_passed_what_without_needing_colours() -> None:
    html = teacher(batches.usual(), [])
    Page(html)
    heat = section(html, "Students by checks")
    assert "Ada Lovelace ✔ ✘ ✔ ✔ 13.5" in heat
    assert "Turing, Alan ✔ ✘ - - 7.5" in heat
    assert "Grace Hopper - - - - -" in heat
    assert "3 students, 2 of whom handed in; 2 exercises, 4 checks" in html
    counts = section(html, "Checks").replace("&nbsp;", " ")
    assert "blocking/never_block 2 What pauses expects. 2 0 %" in counts
    assert "blocking/dashboard 2 What pauses expects. 1 100 %" in counts


def test_misconceptions_are_counted_and_named_with_who_has_them() -> None:
    told = section(teacher(batches.usual(), [ZERO, FORGOT]), "Commonest misconceptions")
    assert "2 pause of zero or pause not awaited blocking/never_block pauses Ada Lovelace" in told
    assert "Turing, Alan" in told


def test_ways_to_fail_that_nobody_knows_are_counted_too() -> None:
    told = section(teacher(batches.usual(), [ZERO._replace(says="other")]), "Commonest misc.*?")
    assert "no wrong answer of the course's explains" in told.replace("&#x27;", "'")
    assert "2 blocking/never_block pauses Ada Lovelace, Turing, Alan" in told


def test_without_the_wrong_answers_it_says_where_they_are() -> None:
    told = section(teacher(batches.usual(), []), "Commonest misconceptions")
    assert "a checkout has them" in told


def everything() -> Batch:
    usual = batches.usual()
    ada, alan, grace = usual.students
    crashed = verdict(check("price", "failed", got="died (SIGSEGV)"), ended="crashed")
    broken = verdict(check("price", "checker_error", got="KeyError"), outcome="checker_error")
    slow = verdict(check("price"), outcome="passed", virtual_s=77.5, real_s=3.25)
    works = [work(crashed, "a/crash"), work(broken, "a/broken"), work(slow, "a/slow")]
    finding = Finding("bomb", "x.zip", "too large")
    odd = student("s4", "Odd", *works, signs=["opened `socket`"], findings=[finding])
    return replace(usual, students=[ada, alan, grace, odd])


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("The checker failed", "Odd a/broken not graded KeyError"),
        ("Seen reaching for what is not theirs", "Odd opened socket"),
        ("Did not come to an end", "crashed Odd a/crash died (SIGSEGV)"),
        ("Alike", "93 % blocking/never_block Ada Lovelace Turing, Alan 21 prints in common"),
        ("Alike", "A hint for a human, and no proof"),
        ("Slowest", "On the virtual clock Took Student Exercise 77.5 s Odd a/slow"),
        ("Slowest", "For real Took Student Exercise 3.25 s Odd a/slow"),
        ("Late", "Ada Lovelace blocking/never_block 2026-11-20 12:00+00:00 1.5"),
        ("Nothing handed in", "Grace Hopper all of them"),
        ("Nothing handed in", "Turing, Alan blocking/dashboard"),
        ("Points by hand", "Turing, Alan blocking/never_block 7.5 5 prof"),
        ("Found at intake", "Odd bomb x.zip too large"),
    ],
)
def test_what_a_teacher_should_look_at_has_a_list(title: str, said: str) -> None:
    pair = Pair(EXERCISE, "s1", "s2", 0.93, 21)
    html = teacher(everything(), [], [pair])
    Page(html)
    assert said in section(html, title).replace("&nbsp;", " ")
    assert said not in section(teacher(batch(), []), title)


def test_a_hidden_check_is_marked_and_named_for_the_teacher() -> None:
    html = teacher(batch(student("s1", "Ada", batches.hidden())), [])
    assert "2h" in section(html, "Students by checks")
    assert "SECRET title hidden" in section(html, "Checks")


def test_the_lack_of_a_sandbox_stands_above_all_else() -> None:
    html = teacher(replace(batches.usual(), sandbox="none"), [])
    assert html.index('<p class="none">NO SANDBOX') < html.index("<h1>")


@pytest.mark.parametrize("evil", batches.HOSTILE, ids=lambda evil: ascii(evil)[:24])
def test_hostile_texts_are_only_texts(evil: str) -> None:
    made = batches.hostile(evil)
    pair = Pair(evil, evil, evil, 1.0, 1)
    html = teacher(made, [Misconception(EXERCISE, evil, ("c1",), evil)], [pair])
    page = Page(html)
    html.encode()
    assert len(html) < 500_000
    assert set(html) & {"\x00", "\x1b", "\x07", "\u202e", "\u2066", "\x7f"} == set()
    assert page.tags.count("main") == 1


def test_300_students_and_60_checks_stay_small_and_quick() -> None:
    draw = random.Random(7)
    outcomes: list[Outcome] = ["passed", "failed", "skipped"]
    students = []
    for n in range(300):
        works = []
        for m in range(15):
            checks = [check(f"check_{m}_{k}", draw.choice(outcomes)) for k in range(4)]
            works.append(work(verdict(*checks, virtual_s=draw.random()), f"chapter/exercise_{m}"))
        students.append(student(f"s{n}", f"Student Number {n}", *works))
    before = time.process_time()
    html = teacher(batch(*students), [])
    took_s = time.process_time() - before
    assert len(html.encode()) < 2_000_000
    assert took_s < 10
    assert Page(html).tags.count("td") >= 300 * 60
