"""Grades a class of a thousand, two hundred of them hostile or broken, and holds it to account.

    python -m tests.classroom.thousand

Every student has a verdict or a finding; honest work has the verdict that is expected of it;
memory stays flat; no process, no temporary file and no half-written file is left.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from checker.catalog import load
from checker.classroom.gradebooks import FORMATS
from checker.classroom.grading.batch import grade
from checker.classroom.grading.crew import Crew
from checker.classroom.grading.papers import write_all
from checker.classroom.grading.results import Results
from checker.classroom.grading.settings import Settings
from checker.classroom.grading.store import NAME, Store
from checker.engine.cores import cores
from checker.engine.verdict import Verdict
from tests.classroom.grading import class_of

REAL_S = 3.0
# What a worker keeps of a verdict is nothing, but an allocator gives back in its own time.
NOISE_BYTES = 24_000_000


@dataclass
class Sampler:
    """Hears of each verdict, and looks at what memory everybody holds."""

    every: int
    total: int = 0
    count: int = 0
    rss: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def found(self, shape: str, students: int) -> None:
        print(f"{shape}: {students} students", flush=True)

    def grading(self, total: int, known: int) -> None:
        self.total = total

    def graded(self, verdict: Verdict) -> None:
        self.count += 1
        if self.count % self.every == 0:
            self._look()

    def _look(self) -> None:
        me = psutil.Process()
        self.rss["parent"].append(_private(me))
        for child in me.children():
            self.rss[f"worker {child.pid}"].append(_private(child))
            for zygote in child.children():
                if zygote.ppid() == child.pid:
                    self.rss[f"zygote {zygote.pid}"].append(_private(zygote))
        print(f"{self.count} of {self.total}: {self._line()}", flush=True)

    def _line(self) -> str:
        return ", ".join(f"{name} {found[-1] / 1e6:.0f} MB" for name, found in self.rss.items())

    def faults(self) -> list[str]:
        """Who holds more than in the beginning, beyond noise."""
        return [
            f"{name} grew from {found[1] / 1e6:.0f} to {min(found[-2:]) / 1e6:.0f} MB"
            for name, found in self.rss.items()
            # The first sample is of someone who has not yet met every exercise.
            if len(found) > 3 and min(found[-2:]) > found[1] + NOISE_BYTES
        ]


def _private(process: psutil.Process) -> int:
    """What it holds. A process that has just ended holds nothing."""
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


@contextmanager
def own_temporary_folder(folder: Path) -> Iterator[None]:
    """Everybody's temporary files go here, so that it is seen what is left of them."""
    folder.mkdir()
    before, tempfile.tempdir = tempfile.tempdir, None
    was = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before
        os.environ.pop("TMPDIR")
        if was is not None:
            os.environ["TMPDIR"] = was


def run(folder: Path, made: class_of.Class, sampler: Sampler, workers: int) -> list[str]:
    """Grade what is in `folder`/in; returns what does not hold."""
    ids = tuple(exercise.id for exercise in load(class_of.ROOT / "exercises").exercises)
    settings = Settings("Thousand", ids, real_s=REAL_S, formats=_formats())
    out = folder / "out"
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    with own_temporary_folder(folder / "tmp"), Store(out) as store:
        with Crew(settings, workers) as crew:
            done = grade(folder / "in", store, settings, crew, sampler)
        files = write_all(Results(store), out, "2026-11-21T09:00+00:00").files
        faults = _of_verdicts(store, made)
    faults += sampler.faults()
    left = {child.pid for child in psutil.Process().children(recursive=True)} - before
    faults += [f"{len(left)} processes are left"] if left else []
    temporary = [path.name for path in (folder / "tmp").iterdir()]
    faults += [f"temporary files are left: {temporary[:3]}"] if temporary else []
    there = {path for path in out.rglob("*") if path.is_file()}
    strange = there - set(files) - {out / NAME}
    faults += [f"files nobody named: {sorted(map(str, strange))[:3]}"] if strange else []
    faults += [] if done.students == len(made.students) else [f"{done.students} students"]
    return faults


def _formats() -> tuple[str, ...]:
    """All but the one that needs to know who came through Moodle."""
    return tuple(name for name in FORMATS if name != "moodle")


def _of_verdicts(store: Store, made: class_of.Class) -> list[str]:
    found = []
    told = {student.student: student for student in store.students()}
    works = defaultdict(list)
    for work in store.works():
        works[work.student].append(work)
    for name, wanted in made.works.items():
        if [work.exercise for work in works[name]] != [wanted.exercise.id]:
            found.append(f"{name}: works {works[name]}")
            continue
        verdict = store.verdict(works[name][0].key)
        if verdict is None:
            found.append(f"{name}: no verdict")
        else:
            head = wanted.data.split(b"\n")[0].decode("utf-8", "replace")[:60]
            where = f"{name} {wanted.exercise.id} ({head})"
            found += [f"{where}: {fault}" for fault in wanted.faults(verdict)]
    for name in made.broken:
        if works[name] or name not in told or not told[name].findings:
            found.append(f"{name}: {len(works[name])} works, and no finding")
    return found


def main() -> int:
    """The whole, once."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--students", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=len(cores()))
    options = parser.parse_args()
    broken = options.students // 25
    attacks = options.students // 5 - broken
    honest = class_of.some(class_of.answers(), options.students - attacks - broken)
    with tempfile.TemporaryDirectory(prefix="thousand-") as name:
        folder = Path(name)
        (folder / "in").mkdir()
        made = class_of.hand_in(
            folder / "in", honest, class_of.some(class_of.hostile(), attacks), broken
        )
        sampler = Sampler(every=100)
        began = time.monotonic()
        faults = run(folder, made, sampler, options.workers)
        took_s = time.monotonic() - began
    for fault in faults:
        print(fault)
    print(
        f"{len(made.students)} students, {attacks} of them hostile and {broken} broken: "
        f"{took_s:.0f} s with {options.workers} workers, {len(faults)} faults"
    )
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
