"""Runs checks on an empty program, in a fork that is going to check an attempt.

Most of what a fork costs are the pages that it copies when it first touches them. A fork that waits
for its attempt has the time to touch them before.

Invariant: nothing is left of a rehearsal that a program or a check could see. A fork in which
something is left ends, and the attempt gets another.
"""

from __future__ import annotations

import gc
import io
import os
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout

import pytest

from checker.engine import judge
from checker.engine.inside import Reporter, check_attempt
from checker.engine.seal import Seal
from checker.engine.seeds import Process
from checker.lab.services import routes


def rehearse(items: Sequence[pytest.Item], reporter: Reporter, seal: Seal) -> None:
    """Run these checks on an empty program."""
    os.chdir("/")  # The checks do so, too.
    before, nowhere = Process(seal), io.StringIO()
    with routes.scope(), redirect_stdout(nowhere), redirect_stderr(nowhere):
        check_attempt(items, reporter, seal, ("nobody.py", b""), None, 0, lambda record: None)
    for item in items:
        judge.forget(item)
    reporter.failure = None
    if changed := before.changed():
        raise RuntimeError(f"a rehearsal left something behind: {', '.join(changed)}")
    # What is left of it is neither looked through nor given up by the runs that follow.
    gc.collect()
    gc.freeze()
