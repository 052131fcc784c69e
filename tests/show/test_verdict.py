"""A verdict as HTML and in words."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from checker import lab
from checker.engine.verdict import CheckResult, Outcome, Place, Verdict
from checker.show.style import sheet
from checker.show.verdict_html import fragment, page
from checker.show.verdict_words import headline, words
from tests.notebook.verdicts import EXERCISE, SCENE, blocks, verdict

EVIL = "</pre></details><script>alert(1)</script>\x1b[31m\x00\ud800<i onclick='x()'>"
VOID = {"br", "path", "rect", "img", "input"}


class Tags(HTMLParser):
    """Which elements a text has, each of them closed where it was opened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.found.append(tag)
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.found.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


def test_a_failed_check_is_open_and_a_passed_one_closed() -> None:
    html = page(verdict(replace(blocks(), outcome="passed"), blocks()), SCENE)
    first, second = html.split("<summary>")[1:3]
    assert html.index("<details><summary>") < html.index("<details open><summary>")
    assert "✔" in first
    assert "✘" in second


def test_the_timeline_of_the_first_failure_is_open_and_the_others_wait() -> None:
    html = page(verdict(blocks(), blocks()), SCENE)
    assert html.count("<details open><summary>Timeline of this run</summary>") == 1
    assert html.count("<details><summary>Timeline of this run</summary>") == 1


@pytest.mark.parametrize(
    "outcome", ["passed", "failed", "not_attempted", "skipped", "checker_error"]
)
def test_whatever_a_learner_wrote_is_escaped(outcome: Outcome) -> None:
    check = CheckResult(
        EVIL, EVIL, outcome, [EVIL] * 9, EVIL, EVIL, Place(1, EVIL, EVIL), EVIL, trace=EVIL
    )
    made = Verdict(EXERCISE.id, outcome, 0, 10, [check], ended=EVIL, printed=EVIL)
    html = page(made, SCENE._replace(note=EVIL))
    assert {"script", "i"} & set(Tags(html).found) == set()
    for text in (html, words(made, SCENE)):
        assert "\x1b" not in text
        assert "\x00" not in text
        assert text.encode()


def test_every_element_is_closed_also_around_a_timeline() -> None:
    assert "svg" in Tags(page(verdict(), SCENE)).found


def test_the_four_parts_and_the_next_step_are_told_in_words_too() -> None:
    told = words(verdict(), SCENE)
    for part in ("did: ", "got: ", "where: ", "next: ", "Ten at once take as long as one."):
        assert part in told
    assert "never_block.py:7 in quote" in told


def test_a_cell_has_one_line_more_than_its_file() -> None:
    assert "line 8 of the cell above" in words(verdict(), SCENE._replace(in_cell=True))


def test_many_calls_are_told_by_the_first_and_the_last() -> None:
    check = replace(blocks(), did=[f"call({n})" for n in range(100)])
    told = words(verdict(check), SCENE)
    assert "call(0)" in told
    assert "call(99)" in told
    assert "97 more calls" in told
    assert "call(50)" not in told


@pytest.mark.parametrize(
    ("outcome", "ended", "said"),
    [
        ("not_attempted", "", "what was handed out"),
        ("skipped", "interrupted", "You stopped the check"),
        ("checker_error", "no checker", "a new process has been started"),
        ("checker_error", "no checks", "a fault of the course"),
    ],
)
def test_what_was_not_checked_to_its_end_says_why(outcome: Outcome, ended: str, said: str) -> None:
    made = Verdict(EXERCISE.id, outcome, 0, 10, [], ended=ended)
    assert said in words(made, SCENE)
    assert said in page(made, SCENE)


def test_no_real_time_is_told() -> None:
    made = replace(verdict(), real_s=123.456)
    assert "123" not in words(made, SCENE)
    assert "123.4" not in page(made, SCENE)
    assert headline(made) == "0 of 1 checks passed, 0 of 10 points"


def test_a_trace_of_another_version_costs_the_picture_alone() -> None:
    html = page(verdict(replace(blocks(), trace='{"trace":"unblocked","version":0}\n')), SCENE)
    assert "<svg" not in html
    assert "Ten at once" in html


def test_a_call_that_takes_no_time_has_no_picture() -> None:
    async def called() -> None:
        pass

    async def paused() -> None:
        await asyncio.sleep(0)

    html = page(verdict(replace(blocks(), trace=lab.run(called).trace.dump())), SCENE)
    assert "Timeline of this run" not in html
    html = page(verdict(replace(blocks(), trace=lab.run(paused).trace.dump())), SCENE)
    assert "Timeline of this run" in html


def test_what_was_handed_in_has_no_next_command_and_no_link() -> None:
    scene = SCENE._replace(link="", over=True, hints=3)
    html = page(verdict(), scene)
    assert "<a " not in html
    assert "hint(" not in html + words(verdict(), scene)
    assert "never_block.py:7 in quote" in html


def test_a_page_that_has_the_style_sheet_takes_the_verdict_without_it() -> None:
    whole, alone = page(verdict(), SCENE), fragment(verdict(), SCENE)
    assert whole == f"{alone}<style>{sheet(rich=True)}</style>"


def test_a_check_of_which_nothing_is_told_is_a_line_and_not_opened() -> None:
    html = fragment(verdict(CheckResult("hidden", "hidden check 1 of 3", "failed")), SCENE)
    assert "<details" not in html
    assert "hidden check 1 of 3</p>" in html


def test_to_hand_in_what_was_handed_out_is_told_without_advice() -> None:
    made = Verdict(EXERCISE.id, "not_attempted", 0, 10, [])
    assert "Change it" in page(made, SCENE)
    assert "Change it" not in page(made, SCENE._replace(over=True)) + words(
        made, SCENE._replace(over=True)
    )


def test_a_cell_that_was_handed_in_is_named_with_its_line() -> None:
    scene = SCENE._replace(file="ch1.ipynb, cell 7", link="", in_cell=True, over=True)
    assert "line 8 of ch1.ipynb, cell 7 in quote" in page(verdict(), scene)


def test_a_trace_of_any_length_costs_the_picture_alone() -> None:
    html = page(verdict(replace(blocks(), trace="x" * 2_000_000)), SCENE)
    assert "<svg" not in html
    assert len(html) < 10_000
