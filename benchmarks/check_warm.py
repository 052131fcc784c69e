"""What a check of three costs in the warm engine, beside its parts and beside a fresh pytest.

Why: a learner waits for it, and a class of hundreds is graded with it. Bars: at most three times
a bare fork of the same process that makes the same calls in the lab and judges nothing; at most
one sixtieth of a fresh pytest that runs the same checks on the same attempt.

CPU time of the parent and of the fork together, since the machine may be busy.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable

from benchmarks import children
from benchmarks.harness import Figure, Report, alternate, medians, ratio
from checker import lab
from checker.attempt.code import NAME, compiled, run
from checker.catalog import load
from checker.engine.engine import Engine, Job, engine
from checker.engine.session import CHECKS

ROOT = children.ROOT
CHECKED, ROUNDS = 10, 9
WARM, BARE, FRESH = "warm engine", "bare fork, same calls", "fresh pytest"


def measure() -> Report:
    """Milliseconds of CPU per attempt at start/first_check, which has three checks."""
    exercise = load(ROOT / "exercises").find("start/first_check")
    solution = ROOT / "solutions" / exercise.path
    data = solution.read_bytes()
    job = Job(exercise, str(solution), data)
    file = CHECKS / exercise.chapter / f"test_{exercise.name}.py"

    def fresh() -> float:
        options = ("-q", "-p", "no:cacheprovider", "--attempt", str(solution))
        return children.cpu_s("-m", "pytest", str(file), *options)

    def use(engine: Engine) -> list[Figure]:
        def warm() -> None:
            verdict = engine.check(job)
            if (verdict.outcome, len(verdict.checks)) != ("passed", 3):
                raise RuntimeError(f"the solution should pass three checks: {verdict}")

        found = alternate(
            {
                WARM: lambda: _cpu_s(warm),
                BARE: lambda: _cpu_s(lambda: _bare(data.decode(), str(solution))),
            },
            ROUNDS,
        )
        whole = alternate({WARM: lambda: _cpu_s(warm), FRESH: fresh}, 5)
        return [
            ratio(found, WARM, BARE, 3.0),
            Figure(f"60 x {WARM} / {FRESH}", 60 * ratio(whole, WARM, FRESH).value, "x", 1.0),
            *medians({**found, FRESH: whole[FRESH]}, "ms", 1000),
        ]

    return Report("check_warm", engine([exercise], use), ["CPU time per attempt, all processes"])


def _cpu_s(call: Callable[[], object]) -> float:
    """Seconds of CPU time of this process and its children, per call."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.process_time()
    for _ in range(CHECKED):
        call()
    own = time.process_time() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    theirs = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return (own + theirs) / CHECKED


def _bare(source: str, filename: str) -> None:
    """A fork that makes the calls of the three checks, each in a run of its own."""
    pid = os.fork()
    if pid == 0:
        module = run(compiled(source, filename), NAME, filename)

        async def greet(*calls: tuple[str, int]) -> None:
            for call in calls:
                await module.greet(*call)

        lab.run(greet, ("Leslie", 1), ("Lynn", 1), ("Barbara", 1))
        lab.run(greet, ("Ada", 56))
        lab.run(greet, ("Ada", 8))
        os._exit(0)
    os.waitpid(pid, 0)
