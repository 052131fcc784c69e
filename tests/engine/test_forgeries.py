"""Whatever an attempt in the jail forges, it gains nothing that it could not honestly."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from checker.catalog import Exercise
from checker.engine.engine import Engine, engine
from checker.engine.limits import Limits
from checker.engine.verdict import Verdict
from checker.gate.folders import Folders
from tests.engine import forged

if sys.platform != "linux":
    pytest.skip("there is no jail on this system", allow_module_level=True)


# Each part has a grader of its own, and can have a core of its own.
PARTS = 4


def test_the_corpus_is_as_large_as_it_was() -> None:
    assert len(forged.forgeries()) >= 35


@pytest.mark.parametrize("part", range(PARTS))
def test_no_forgery_gains_anything_and_the_next_attempt_is_graded_as_ever(part: int) -> None:
    from checker.jail import Zygotes, choose

    every = forged.forgeries()[part::PARTS]
    exercises = {each.exercise.id: each.exercise for each in every}

    def use(grader: Engine) -> tuple[dict[str, list[str]], dict[str, str]]:
        twins: dict[tuple[Path, str], Verdict] = {}
        found = {}
        for each in every:
            key = each.twin, each.exercise.id
            if key not in twins:
                twins[key] = _honest(grader, each.exercise, each.twin)
            verdict = forged.check(grader, each.exercise, each.data, each.limits())
            found[each.name] = forged.faults(each, verdict, twins[key])
        after = {
            exercise.id: _honest(grader, exercise, forged.ROOT / "solutions" / exercise.path)
            for exercise in exercises.values()
        }
        twins_passed = {str(path): verdict.outcome for (path, _), verdict in twins.items()}
        assert set(twins_passed.values()) == {"failed"}
        return found, {name: verdict.outcome for name, verdict in after.items()}

    with Zygotes(choose()) as zygotes:
        found, after = engine(exercises.values(), use, jail=zygotes)
    assert {name: faults for name, faults in found.items() if faults} == {}
    assert set(after.values()) == {"passed"}


def test_each_forgery_and_what_stops_it_is_written_down() -> None:
    text = (forged.ROOT / "docs" / "attacks.md").read_text(encoding="utf-8")
    assert [each.name for each in forged.forgeries() if f"| `{each.name}` |" not in text] == []


def _honest(grader: Engine, exercise: Exercise, file: Path) -> Verdict:
    return forged.check(grader, exercise, Folders(forged.ROOT).whole(file), Limits(forged.LIMIT_S))
