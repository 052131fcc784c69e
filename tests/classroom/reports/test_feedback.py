"""The page that a student gets back."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from checker import lab
from checker.classroom.intake import Finding
from checker.classroom.reports import feedback
from tests.classroom import batches
from tests.classroom.batches import batch, check, student, verdict, work
from tests.classroom.reports.html import Page

POLICY = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "style-src 'unsafe-inline'; img-src data:\">"
)


def trace() -> str:
    async def main() -> None:
        time.sleep(1)

    return lab.run(main).trace.dump()


def test_it_has_the_points_the_checks_and_the_timeline_and_nothing_from_outside() -> None:
    made = verdict(check("price"), check("pauses", "failed", trace=trace()), printed="hello")
    one = batches.student("s1", "Ada Lovelace", work(made, late=True, deducted=1.5))
    html = feedback(one, batch(one))
    page = Page(html)
    assert POLICY in html
    assert html.index(POLICY) < html.index("<style>")
    assert page.tags.count("svg") == 1
    for words in (
        "Ada Lovelace",
        "3.5 of 10 points",
        "5 earned, 1.5 deducted for being late",
        "What pauses expects.",
        "pauses got 2",
        "mend pauses",
        "hello",
        "Each attempt ran in a jail",
        "Graded 2026-11-21",
        "unblocked 0.1.0",
    ):
        assert words in page.text
    assert "seed" not in page.text


def test_points_by_hand_say_by_whom_and_why() -> None:
    usual = batches.usual()
    text = Page(feedback(usual.students[1], usual)).text
    assert "7.5 points, given by hand: argued well" in text
    assert "nothing handed in" in text


def test_of_hidden_checks_only_outcomes_are_told() -> None:
    one = student("s1", "Ada", batches.hidden())
    html = feedback(one, batch(one))
    assert "SECRET" not in html
    text = Page(html).text
    assert "✘ hidden check 1 of 2" in text
    assert "✔ hidden check 2 of 2" in text
    assert "What the program printed is not shown" in text


def test_nothing_of_others_and_no_signs_are_in_it() -> None:
    usual = batches.usual()
    ada = replace(usual.students[0], signs=["opened a socket"])
    html = feedback(ada, replace(usual, students=[ada, *usual.students[1:]]))
    for words in ("Turing", "Hopper", "socket", "s2"):
        assert words not in html


def test_a_cell_has_one_line_more_than_its_text() -> None:
    made = verdict(check("pauses", "failed"))
    one = student("s1", "Ada", work(made, where="ada.zip: ch1.ipynb, cell 7"))
    assert "line 4 of ch1.ipynb, cell 7" in Page(feedback(one, batch(one))).text
    file = student("s1", "Ada", work(made, where="ada.zip: work\\01\\never_block.py"))
    assert "never_block.py:3" in Page(feedback(file, batch(file))).text


def test_what_intake_found_is_told() -> None:
    finding = Finding("twice", "ch1.ipynb", "two cells; the last was taken")
    one = student("s1", "Ada", work(None), findings=[finding] * 101)
    text = Page(feedback(one, batch(one))).text
    assert "ch1.ipynb: two cells; the last was taken" in text
    assert "and 1 more" in text


def test_the_lack_of_a_sandbox_stands_out() -> None:
    one = student("s1", "Ada", work(None))
    assert '<p class="none">NO SANDBOX' in feedback(one, batch(one, sandbox="none"))
    assert '<p class="none">' not in feedback(one, batch(one))


@pytest.mark.parametrize("evil", batches.HOSTILE, ids=lambda evil: ascii(evil)[:24])
def test_hostile_texts_are_only_texts(evil: str) -> None:
    made = batches.hostile(evil)
    html = feedback(made.students[0], made)
    page = Page(html)
    html.encode()
    assert len(html) < 2_000_000
    assert set(html) & {"\x00", "\x1b", "\x07", "\u202e", "\u2066", "\x7f"} == set()
    assert page.tags.count("main") == 1


def test_traces_that_are_made_up_cost_the_picture_alone() -> None:
    for text in ("[" * 100_000, '{"trace":"unblocked","version":1}\n{"what":"ran"}\n', "x" * 10**7):
        one = student("s1", "Ada", work(verdict(check("pauses", "failed", trace=text))))
        page = Page(feedback(one, batch(one)))
        assert "svg" not in page.tags
        assert "mend pauses" in page.text


def test_the_same_student_gives_the_same_bytes() -> None:
    usual = batches.usual()
    assert feedback(usual.students[0], usual) == feedback(usual.students[0], usual)


def test_who_has_nothing_that_could_be_read_is_told_so_and_why() -> None:
    findings = [
        Finding("unknown archive", "work.rar", "this kind of archive is not read; hand in a zip"),
        Finding("no exercise", "s3", "no exercise was found in what was handed in"),
    ]
    grace = replace(batches.usual().students[2], findings=findings)
    page = Page(feedback(grace, batches.usual()))
    assert "Nothing that you handed in could be read" in page.text
    assert "0 of 20 points" not in page.text
    assert "work.rar: this kind of archive is not read; hand in a zip" in page.text


def test_a_work_that_is_not_graded_has_no_points_and_none_of_what_the_checker_said() -> None:
    ada, _, grace = batches.broken().students
    page = Page(feedback(ada, batches.broken()))
    assert "So far 10 of 10 points. Not graded yet, and no fault of yours: Never block" in page.text
    assert "It costs you no points." in page.text
    assert "SECRET" not in page.text
    page = Page(feedback(grace, batches.broken()))
    assert "5 of 20 points" in page.text
    assert "Your points from before stand" in page.text
    assert "SECRET" not in page.text


def test_a_check_that_earns_nothing_is_told_to_the_student() -> None:
    made = verdict(
        check("price"), check("pauses", "failed"), check("imports", guard=True), points=5
    )
    page = Page(feedback(student("s1", "Ada", work(made)), batch()))
    assert "passes “What imports expects.”, too, so this check earns no points" in page.text
    broken = verdict(check("price"), check("imports", "failed", guard=True), points=0)
    page = Page(feedback(student("s1", "Ada", work(broken)), batch()))
    assert "was true of the code that you were given, and is no longer true" in page.text
    assert "so this check earns no points" not in page.text
    secret = verdict(check("price"), check("SECRET", guard=True), points=10)
    page = Page(feedback(student("s1", "Ada", work(secret, hidden={"SECRET"})), batch()))
    assert "passes “hidden check 1 of 1”, too" in page.text
    assert "SECRET" not in page.text
