"""The lab against reality: every program of the corpus, in the lab and on the real loop.

What counts as evidence stands in programs/compare.py. A program that gave none, because the
machine was too busy each time, is skipped with that reason, and a last test fails if too many
were.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.lab.programs import Log, Program, every_program
from tests.lab.programs.compare import ATTEMPTS, Comparison, compare, compare_all, run_in_lab
from tests.lab.programs.real import Measured

PROGRAMS = every_program()
for_every_program = pytest.mark.parametrize("made", PROGRAMS.values(), ids=PROGRAMS)
Evidence = Callable[[Program], Comparison]


@pytest.fixture(scope="module")
def comparisons(request: pytest.FixtureRequest) -> list[Comparison]:
    """Of all programs that this session tests, each measured once."""
    tests = [test for test in request.session.items if isinstance(test, pytest.Function)]
    asked = [test.callspec.params["made"] for test in tests if "evidence" in test.fixturenames]
    return compare_all([made for made in PROGRAMS.values() if made in asked])


@pytest.fixture(scope="module")
def evidence(comparisons: list[Comparison]) -> Evidence:
    """The comparison of a program, if there is any evidence."""
    found = {comparison.made.id: comparison for comparison in comparisons}

    def of(made: Program) -> Comparison:
        if not found[made.id].is_evidence:
            pytest.skip(f"no evidence: the control was late in {ATTEMPTS} runs of {made.id}")
        return found[made.id]

    return of


@for_every_program
def test_the_lab_gives_the_stated_order_at_exactly_the_stated_times(made: Program) -> None:
    entries, _ = run_in_lab(made)
    assert entries == made.expected


@for_every_program
def test_reality_gives_the_same_order(made: Program, evidence: Evidence) -> None:
    found = evidence(made)
    assert found.same_order, found.table()


@for_every_program
def test_reality_is_not_earlier_and_at_most_half_a_step_later(
    made: Program, evidence: Evidence
) -> None:
    found = evidence(made)
    assert found.same_order, found.table()
    assert not found.is_early, found.table()
    assert not found.is_late, found.table()


@for_every_program
def test_the_lab_lists_what_held_the_loop_and_what_is_left_and_nothing_else(made: Program) -> None:
    _, run = run_in_lab(made)
    assert sum(round(held.seconds * 1e9) for held in run.blocked) == made.blocked_ns
    assert tuple(leak.kind for leak in run.leaks) == made.leaves
    assert tuple(report.kind for report in run.reports) == made.reports


@for_every_program
def test_a_second_run_leaves_the_same_trace(made: Program) -> None:
    _, first = run_in_lab(made)
    _, second = run_in_lab(made)
    assert first.trace.dump() == second.trace.dump()


def test_another_process_and_hash_seed_leave_the_same_traces() -> None:
    def traces(hash_seed: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "tests.lab.programs.digest"],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout

    first = traces("1").splitlines()
    assert len(first) == len(PROGRAMS)
    assert first == traces("2").splitlines()


def test_the_machine_was_quiet_enough_for_evidence(comparisons: list[Comparison]) -> None:
    without = [found.made.id for found in comparisons if not found.is_evidence]
    assert len(without) * 4 <= len(comparisons), (
        f"{len(without)} of {len(comparisons)} programs gave no evidence: this machine is too busy "
        "to hold the lab against it; let it rest, and run the tests again"
    )


# The comparison itself.

STEP_NS = 50_000_000
QUIET_NS = STEP_NS // 4


def fake_program() -> Program:
    async def main(log: Log) -> None:
        log("a")

    expected = [(0, "a"), (0, "returned")]
    return Program("fake", "fake", "one label", main, expected, STEP_NS / 1e9, 0, (), ())


def measured(*times_ms: float, labels: str = "a returned", control_ns: int = 0) -> Measured:
    entries = zip([round(ms * 1e6) for ms in times_ms], labels.split(), strict=True)
    return Measured(list(entries), control_ns)


def compare_fake(measure: Callable[[Program], Measured]) -> Comparison:
    made = fake_program()
    return compare(made, made.expected, measure)


def test_on_time_agrees() -> None:
    found = compare_fake(lambda made: measured(0, 24.9))
    assert (found.same_order, found.is_early, found.is_late) == (True, False, False)


def test_another_order_is_noticed() -> None:
    found = compare_fake(lambda made: measured(0, 0, labels="returned a"))
    assert not found.same_order


def test_earlier_than_in_the_lab_is_noticed() -> None:
    found = compare_fake(lambda made: measured(0, -0.002))
    assert found.is_early


def test_more_than_half_a_step_late_is_noticed() -> None:
    found = compare_fake(lambda made: measured(0, 25.1))
    assert found.is_late


def test_a_run_with_a_late_control_is_measured_again_although_it_agreed() -> None:
    runs = iter([measured(0, 0, control_ns=QUIET_NS + 1), measured(0, 1, control_ns=QUIET_NS)])
    found = compare_fake(lambda made: next(runs))
    assert found.is_evidence
    assert found.real.entries[1][0] == 1_000_000
    assert len(found.discarded) == 1


def test_a_run_that_disagreed_is_not_measured_again() -> None:
    runs = iter([measured(0, 30), measured(0, 0)])
    found = compare_fake(lambda made: next(runs))
    assert found.is_late


def test_a_machine_that_is_never_quiet_gives_no_evidence() -> None:
    found = compare_fake(lambda made: measured(0, 0, control_ns=QUIET_NS + 1))
    assert not found.is_evidence
    assert len(found.discarded) == ATTEMPTS - 1
