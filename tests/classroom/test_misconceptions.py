"""Which wrong answer an attempt fails like."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from checker.catalog import load
from checker.classroom.misconceptions import Misconception, match, read
from checker.engine.engine import Engine, Job, engine
from checker.engine.verdict import CheckResult
from checker.gate.folders import Folders
from tests.classroom.batches import EXERCISE, check, verdict

ROOT = Path(__file__).resolve().parents[2]
WRAPPER = Misconception(EXERCISE, "awaits_a_wrapper", ("ten_at_once", "loop"), "holds the loop")
ZERO = Misconception(EXERCISE, "pause_of_zero", ("pauses",), "A pause of 0 s")
KNOWN = [WRAPPER, ZERO]


def test_the_same_checks_with_the_same_words_are_a_match() -> None:
    made = verdict(
        check("price"),
        check("ten_at_once", "failed", got="it HOLDS  the\nloop"),
        check("loop", "failed"),
    )
    assert match(made, KNOWN) == [WRAPPER]
    assert WRAPPER.words == "awaits a wrapper"


@pytest.mark.parametrize(
    "checks",
    [
        [check("ten_at_once", "failed", got="holds the loop")],
        [check("ten_at_once", "failed"), check("loop", "failed")],
        [
            check("ten_at_once", "failed", got="holds the loop"),
            check("loop", "failed"),
            check("pauses", "failed"),
        ],
        [check("ten_at_once", "skipped", got="holds the loop"), check("loop", "failed")],
        [],
    ],
    ids=["one too few", "other words", "one too many", "not reached", "none"],
)
def test_anything_else_is_none(checks: list[CheckResult]) -> None:
    assert match(verdict(*checks), KNOWN) == []


def test_a_name_means_all_cases_of_its_check_and_a_case_only_itself() -> None:
    cases = ZERO._replace(checks=("pauses[2]",))
    made = verdict(check("pauses[1]"), check("pauses[2]", "failed", next="a pause of 0 s"))
    assert match(made, [ZERO, cases]) == [ZERO, cases]
    other = verdict(check("pauses[1]", "failed", next="a pause of 0 s"), check("pauses[2]"))
    assert match(other, [ZERO, cases]) == [ZERO]


def test_hidden_checks_and_faults_of_ours_are_left_out() -> None:
    made = verdict(
        check("pauses", "failed", got="a pause of 0 s"),
        check("secret", "failed"),
        check("broken", "checker_error"),
    )
    assert match(made, KNOWN, hidden={"secret"}) == [ZERO]
    assert match(made, KNOWN) == []


def test_an_attempt_at_another_exercise_is_no_match() -> None:
    made = verdict(check("pauses", "failed", got="a pause of 0 s"))
    assert match(replace(made, exercise="blocking/other"), KNOWN) == []
    assert match(replace(made, outcome="checker_error"), KNOWN) == []


def test_each_wrong_answer_of_the_course_is_known_by_what_it_fails() -> None:
    folders = Folders(ROOT)
    catalog = load(folders.exercises)
    known = read(folders, catalog)
    assert {one.exercise for one in known} == {each.id for each in catalog.exercises}
    exercise = catalog.find(EXERCISE)

    def use(checks: Engine) -> dict[str, list[str]]:
        stub = folders.stub(exercise).read_bytes()
        jobs = {
            path.stem: Job(exercise, path.name, folders.whole(path), stub)
            for path in folders.wrong(exercise)
        }
        return {
            slug: [one.slug for one in match(checks.check(job), known)]
            for slug, job in jobs.items()
        }

    found = engine([exercise], use)
    assert len(found) >= 3
    assert all(slug in slugs for slug, slugs in found.items())
