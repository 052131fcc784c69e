"""Checks an attempt that is in a jail, from this process.

The checks run here, where the attempt cannot reach: there is nothing in its process that it could
forge a verdict with. What it can do is to fail, to be silent, to die, or to send nonsense.

Invariant: when `run` returns, the process of the attempt is gone.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import pytest

from checker.attempt import Attempt, NotPython
from checker.attempt.far import Far
from checker.attempt.frames import Broken, pack
from checker.attempt.line import Gone, Line
from checker.engine import judge
from checker.engine.inside import Reporter
from checker.engine.job import Job
from checker.engine.limits import Ended, Limits
from checker.engine.plugin import FAR, SEED
from checker.lab.services import routes


class Inmate(Protocol):
    """A process in a jail."""

    wire: Any  # a socket
    output: int

    def ask_where(self) -> str:
        """Where its threads stand, as faulthandler writes it."""

    def end(self) -> Any:
        """End it, and say how it died."""


class Jail(Protocol):
    """Something that starts such processes."""

    def spawn(self, texts: tuple[bytes, ...]) -> Inmate:
        """Start one for a program that consists of these texts."""


def run(
    jail: Jail, items: Sequence[pytest.Item], reporter: Reporter, job: Job, limits: Limits
) -> Ended:
    """Check one attempt."""
    began = time.monotonic()
    inmate = jail.spawn((job.data, *_brought_to(items)))
    stand, records = "", []
    try:
        line = Line(inmate.wire.fileno(), inmate.output, limits.printed_bytes, limits.real_s)
        try:
            # What answers to a host is this attempt's alone, and not that of one before it.
            with routes.scope():
                records = _records(line, items, reporter, job)
        except Gone:
            records = []
        line.hear_out()
        if line.gone is not None and line.gone.how == "blocked":
            stand = inmate.ask_where()
    finally:
        death = inmate.end()
    how, detail = "exit", ""
    if line.gone is not None:
        how = line.gone.how
        detail = death.detail if how == "crashed" else line.gone.detail
    line.forget()
    return Ended(records, how, detail, line.printed, stand, time.monotonic() - began)


def _brought_to(items: Sequence[pytest.Item]) -> list[bytes]:
    """What checks of these may bring along, to run beside the attempt."""
    folders = {item.path.parent for item in items}
    return [text for folder in sorted(folders) for text in _material_of(folder)]


@cache
def _material_of(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in sorted((folder / "material").glob("*.py"))]


def _records(
    line: Line, items: Sequence[pytest.Item], reporter: Reporter, job: Job
) -> list[dict[str, Any]]:
    line.send([["load", job.filename, pack(job.data), pack(job.stub)]])
    match line.receive():
        case [["stub"]]:
            return [{"stub": True}]
        case [["not python", str(words), int(number), str(text)]]:
            error = NotPython(words[:2000], number, text[:200])
            found = [{"check": asdict(judge.failed(item, error, "call"))} for item in items]
            return [*found, {"done": "not python"}]
        case [["loaded"]]:
            return _run_checks(line, items, reporter, job)
    raise line.broke(Broken("no answer to what was loaded"))


def _run_checks(
    line: Line, items: Sequence[pytest.Item], reporter: Reporter, job: Job
) -> list[dict[str, Any]]:
    source = job.data.decode("utf-8", "replace")
    far = Far(line, job.filename, source)
    records: list[dict[str, Any]] = []
    for number, item in enumerate(items):
        following = items[number + 1] if number + 1 < len(items) else None
        stash = item.config.stash
        material = item.path.parent / "material"
        stash[FAR], stash[SEED] = Attempt(source, job.filename, far, material), job.seed
        reporter.failure = None
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if line.gone is not None:
            item.session._setupstate.teardown_exact(None)
            _tidy(item, reporter)
            return records
        if reporter.failure is not None:
            result = judge.failed(item, *reporter.failure)
        else:
            result = judge.passed(item)
        records.append({"check": asdict(result)})
        _tidy(item, reporter)
    signs = far.signs()
    # Whoever dies or goes wrong after the last check has not come to its end in good order.
    done = [] if line.gone is not None else [{"done": "exit"}]
    return [*records, {"signs": signs}, *done]


def _tidy(item: pytest.Item, reporter: Reporter) -> None:
    """What is garbage now would be set aside by the next run, and stay."""
    judge.forget(item)
    # Its line keeps the error that ended it, whose traceback keeps the whole run.
    del item.config.stash[FAR]
    reporter.failure = None
    gc.collect()
