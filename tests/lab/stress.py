"""Runs the programs with threads again and again, on a busy machine: the same trace each time.

    python -m tests.lab.stress --repeats 1000

Two processes that do nothing but compute run beside it, so the threads of a program are cut off
at other moments each time. Whatever in the lab depended on that would show sooner or later.
"""

from __future__ import annotations

import argparse
import sys
import time

from tests.busy import busy_machine
from tests.lab.programs import Program, every_program
from tests.lab.programs.compare import run_in_lab

THEMES = ("threads", "pools", "thread_locks", "barriers", "executors", "contexts")


def with_threads() -> list[Program]:
    """The programs of the themes that use threads."""
    return [
        made
        for made in every_program().values()
        if made.main.__module__.rpartition(".")[2] in THEMES
    ]


def failures(repeats: int) -> list[str]:
    """What differed from the first time, or from what the program states of itself."""
    found = []
    firsts: dict[str, str] = {}
    for repeat in range(1, repeats + 1):
        for made in with_threads():
            entries, run = run_in_lab(made)
            trace = run.trace.dump()
            if entries != made.expected or trace != firsts.setdefault(made.id, trace):
                found.append(f"{made.id}, repeat {repeat}")
        if repeat % 100 == 0:
            print(f"{repeat} times, {len(found)} failures so far", flush=True)
    return found


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
    print(f"{version}: {len(with_threads())} programs with threads, {repeats} times each, "
          f"{took_s:.0f} s: {len(found)} failures")  # fmt: skip
    print("".join(f"  {line}\n" for line in found[:20]), end="")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
