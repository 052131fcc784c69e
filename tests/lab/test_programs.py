"""The lab against reality: every program of the corpus, in the lab and on the real loop.

What counts as evidence stands in programs/compare.py. A program that gave none, because the
machine was too busy each time, is skipped with that reason, and a last test fails if too many
were.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from tests.lab.programs import Program, every_program
from tests.lab.programs.compare import ATTEMPTS, Comparison, compare, run_in_lab
from tests.lab.programs.real import Measured, RealProcess

PROGRAMS = every_program()
for_every_program = pytest.mark.parametrize("made", PROGRAMS.values(), ids=PROGRAMS)
Evidence = Callable[[Program], Comparison]
_found: dict[str, Comparison] = {}


@pytest.fixture(scope="module")
def evidence() -> Iterator[Evidence]:
    """Measures a program once, for all tests of it."""
    with RealProcess() as real:

        def of(made: Program) -> Comparison:
            if made.id not in _found:
                _found[made.id] = compare(made, real.measure)
            found = _found[made.id]
            if not found.is_evidence:
                pytest.skip(f"no evidence: the control was late in {ATTEMPTS} runs of {made.id}")
            return found

        yield of


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


def test_the_machine_was_quiet_enough_for_evidence() -> None:
    with_evidence = [found for found in _found.values() if found.is_evidence]
    assert len(with_evidence) * 10 >= len(_found) * 9, (
        f"{len(_found) - len(with_evidence)} of {len(_found)} programs gave no evidence: this "
        "machine is too busy to hold the lab against it; let it rest, and run the tests again"
    )


# The comparison itself.

STEP_NS = 50_000_000
QUIET_NS = STEP_NS // 5


def fake_program() -> Program:
    async def main(log: Callable[[str], None]) -> None:
        log("a")

    expected = [(0, "a"), (0, "returned")]
    return Program("fake", "fake", "one label", main, expected, STEP_NS / 1e9, 0, (), ())


def measured(*times_ms: float, labels: str = "a returned", control_ns: int = 0) -> Measured:
    entries = zip([round(ms * 1e6) for ms in times_ms], labels.split(), strict=True)
    return Measured(list(entries), control_ns)


def test_on_time_agrees() -> None:
    found = compare(fake_program(), lambda made: measured(0, 24.9))
    assert (found.same_order, found.is_early, found.is_late) == (True, False, False)


def test_another_order_is_noticed() -> None:
    found = compare(fake_program(), lambda made: measured(0, 0, labels="returned a"))
    assert not found.same_order


def test_earlier_than_in_the_lab_is_noticed() -> None:
    found = compare(fake_program(), lambda made: measured(0, -0.002))
    assert found.is_early


def test_more_than_half_a_step_late_is_noticed() -> None:
    found = compare(fake_program(), lambda made: measured(0, 25.1))
    assert found.is_late


def test_a_run_with_a_late_control_is_measured_again_although_it_agreed() -> None:
    runs = iter([measured(0, 0, control_ns=QUIET_NS + 1), measured(0, 1, control_ns=QUIET_NS)])
    found = compare(fake_program(), lambda made: next(runs))
    assert found.is_evidence
    assert found.real.entries[1][0] == 1_000_000
    assert len(found.discarded) == 1


def test_a_run_that_disagreed_is_not_measured_again() -> None:
    runs = iter([measured(0, 30), measured(0, 0)])
    found = compare(fake_program(), lambda made: next(runs))
    assert found.is_late


def test_a_machine_that_is_never_quiet_gives_no_evidence() -> None:
    found = compare(fake_program(), lambda made: measured(0, 0, control_ns=QUIET_NS + 1))
    assert not found.is_evidence
    assert len(found.discarded) == ATTEMPTS - 1
