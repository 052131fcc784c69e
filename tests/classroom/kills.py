"""Kills a batch with SIGKILL at moments spread over its run, and runs it again until it ends.

    python -m tests.classroom.kills --times 50

At the end the store has what an undisturbed run has in it, no process is left, and neither is a
temporary file. What was in the store before a kill is there after it, and is not graded again.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil

from checker.classroom.grading.store import NAME, Store
from checker.engine import orphans
from tests.classroom.grading import class_of
from tests.classroom.grading.rounds import Teacher

WORKS = 30
_LONGEST_S = 120.0  # for workers whose parent was killed to come to an end
_LOOK_S = 0.002
HIDDEN = "async def test_more(attempt):\n    assert await attempt.call('greet', 'Bo', 1)\n"


def teacher(folder: Path) -> Teacher:
    """A class of thirty, some of whom mean harm, and hidden checks."""
    made = Teacher(folder)
    (folder / "hidden" / "00_start").mkdir(parents=True)
    (folder / "hidden" / "00_start" / "test_first_check.py").write_text(HIDDEN)
    attacks = [work for work in class_of.hostile() if b"ended: blocked" not in work.data[:200]]
    honest = class_of.some(class_of.answers("start") + class_of.answers("blocking"), WORKS - 6)
    class_of.hand_in(made.handed_in, honest, class_of.some(attacks, 4), 2)
    return made


def command(made: Teacher, out: str) -> list[str]:
    """The batch."""
    return made.command(
        *("grade", "in", "--out", out, "--only", "start", "--only", "blocking"),
        *("--hidden", "hidden", "--seed", "7", "--workers", "2", "--json"),
    )


def finish(made: Teacher, out: str) -> dict[str, Any]:
    """Run it to its end; returns what it told."""
    done = subprocess.run(
        command(made, out), cwd=made.folder, env=made.environment(), capture_output=True, check=True
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def kept(out: Path) -> int:
    """How many verdicts are in the store, as somebody else sees it."""
    try:
        with closing(sqlite3.connect(f"file:{out / NAME}?mode=ro", uri=True)) as db:
            return int(db.execute("SELECT count(*) FROM verdicts").fetchone()[0])
    except sqlite3.OperationalError:
        return 0  # It is not there yet, or has no tables yet.


def kill_at(made: Teacher, out: str, verdicts: int, looks: int) -> int:
    """Kill it so many looks after so many verdicts were kept; returns how many were then."""
    process = subprocess.Popen(
        command(made, out),
        cwd=made.folder,
        env=made.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None:
        if kept(made.folder / out) >= verdicts:
            looks -= 1
        if looks < 0:
            break
        # It may also end meanwhile.
        try:
            process.wait(_LOOK_S)
        except subprocess.TimeoutExpired:
            continue
    process.send_signal(signal.SIGKILL)
    process.wait()
    return kept(made.folder / out)


def wait_until_nobody_is_left() -> list[str]:
    """Workers end when they notice that nobody hears them. Who has not, in time?"""
    end = time.monotonic() + _LONGEST_S
    while left := orphans.children():
        for pid in left:
            try:
                psutil.Process(pid).wait(max(0.0, end - time.monotonic()))
            except psutil.NoSuchProcess:
                continue
            except psutil.TimeoutExpired:
                return [f"process {pid} is left: {psutil.Process(pid).cmdline()}"]
    return []


def content(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What is in a store."""
    with Store(folder, new=False) as store:
        return store.content()


def faults(folder: Path, moments: list[list[tuple[int, int]]]) -> list[str]:
    """Kill one batch at each of these moments, one after the other; what does not hold.

    moments   for each batch: after how many verdicts, and how many looks later
    """
    made, found = teacher(folder), []
    before = orphans.children()
    assert not before, "whoever counts children has none of its own"
    with orphans.adopting():
        finish(made, "undisturbed")
        wanted = content(folder / "undisturbed")
        for number, kills in enumerate(moments):
            out, had = f"out{number}", 0
            for verdicts, looks in kills:
                now = kill_at(made, out, verdicts, looks)
                if now < had:
                    found.append(f"{out}: {had} verdicts, and {now} after a kill at {verdicts}")
                had = now
                found += wait_until_nobody_is_left()
            told = finish(made, out)
            found += wait_until_nobody_is_left()
            if told["known"] != had:
                found.append(f"{out}: {had} verdicts were there, and {told['known']} were known")
            found += _differences(out, content(folder / out), wanted)
            found += _files(folder / out, folder / "undisturbed")
        left = sorted(path.name for path in made.temporary.iterdir())
        found += [f"temporary files are left: {left}"] if left else []
    return found


def _differences(
    out: str, is_now: dict[str, list[tuple[Any, ...]]], wanted: dict[str, list[tuple[Any, ...]]]
) -> list[str]:
    return [
        f"{out}: {table} differs: {sorted(set(is_now[table]) ^ set(wanted[table]))[:1]!r:.300}"
        for table in wanted
        if is_now[table] != wanted[table]
    ]


def _files(out: Path, undisturbed: Path) -> list[str]:
    here, there = (
        sorted(str(path.relative_to(each)) for path in each.rglob("*") if path.is_file())
        for each in (out, undisturbed)
    )
    return [] if here == there else [f"{out.name}: files {sorted(set(here) ^ set(there))}"]


def spread(times: int, seed: int) -> list[list[tuple[int, int]]]:
    """So many moments, drawn: at the start, between any two verdicts, and while it writes."""
    dice = random.Random(seed)
    moments = []
    while times > 0:
        count = min(times, 6)
        steps = sorted(dice.randrange(WORKS) for _ in range(count))
        moments.append([(step, dice.choice((0, 0, 1, 5, 50, 300))) for step in steps])
        times -= count
    return moments


def main() -> int:
    """Kill so many times."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kills-") as name:
        found = faults(Path(name), spread(options.times, options.seed))
    print(*found, sep="\n")
    took_s = time.monotonic() - began
    print(f"{options.times} kills in {took_s:.0f} s: {len(found)} faults")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
