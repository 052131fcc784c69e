"""Several seeds in one fork: each gets the verdict that it would get in a fork of its own."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from checker.engine import fork
from checker.engine.engine import Engine, engine
from checker.engine.job import Job
from checker.engine.limits import USUAL, Ended, Limits
from checker.engine.seeds import by_seed
from checker.engine.verdict import Verdict
from tests.engine.conftest import MADE_UP, job, write_checks

SEEDS = (0, 1, 2)
CHECKS = '''
async def test_value(attempt, draw):
    """It gives back what it is given."""
    number = draw.randint(1, 1000)
    assert await attempt.call("value", number) == number

async def test_again(attempt, draw):
    """And it does so in the next run."""
    assert await attempt.call("value", 7) == 7
'''

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="seeds share a fork where there is one"
)


class Forks:
    """Counts the forks of the engine."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        real = fork.Fork.__init__

        def make(made: fork.Fork, *args: Any) -> None:
            self.count += 1
            real(made, *args)

        monkeypatch.setattr(fork.Fork, "__init__", make)


@pytest.fixture
def forks(monkeypatch: pytest.MonkeyPatch) -> Forks:
    return Forks(monkeypatch)


class Graded(NamedTuple):
    """One attempt under all seeds."""

    shared: list[Verdict]  # by `check_seeds`
    own: list[Verdict]  # each in a fork of its own
    forks: int  # that the first took


Both = Callable[..., list[Graded]]


@pytest.fixture
def both(tmp_path: Path, forks: Forks) -> Both:
    """Attempts, graded both ways. Real time is left out."""

    def grade(*sources: str, limits: Limits = USUAL) -> list[Graded]:
        def use(warm: Engine) -> list[Graded]:
            return [graded(warm, job(source), limits) for source in sources]

        def graded(warm: Engine, made: Job, limits: Limits) -> Graded:
            before = forks.count
            shared = warm.check_seeds(made, SEEDS, limits)
            count = forks.count - before
            own = [warm.check(made._replace(seed=seed), limits) for seed in SEEDS]
            return Graded(_timeless(shared), _timeless(own), count)

        return engine([MADE_UP], use, write_checks(tmp_path, CHECKS).parent.parent)

    return grade


def _timeless(verdicts: list[Verdict]) -> list[Verdict]:
    return [replace(verdict, real_s=0.0) for verdict in verdicts]


GOOD = "def value(n):\n    return n\n"
STUB = "def value(n):\n    raise NotImplementedError\n"


def test_an_attempt_that_leaves_nothing_is_checked_in_one_fork(both: Both) -> None:
    (found,) = both(GOOD)
    assert found.shared == found.own
    assert ([verdict.seed for verdict in found.shared], found.forks) == ([0, 1, 2], 1)
    assert [verdict.outcome for verdict in found.shared] == ["passed"] * 3
    # Each seed drew its own number.
    assert len({verdict.checks[0].did[0] for verdict in found.shared}) == 3


def test_so_is_one_that_fails_or_imports_something(both: Both) -> None:
    fails = (
        "def value(n):\n    return n + 1\n",
        "def value(n):\n    return n if n == 7 else None\n",
        "def value(n)\n",
        f"import os.nothing\n\n{GOOD}",
    )
    *failed, passed = both(*fails, f"import colorsys, wsgiref.util\n\n{GOOD}")
    for found, outcome in [*((each, "failed") for each in failed), (passed, "passed")]:
        assert found.shared == found.own
        assert ([verdict.outcome for verdict in found.shared], found.forks) == ([outcome] * 3, 1)


def test_the_stub_is_not_attempted_under_any_seed(tmp_path: Path, forks: Forks) -> None:
    def use(warm: Engine) -> list[Verdict]:
        return warm.check_seeds(job(STUB, STUB), SEEDS)

    verdicts = engine([MADE_UP], use, write_checks(tmp_path, CHECKS).parent.parent)
    assert ([verdict.outcome for verdict in verdicts], forks.count) == (["not_attempted"] * 3, 1)


# Each leaves something outside of its module, and fails where it finds it. In a fork of its own
# that is the second check of a seed alone; with no look at the process it would be every check
# but the very first.
LEFT = {
    "a name in a module": ("hasattr(json, 'left')", "json.left = 1"),
    "a name in a class": ("hasattr(asyncio.Queue, 'left')", "asyncio.Queue.left = 1"),
    "a module": ("'left' in sys.modules", "sys.modules['left'] = types.ModuleType('left')"),
    "an environment": ("'LEFT' in os.environ", "os.environ['LEFT'] = '1'"),
    "a folder": ("os.getcwd() != '/'", "os.chdir('/tmp')"),
    "a path": ("'/left' in sys.path", "sys.path.append('/left')"),
    "a threshold": ("gc.get_threshold()[0] == 77", "gc.set_threshold(77)"),
    "a descriptor": ("os.path.exists('/proc/self/fd/63')", "os.dup2(0, 63)"),
    "a filter": ("('left',) in warnings.filters", "warnings.filters.append(('left',))"),
    "a limit": ("sys.getrecursionlimit() == 777", "sys.setrecursionlimit(777)"),
    "a hook": ("sys.excepthook is print", "sys.excepthook = print"),
    "a level": ("logging.root.level == 7", "logging.root.setLevel(7)"),
}


def _leaves(name: str) -> str:
    found, leave = LEFT[name]
    return (
        "import asyncio, gc, json, logging, os, sys, types, warnings\n\n"
        f"def value(n):\n    if {found}:\n        return -1\n    {leave}\n    return n\n"
    )


def test_what_a_seed_leaves_in_its_process_changes_no_other_verdict(both: Both) -> None:
    for name, found in zip(LEFT, both(*map(_leaves, LEFT)), strict=True):
        assert found.shared == found.own, name
        assert found.forks == 3, name  # The first seed counts; two have a fork of their own.
        for verdict in found.shared:
            assert [each.outcome for each in verdict.checks] == ["passed", "failed"], name


def test_what_is_replaced_or_printed_is_told_under_each_seed(both: Both) -> None:
    replaced, printed = both(
        "import json\n\ndef value(n):\n    json.dumps = print\n    return n\n",
        "def value(n):\n    print(n)\n    return n\n",
    )
    assert replaced.shared == replaced.own
    assert {verdict.ended for verdict in replaced.shared} == {"replaced"}
    assert printed.shared == printed.own
    assert (len({verdict.printed for verdict in printed.shared}), printed.forks) == (3, 4)


def _drawn(seed: int) -> int:
    """What the first check draws under this seed."""
    return random.Random(seed).randint(1, 1000)


def test_a_crash_under_one_seed_costs_no_other_its_verdict(both: Both) -> None:
    cases = [(0,), (1,), (2,), (0, 1, 2)]
    dies = "import os\n\ndef value(n):\n    if n in {}:\n        os._exit(3)\n    return n\n"
    sources = [dies.format([_drawn(seed) for seed in dead]) for dead in cases]
    for dead, found in zip(cases, both(*sources), strict=True):
        assert found.shared == found.own
        expected = ["crashed" if seed in dead else "" for seed in SEEDS]
        assert [verdict.ended for verdict in found.shared] == expected
        # The seeds before the crash count, and so does the crash of the first.
        assert found.forks == 1 + len(SEEDS) - max(1, dead[0])


def test_a_hang_under_one_seed_has_the_time_of_a_fork(both: Both) -> None:
    # In one line: in which of two it is stopped would be chance.
    source = f"def value(n):\n    while n == {_drawn(1)}: pass\n    return n\n"
    (found,) = both(source, limits=Limits(real_s=2.0))
    assert found.shared == found.own
    assert [verdict.ended for verdict in found.shared] == ["", "blocked", ""]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of a fork")
def test_each_seed_has_the_memory_of_a_fork(both: Both) -> None:
    # Each check keeps a third of the memory for good: two of them fit, and three would not.
    keeps = """
        import ctypes

        def value(n):
            kept = bytearray(130_000_000)
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(kept))
            return n
    """
    needs = f"def value(n):\n    return n if n != {_drawn(2)} else len(bytearray(500_000_000))\n"
    kept, needed = both(keeps, needs, limits=Limits(memory_bytes=400_000_000))
    assert kept.shared == kept.own
    assert ([verdict.outcome for verdict in kept.shared], kept.forks) == (["passed"] * 3, 2)
    assert needed.shared == needed.own
    assert [verdict.outcome for verdict in needed.shared] == ["passed", "passed", "failed"]
    assert "MemoryError" in needed.shared[2].checks[0].got


def test_what_follows_from_the_fork_is_decided_here() -> None:
    whole: list[dict[str, Any]] = [{"seed": 0}, {"done": "exit"}, {"took_s": 1.5}]
    cut: list[dict[str, Any]] = [{"seed": 1}, {"begin": "value"}]
    first, second, third = by_seed(Ended([*whole, *cut], "crashed", "SIGSEGV"), SEEDS)
    assert first == Ended(whole[1:], real_s=1.5)
    assert (second, third) == (None, None)
    # The first had the fork for itself, also where it never came to its end.
    ended = Ended(cut, "blocked", stand="where it stood")
    assert by_seed(ended, SEEDS) == [ended, None, None]
    assert by_seed(Ended([*whole, *cut], printed="words"), SEEDS) == [None] * 3
