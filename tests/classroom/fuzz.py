"""Changes archives, notebooks and lists at random, and lets intake read them.

    python -m tests.classroom.fuzz --minutes 10

A seed names one case, so what was found is found again: `python -m tests.classroom.fuzz --seed 5`.
It wants of each case what holds for all submissions: nothing raises but IntakeError, every text is
fit for a screen, works are within their limits, and it ends soon.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from functools import cache
from pathlib import Path

from checker.attempt.code import LARGEST_BYTES
from checker.classroom.intake import IntakeError, Policy, Submission, metadata, read
from checker.classroom.intake.entry import LARGEST_NOTEBOOK_BYTES
from tests.classroom.intake import packed, test_downloads, test_hostile

SLOWEST_S = 10.0
LARGEST_SEED_BYTES = 60_000
DUE = Policy.parse("10%/day", "2026-03-01T11:00+01:00")
# Numbers that formats stumble over: sizes, counts, offsets and signs.
NUMBERS = [
    b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\x80", b"\1\0\0\0", b"\xff\xff",
    b"\0\0", b"\x80" + b"\xff" * 11, b"\xff" * 12, b"77777777777\0", b"PK\1\2", b"PK\3\4",
    b"PK\5\6", b"9999999999999999999", b"-1", b"[[[[[[", b'"', b"\\", b"{", b"}", b"null", b"1e999",
    b"../", b"%%exercise ", b"\xff\xfe", b"\xed\xa0\x80", b"\n", b"/", b"\\u0000", b"\\ud800",
]  # fmt: skip


@cache
def seeds() -> list[tuple[str, bytes]]:
    """What is changed: the files of the tests, good and bad, that are small."""
    good = packed.zipped((f"work/{packed.PATH}", packed.ANSWER), ("a.ipynb", NOTEBOOK))
    made = [
        (".zip", good),
        (".zip", packed.zipped(("ada.zip", good), ("bob.tgz", packed.tarred(("x.zip", good))))),
        (".zip", packed.zipped(("submission_metadata.yml", test_downloads.METADATA),
                               ("submission_11/a.ipynb", NOTEBOOK))),
        (".zip", packed.zipped(("a_1_2_never_block-1.py", b""), ("LATE_anon_x_3_a.zip", good))),
        (".ipynb", NOTEBOOK),
        (".tar", packed.tarred((f"{'long/' * 20}{packed.PATH}", b"x"), ("a.ipynb", NOTEBOOK))),
        (".tgz", packed.tarred((packed.PATH, b"x"), gzipped=True)),
        (".zip", packed.overlapping(3)),
    ]  # fmt: skip
    made += [(".zip", make()) for make, _ in test_hostile.ZIPS.values()]
    made += [(".ipynb", make()) for make, _ in test_hostile.BOMBS.values()]
    made += [(".tar", make()) for make in test_hostile.BROKEN_TARS.values()]
    made += [
        (".tar", packed.tarred((member, b"x" * 9))) for member, _ in test_hostile.TARS.values()
    ]
    return [(ending, data) for ending, data in made if len(data) <= LARGEST_SEED_BYTES]


NOTEBOOK = packed.notebook("x = 1", packed.cell(), packed.cell("event_loop/timers"), more=[1, "a"])


def changed(data: bytes, dice: random.Random) -> bytes:
    """The bytes with a few changes, of the kinds that parsers fall over."""
    made = bytearray(data)
    for _ in range(dice.choice((1, 1, 1, 2, 3, 8))):
        at = dice.randrange(len(made) + 1)
        length = dice.choice((1, 1, 2, 4, 12, 30, 200))
        match dice.randrange(6):
            case 0 if at < len(made):
                made[at] ^= 1 << dice.randrange(8)
            case 1:
                number = dice.choice(NUMBERS)
                made[at : at + len(number)] = number
            case 2:
                made[at:at] = dice.choice(NUMBERS) * dice.choice((1, 1, 2, 50))
            case 3:
                del made[at : at + length]
            case 4:
                other = dice.randrange(len(made) + 1)
                made[at : at + length] = made[other : other + length]
            case 5:
                del made[at if dice.random() < 0.2 else len(made) :]
    return bytes(made)


def case(seed: int) -> tuple[str, bytes]:
    """The file that a seed names: its ending and its bytes."""
    dice = random.Random(seed)
    ending, data = dice.choice(seeds())
    data = changed(data, dice)
    if ending == ".tar" and dice.random() < 0.7:
        data = _sums_right(data)
    return ending, data


def _sums_right(data: bytes) -> bytes:
    """A tar whose first headers add up again, or nothing behind them would ever be read."""
    made = bytearray(data)
    for at in range(0, min(len(made) - 511, 4 * 512), 512):
        if made[at + 257 : at + 262] == b"ustar":
            made[at + 148 : at + 156] = b" " * 8
            made[at + 148 : at + 156] = b"%06o\0 " % sum(made[at : at + 512])
    return bytes(made)


def faults(folder: Path, name: str, data: bytes) -> list[str]:
    """What does not hold for a download of this name with these bytes."""
    path = folder / name
    path.write_bytes(data)
    began = time.monotonic()
    try:
        with read(path, packed.catalog(), DUE) as reading:
            found = list(reading)
            told = [part for finding in reading.findings for part in finding]
    except IntakeError:
        return []
    took_s = time.monotonic() - began
    faults = [fault for submission in found for fault in _faults_of(submission)]
    if not all(part.isprintable() for part in told):
        faults.append("a finding of nobody's is not fit for a screen")
    if took_s > SLOWEST_S:
        faults.append(f"it took {took_s:.1f} s")
    if [left.name for left in folder.iterdir()] != [name]:
        faults.append("it left something behind")
    return faults


def _faults_of(found: Submission) -> list[str]:
    texts = [found.student, found.name, *found.ids, *found.ids.values()]
    texts += [part for finding in found.findings for part in finding]
    texts += [work.where for work in found.works.values()]
    faults = [f"not fit for a screen: {text!r}" for text in texts if not text.isprintable()]
    faults += [f"too long: {text[:60]}" for text in texts if len(text) > 5_000]
    known = {exercise.id for exercise in packed.catalog().exercises}
    for id, work in found.works.items():
        most = LARGEST_NOTEBOOK_BYTES if ", cell " in work.where else LARGEST_BYTES
        if id not in known or len(work.data) > most:
            faults.append(f"{id}: {len(work.data)} bytes")
    if not found.student or (not found.works and not found.findings):
        faults.append("nothing is said of it")
    return faults


def lists(seed: int) -> None:
    """A list of Gradescope's and a stamp, changed: neither may raise."""
    dice = random.Random(seed)
    metadata.gradescope(changed(test_downloads.METADATA, dice))
    stamp = changed(b"2026-03-01 15:58:23.948203 America/New_York", dice)
    metadata.time(stamp.decode("utf-8", "replace"), DUE.zone)


def run(seed: int) -> list[str]:
    """What does not hold for the case that a seed names, alone and in a larger download."""
    ending, data = case(seed)
    lists(seed)
    name = f"ada{ending}"
    whole = packed.zipped((f"hw/{name}", data), (f"hw/bob/{packed.PATH}", packed.ANSWER))
    with tempfile.TemporaryDirectory() as folder:
        found = faults(Path(folder), name, data)
    with tempfile.TemporaryDirectory() as folder:
        return found + faults(Path(folder), "all.zip", whole)


def main() -> int:
    """Run for a while, or one seed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--first", type=int, default=0, help="the seed to begin with")
    parser.add_argument("--seed", type=int)
    options = parser.parse_args()
    if options.seed is not None:
        print(options.seed, run(options.seed))
        return 0
    end = time.monotonic() + 60 * options.minutes
    seed, bad, slowest_s = options.first, 0, 0.0
    while time.monotonic() < end:
        began = time.monotonic()
        try:
            found = run(seed)
        except Exception as error:
            found = [f"{type(error).__name__}: {error}"]
        slowest_s = max(slowest_s, time.monotonic() - began)
        if found:
            bad += 1
            print(f"seed {seed}: {found[:3]}", flush=True)
        seed += 1
    print(f"{seed - options.first:,} cases, the slowest {slowest_s:.1f} s: {bad} faults")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
