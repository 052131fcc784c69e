"""Puts children that lie in the place of attempts, and holds their verdicts to account.

    python -m tests.attempt.fuzz --minutes 10

A kind and a seed name one child: `python -m tests.attempt.fuzz --kind liar --seed 5`. Nothing may
pass that was not earned, nothing is told as our fault, each verdict is there in time, and memory
does not grow. Every now and then a program that tells the truth has to get what it always gets.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil

from tests.attempt import doubles, lies

HONEST_EVERY = 50
# The kinds that take long come seldom.
TURNS = ["liar"] * 10 + ["twister"] * 10 + ["noise"] * 2 + ["chatterbox", "bomber"]
WARM = 800  # children
NOISE_BYTES = 60_000_000


def faults(stage: doubles.Stage, kind: str, seed: int) -> tuple[str, list[str]]:
    """How a child ended, and what should not have come of it."""
    try:
        verdict, found = stage.play(lies.CHILDREN[kind](seed), seed // len(TURNS))
    except BaseException:
        return "", [traceback.format_exc()[-1500:]]
    return verdict.ended, found


def honest(stage: doubles.Stage) -> list[str]:
    """The verdicts on a program that tells the truth, as they have to be every time."""
    return [replace(each, real_s=0.0).to_json() for each in stage.honest()]


def run(stage: doubles.Stage, minutes: float, first: int) -> int:
    """Go on for a while; returns how many faults there were."""
    end, seed, bad = time.monotonic() + 60 * minutes, first, 0
    ended: Counter[str] = Counter()
    usual, held, most = honest(stage), 0, 0
    while time.monotonic() < end:
        kind = TURNS[seed % len(TURNS)]
        how, found = faults(stage, kind, seed)
        ended[how] += 1
        seed += 1
        if seed % HONEST_EVERY == 0 and (now := honest(stage)) != usual:
            found.append(f"after it, the truth is another: {str(now)[:600]}")
        if (seed - first) % 200 == 0:
            most = psutil.Process().memory_info().rss
            # Each kind of bomb has been thrown by then, and the allocator keeps room for one.
            held = max(held, most) if seed - first <= WARM else held
            print(f"{seed - first:,}: {most / 1e6:.0f} MB, {dict(ended)}", flush=True)
        if found:
            bad += 1
            print(f"--kind {kind} --seed {seed - 1}: {found[:3]}", flush=True)
    if most > held + NOISE_BYTES and seed - first > WARM:
        bad += 1
        print(f"memory grew from {held / 1e6:.0f} to {most / 1e6:.0f} MB")
    print(f"{seed - first:,} children: {dict(ended)}, {bad} faults")
    return bad


def main() -> int:
    """Run for a while, or one child."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--first", type=int, default=0, help="the seed to begin with")
    parser.add_argument("--kind", choices=list(lies.CHILDREN))
    parser.add_argument("--seed", type=int)
    options = parser.parse_args()

    def use(stage: doubles.Stage) -> Any:
        if options.seed is not None:
            kind = options.kind or TURNS[options.seed % len(TURNS)]
            how, found = faults(stage, kind, options.seed)
            print(kind, options.seed, repr(how), *found, sep="\n")
            return len(found)
        return run(stage, options.minutes, options.first)

    with tempfile.TemporaryDirectory() as folder:
        return bool(doubles.on_stage(Path(folder), use))


if __name__ == "__main__":
    sys.exit(main())
