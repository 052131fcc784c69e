"""Where a system cannot fork, a fresh process does the same."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from checker.engine.verdict import Verdict
from tests.engine import corpus
from tests.engine.conftest import Grade, only

DOUBLE = """
async def test_double(attempt, draw):
    \"\"\"It doubles.\"\"\"
    number = draw.randint(1, 1000)
    assert await attempt.call("double", number) == 2 * number, "Multiply by two."
"""


def told(verdict: Verdict) -> Verdict:
    # A trace names the place that the engine was called from, which here is a file of ours.
    checks = [
        replace(check, trace=re.sub(r"conftest\.py:\d+", "", check.trace))
        for check in verdict.checks
    ]
    return replace(verdict, real_s=0.0, checks=checks)


@pytest.mark.parametrize(
    "attempt",
    [
        "def double(n):\n    print('ü')\n    return n + n\n",
        "def double(n):\n    return n\n",
        "def double(n)\n",
        "import os\n\ndef double(n):\n    os._exit(3)\n",
        "import time\n\ndef double(n):\n    time.sleep = print\n    return n + n\n",
    ],
)
def test_its_verdict_is_the_one_of_a_fork(grade: Grade, grade_spawned: Grade, attempt: str) -> None:
    assert told(grade_spawned(DOUBLE, attempt)) == told(grade(DOUBLE, attempt))


def test_the_stub_is_not_attempted(grade_spawned: Grade) -> None:
    stub = "def double(n):\n    raise NotImplementedError\n"
    assert grade_spawned(DOUBLE, stub, stub=stub).outcome == "not_attempted"


def test_one_that_spins_is_ended_with_its_line(grade_spawned: Grade) -> None:
    attempt = "def double(n):\n    while True: n + 1\n"
    verdict = grade_spawned(DOUBLE, attempt, real_s=0.5)
    assert (verdict.outcome, verdict.ended) == ("failed", "blocked")
    where = only(verdict).where
    assert where is not None
    assert (where.line, where.text) == (2, "while True: n + 1")


def test_one_that_floods_is_ended(grade_spawned: Grade) -> None:
    attempt = "def double(n):\n    while True:\n        print('flood' * 100)\n"
    verdict = grade_spawned(DOUBLE, attempt, printed_bytes=50_000)
    assert (verdict.ended, len(verdict.printed)) == ("printed too much", 20_000)


def test_the_seed_is_handed_on(grade: Grade, grade_spawned: Grade) -> None:
    attempt = "def double(n):\n    return n\n"
    assert told(grade_spawned(DOUBLE, attempt, seed=5)) == told(grade(DOUBLE, attempt, seed=5))


# What is not ours knows itself what a system has; it is imported while all is there.
WITHOUT = """
import sys
import asyncio, subprocess, tempfile, httpx, pytest, fastapi, checker.lab

for name in ("resource", "fcntl", "pwd", "termios"):
    sys.modules.pop(name, None)

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name in ("resource", "fcntl", "pwd", "termios"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Refuse())
import faulthandler, os, signal
for module, names in (
    (os, ("fork", "setsid", "killpg", "pidfd_open", "getsid", "register_at_fork", "sysconf")),
    (faulthandler, ("register",)),
    (signal, ("SIGUSR1", "SIGKILL", "setitimer", "pthread_kill")),
):
    for name in names:
        if hasattr(module, name):
            delattr(module, name)

import checker.engine
from checker.engine.engine import CAN_FORK, Engine, engine
from checker.engine.fork import Limits
from checker.engine.seal import Seal

print(CAN_FORK)
"""


def test_it_is_imported_where_nothing_of_unix_is_there() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], cwd=corpus.ROOT, capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("False\n", "")


def test_a_fork_is_taken_where_there_is_one() -> None:
    from checker.engine.engine import CAN_FORK

    assert CAN_FORK is hasattr(os, "fork")
