"""The pytest plugin of the checks: fixtures, and async checks that run in the lab.

Works in the warm engine and with plain pytest alike:

    pytest checker/checks/01_blocking/test_never_block.py --attempt work/01_blocking/never_block.py

Invariant: a check that forgets to await what it calls is a fault of ours, and cannot pass.
"""

from __future__ import annotations

import inspect
import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from checker import lab
from checker.attempt import Attempt, Journal, Pulse
from checker.attempt.code import forgetting, read
from checker.attempt.raised import raised
from checker.engine.compared import compared
from checker.lab import current
from checker.lab.errors import Interrupted
from checker.lab.run import Run

RUN: pytest.StashKey[Run] = pytest.StashKey()
ATTEMPT: pytest.StashKey[Attempt] = pytest.StashKey()
# What the engine hands in, in place of --attempt: a file's name and its bytes.
HANDED: pytest.StashKey[tuple[str, bytes]] = pytest.StashKey()
# Or the attempt itself, where it is in another process.
FAR: pytest.StashKey[Attempt] = pytest.StashKey()
HIDDEN: pytest.StashKey[bool] = pytest.StashKey()  # whether a check is a teacher's own
SEED: pytest.StashKey[int] = pytest.StashKey()

PATIENCE_S = 3.0  # for a thread that neither ends nor waits, in real time


class CheckFault(Exception):
    """The check itself is wrong: our fault, not the learner's."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Which attempt, and with which seed."""
    group = parser.getgroup("unblocked")
    group.addoption("--attempt", type=Path, help="the file with the attempt that is checked")
    group.addoption("--seed", type=int, default=0, help="what inputs and latencies are drawn from")


def pytest_configure(config: pytest.Config) -> None:
    """The one marker that checks use."""
    config.addinivalue_line("markers", "machine(cores, threads): the size of the lab's machine")


@pytest.hookimpl(tryfirst=True)
def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str]:
    """Both sides, whole, and in the same words in every process."""
    return compared(op, left, right)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run an async check in the lab."""
    check = pyfuncitem.obj
    if inspect.isasyncgenfunction(check):
        raise CheckFault(f"{pyfuncitem.name} has a `yield` in it; a check is an async function")
    if not inspect.iscoroutinefunction(check):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    arguments = {name: pyfuncitem.funcargs[name] for name in names}
    marker = pyfuncitem.get_closest_marker("machine")
    size = {"cores": 4, "threads": 40} | (dict(marker.kwargs) if marker else {})

    failed: list[AssertionError] = []

    async def main() -> None:
        # What a check finds wrong is no event of the program: its timeline ends as a good one.
        try:
            await check(**arguments)
        except AssertionError as error:
            failed.append(error)

    try:
        seed = _seed_of_machine(_seed(pyfuncitem.config))
        run = lab.run(main, seed=seed, catch=True, patience=PATIENCE_S, **size)
    except (SystemExit, KeyboardInterrupt) as error:
        raise _ended_by(pyfuncitem, error) from error
    pyfuncitem.stash[RUN] = run
    if run.error is not None:
        raise run.error
    if failed:
        raise failed[0]
    return True


def _ended_by(item: pytest.Function, error: BaseException) -> BaseException:
    """An end of the process that came out of a callback of the attempt's; or a real Ctrl-C."""
    attempt = item.stash.get(ATTEMPT, None)
    # In a fork no Ctrl-C arrives but one that the attempt sent itself.
    if attempt is None or (isinstance(error, Interrupted) and HANDED not in item.config.stash):
        return error
    if isinstance(run := getattr(error, "run", None), Run):
        item.stash[RUN] = run
    return raised(error, attempt.filename, attempt.source)


def _seed(config: pytest.Config) -> int:
    return config.stash.get(SEED, config.getoption("--seed"))


def _seed_of_machine(seed: int) -> int:
    """What the lab draws from. A program can see it, and must not learn what checks draw."""
    return int.from_bytes(sha256(f"the lab's part of {seed}".encode()).digest()[:4])


def _handed(config: pytest.Config) -> tuple[str, bytes]:
    if HANDED in config.stash:
        return config.stash[HANDED]
    path: Path | None = config.getoption("--attempt")
    if path is None:
        raise pytest.UsageError("which attempt? Add --attempt PATH, such as solutions/… or work/…")
    return str(path.resolve()), read(path)


@pytest.fixture
def attempt(request: pytest.FixtureRequest) -> Iterator[Attempt]:
    """The learner's program."""
    material = request.path.parent / "material"
    made = request.config.stash.get(FAR, None)
    if made is None:
        name, data = _handed(request.config)
        made = Attempt.here(data, name, material)
    request.node.stash[ATTEMPT] = made
    with forgetting("attempt", "material", *(file.stem for file in material.glob("*.py"))):
        yield made
    if made.begun < made.made:
        raise CheckFault("a call of the attempt was made and not awaited: add the `await`")


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """What inputs and latencies are drawn from."""
    return _seed(request.config)


@pytest.fixture
def draw(seed: int) -> random.Random:
    """Draws inputs, so that an answer that was memorised fails."""
    return random.Random(seed)


class Clock:
    """The clock of the run."""

    @property
    def now(self) -> float:
        """Seconds since the check began."""
        from checker.lab.services.clock import NS, now_ns

        return now_ns() / NS

    def __repr__(self) -> str:
        return "the clock"


@pytest.fixture
def clock() -> Clock:
    """The virtual clock."""
    return Clock()


@pytest.fixture
def upstream() -> Callable[..., Any]:
    """Makes services that are called; see `lab.upstream`."""
    return lab.upstream


@pytest.fixture
def database() -> Callable[..., Any]:
    """Makes databases; see `lab.database`."""
    return lab.database


@pytest.fixture
def queue() -> Callable[..., Any]:
    """Makes queues of jobs; see `lab.queue`."""
    return lab.queue


@pytest.fixture
def journal() -> Callable[[], Journal]:
    """Makes journals, in which the attempt's side writes."""
    return Journal


class Beat:
    """How long the loop was held while its block ran."""

    longest = 0.0

    def __repr__(self) -> str:
        return "the heartbeat"


@pytest.fixture
def heartbeat(request: pytest.FixtureRequest) -> Callable[[], Any]:
    """`async with heartbeat() as beat: …`, and then `beat.longest` seconds was the loop held."""
    return partial(_heartbeat, request.node)


@asynccontextmanager
async def _heartbeat(item: pytest.Item) -> AsyncIterator[Beat]:
    machine: Any = current.machine()
    if machine is None:
        raise CheckFault("heartbeat() was used outside of a run of the lab")
    attempt = item.stash.get(ATTEMPT, None)
    found, beat = machine.blocking.found, Beat()
    pulse = attempt.pulse() if attempt is not None else Pulse()
    before, mark = len(found), pulse.marked()
    pulse.watchers += 1
    try:
        yield beat
    finally:
        pulse.watchers -= 1
        told = [each.seconds for each in found[before:]]
        felt = pulse.longest(mark, machine.clock.now)
        # An attempt elsewhere tells itself what held its loop, and may leave something out.
        beat.longest = max(told, default=0.0) if sum(told) >= felt else felt
