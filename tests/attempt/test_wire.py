"""Children that lie: whatever one says, no check passes, and nothing of it is told as our fault.

A short run of what `python -m tests.attempt.fuzz` does at length.
"""

from __future__ import annotations

import gc
import os
import random
import select
import socket
import subprocess
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.engine import engine
from checker.lab.machine import Machine
from tests.attempt import doubles, lies

ROOT = Path(__file__).resolve().parents[2]
# What once found something: a kind, and its seed.
FOUND = [("bomber", 119), ("bomber", 5015), ("liar", 5352)]
# The words of messages, in an order in which they come a good way.
SCRIPTS = st.lists(st.integers(0, 2**32), min_size=1, max_size=8)


def replay(script: list[int]) -> doubles.Serve:
    """Answers each batch with the next of these lies, none of which is refused at once."""

    def serve(sock: socket.socket) -> None:
        sock.sendall(lies.framed([["loaded"]]))
        for number in script:
            select.select([sock], [], [], 0.2)
            sock.recv(1 << 20)
            dice = lies.Dice(number)
            dice.wild = 0.01
            sock.sendall(lies.framed(lies.batch(dice)))
        os._exit(0)

    return serve


def test_a_program_that_knows_and_tells_the_truth_passes(tmp_path: Path) -> None:
    def use(stage: doubles.Stage) -> None:
        assert [each.outcome for each in stage.honest()] == ["passed"] * len(doubles.EXERCISES)

    doubles.on_stage(tmp_path, use)


@pytest.mark.parametrize("kind", ["liar", "twister", "noise"])
def test_no_child_that_lies_passes(kind: str, tmp_path: Path) -> None:
    def use(stage: doubles.Stage) -> dict[int, list[str]]:
        dice = random.Random(kind)
        seeds = [dice.randrange(2**32) for _ in range(18)]
        played = {seed: stage.play(lies.CHILDREN[kind](seed), n) for n, seed in enumerate(seeds)}
        return {seed: found for seed, (_, found) in played.items() if found}

    assert doubles.on_stage(tmp_path, use) == {}


def test_what_once_found_something_does_not_find_it_again(tmp_path: Path) -> None:
    def use(stage: doubles.Stage) -> list[Any]:
        return [stage.play(lies.CHILDREN[kind](seed), seed // 24)[1] for kind, seed in FOUND]

    assert doubles.on_stage(tmp_path, use) == [[]] * len(FOUND)


def test_no_series_of_lies_passes(tmp_path: Path) -> None:
    def use(stage: doubles.Stage) -> None:
        @settings(
            max_examples=25, deadline=None, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(SCRIPTS, st.integers(0, 8))
        def lie(script: list[int], which: int) -> None:
            assert stage.play(replay(script), which)[1] == []

        lie()

    doubles.on_stage(tmp_path, use)


@pytest.mark.long
def test_ten_minutes_of_lies_find_nothing() -> None:
    command = [sys.executable, "-m", "tests.attempt.fuzz", "--minutes", "10"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def kept_bytes() -> int:
    """How much of what came the frames still hold that a batch went by."""
    gc.unfreeze()
    gc.collect()
    frames = [each for each in gc.get_objects() if isinstance(each, FrameType)]
    names = {"receive", "decode", "_exchange", "_hear", "_told", "perform"}
    return sum(
        len(str(value))
        for frame in frames
        if frame.f_code.co_name in names
        for value in frame.f_locals.values()
    )


def test_what_a_bad_child_sent_is_not_kept(tmp_path: Path) -> None:
    def use(stage: doubles.Stage) -> int:
        for seed in range(24, 30):  # Bombs of megabytes.
            stage.play(lies.CHILDREN["bomber"](seed), seed // 24)
        return kept_bytes()

    assert doubles.on_stage(tmp_path, use) < 100_000


def machines() -> int:
    """How many there are, of runs that are over."""
    gc.unfreeze()
    gc.collect()
    return sum(type(each) is Machine for each in gc.get_objects())


def test_no_run_of_a_check_is_kept_that_a_bad_child_ended(tmp_path: Path) -> None:
    def use(stage: doubles.Stage) -> tuple[set[int], list[str]]:
        before = machines()
        patient = doubles.LIMITS._replace(real_s=60.0)
        limits = [patient] * 12 + [doubles.LIMITS._replace(real_s=0.0)]
        ended, kept = [], set()
        for seed, limit in enumerate(limits):
            # It answers what it hears and nothing else, so it lies alike on a busy machine.
            liar = lies.liar(seed, waits_s=60.0)
            ended.append(stage.play(liar, seed, limit)[0].ended)
            kept.add(machines() - before)
        return kept, ended

    kept, ended = doubles.on_stage(tmp_path, use)
    # The double may see that it was found out, and end, before it is said.
    assert {"broke the wire"} <= set(ended[:-1]) <= {"broke the wire", "crashed"}
    assert ended[-1] == "blocked"
    assert kept == {0}


def test_what_checks_leave_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_BLOCKS", 1_000)

    def use(stage: doubles.Stage) -> list[int]:
        counted = []
        for _ in range(5):
            stage.honest()
            counted.append(gc.get_freeze_count())
        return counted

    counted = doubles.on_stage(tmp_path, use)
    assert max(counted[1:]) < counted[0] + 300
