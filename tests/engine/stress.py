"""Checks the same attempts again and again, on a busy machine: the same verdict each time.

    python -m tests.engine.stress --repeats 1000

Two processes that do nothing but compute run beside it. Only `real_s` may differ.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace

from checker.engine.engine import Engine, Job, engine
from checker.gate.folders import Folders
from tests.busy import busy_machine
from tests.engine import corpus

# A pass, a fail with a diff and a place, a leak, an exception, a crash, and prints.
ATTEMPTS = (
    "solutions/01_blocking/never_block.py",
    "tests/wrong_answers/01_blocking/never_block/few_threads.diff",
    "tests/wrong_answers/01_blocking/never_block/pause_not_awaited.diff",
    "tests/wrong_answers/00_start/first_check/prints_the_text.diff",
    "tests/engine/hostile/recursion.py",
    "tests/engine/hostile/segmentation_fault.py",
)


def failures(repeats: int) -> list[str]:
    """The attempts whose verdict was another one than the first time."""

    def use(engine: Engine) -> list[str]:
        jobs = {path: job_for(path) for path in ATTEMPTS}
        found, firsts = [], dict[str, str]()
        for repeat in range(1, repeats + 1):
            for path in ATTEMPTS:
                verdict = replace(engine.check(jobs[path]), real_s=0.0).to_json()
                if verdict != firsts.setdefault(path, verdict):
                    found.append(f"{path}, repeat {repeat}")
            if repeat % 100 == 0:
                print(f"{repeat} times, {len(found)} failures so far", flush=True)
        return found

    return engine(corpus.exercises(), use)


def job_for(path: str) -> Job:
    """One of them, as a job."""
    at = "blocking/never_block" if "never_block" in path else "start/first_check"
    (exercise,) = (each for each in corpus.exercises() if each.id == at)
    data = Folders(corpus.ROOT).whole(corpus.ROOT / path)
    return Job(exercise, f"/course/work/{exercise.path}", data)


def main() -> int:
    """The count and the figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--repeats", type=int, default=1000)
    repeats = parser.parse_args().repeats
    began = time.monotonic()
    with busy_machine():
        found = failures(repeats)
    took_s = time.monotonic() - began
    version = sys.version.split()[0]
    print(f"{version}: {len(ATTEMPTS)} attempts, {repeats} times each, "
          f"{took_s:.0f} s: {len(found)} failures")  # fmt: skip
    print("".join(f"  {line}\n" for line in found[:20]), end="")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
