"""A jailed check beside one in a fork without a jail, on the same attempts; and its memory.

Each road has a process of its own, `python -m benchmarks.classroom.roads ROAD`, which checks the
forty attempts of the twenty submissions once to get warm, and then once measured. What is compared
is CPU time, of the host, of the zygote and of the attempt's process together: the machine may be
busy. The time on the wall stands beside it, the best of three.

Beside it stands an empty fork of each road: one that is started, says a word and is ended. What a
check costs beyond that is the work; the rest is the price of a process of its own.

The memory of a jailed child is what is its own and not shared with the zygote, read after its
last check: it then has touched all that it ever will.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import children
from benchmarks.classroom.assignment import EXERCISES, Submission, submissions
from benchmarks.harness import Figure, Rounds, ratio
from checker.attempt.frames import encode
from checker.catalog import Exercise, load
from checker.engine import fork
from checker.engine.engine import Engine, Job, engine
from checker.jail import Child, Death, Zygotes, choose

JAILED, FORKED = "jailed check", "check in a fork"
ROUNDS, TRIES, EMPTY = 3, 3, 40
BAR, BAR_MB = 2.0, 15.0


def figures() -> tuple[list[Figure], list[str]]:
    """The ratio, the times, the memory; and a note, if that could not be read."""
    cpu_s: Rounds = {JAILED: [], FORKED: []}
    wall_s: Rounds = {JAILED: [], FORKED: []}
    empty_s: Rounds = {JAILED: [], FORKED: []}
    memory: list[int] = []
    order = [JAILED, FORKED]
    for _ in range(ROUNDS):
        for road in order:
            told = children.module(__name__, road)
            cpu_s[road].append(told["cpu_s"])
            empty_s[road].append(told["empty_s"])
            wall_s[road].append(median(told["wall_s"]))
            memory += told["private_bytes"]
        order.reverse()
    made = [ratio(cpu_s, JAILED, FORKED, BAR)]
    for road in cpu_s:
        made.append(Figure(f"{road}: CPU", median(cpu_s[road]) * 1000, "ms"))
        made.append(Figure(f"{road}: CPU of an empty fork", median(empty_s[road]) * 1000, "ms"))
        over = zip(cpu_s[road], empty_s[road], strict=True)
        made.append(Figure(f"{road}: CPU over an empty fork", median(a / b for a, b in over), "x"))
        made.append(Figure(f"{road}: on the wall", median(wall_s[road]) * 1000, "ms"))
    if not memory:
        return made, ["the memory of jailed children cannot be read here: that takes root"]
    most, usual = max(memory) / 1e6, median(memory) / 1e6
    made.append(Figure("private memory of a jailed child, the most", most, "MB", BAR_MB))
    return [*made, Figure("private memory of a jailed child, the median", usual, "MB")], []


class _Watched:
    """Zygotes of which it is known what they and their children cost."""

    def __init__(self, zygotes: Zygotes) -> None:
        self._zygotes = zygotes
        self.reads_memory = False
        self.private_bytes: list[int] = []
        self.ended_cpu_s = 0.0

    def spawn(self, texts: tuple[bytes, ...]) -> _WatchedChild:
        """A child that reports here when it ends."""
        return _WatchedChild(self._zygotes.spawn(texts), self)

    def cpu_s(self) -> float:
        """What the zygotes and all children that have ended used."""
        own_ns = [
            int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])
            for pid in self._zygotes.pids()
        ]
        return sum(own_ns) / 1e9 + self.ended_cpu_s


class _WatchedChild:
    def __init__(self, child: Child, watched: _Watched) -> None:
        self._child, self._watched = child, watched
        self.wire, self.output = child.wire, child.output

    def ask_where(self) -> str:
        return self._child.ask_where()

    def end(self) -> Death:
        if self._watched.reads_memory:
            own = _private_bytes(self._child.pid)
            self._watched.private_bytes += [own] if own else []
        death = self._child.end()
        self._watched.ended_cpu_s += death.cpu_s
        return death


def _private_bytes(pid: int) -> int | None:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return None
    fields = dict(line.split(":", 1) for line in text.splitlines()[1:])
    return sum(int(fields[name].split()[0]) * 1024 for name in ("Private_Clean", "Private_Dirty"))


def _jobs(handed_in: list[Submission], exercises: dict[str, Exercise]) -> list[Job]:
    return [
        Job(exercises[id], f"{exercises[id].name}.py", text.encode())
        for each in handed_in
        for id, text in each.texts.items()
    ]


def walk(road: str) -> dict[str, Any]:
    """What checks cost on this road, and each child's own memory."""
    catalog = load(children.ROOT / "exercises")
    exercises = {id: catalog.find(id) for id in EXERCISES}
    jobs = _jobs(submissions(), exercises)
    if road == FORKED:

        def forked(grader: Engine) -> dict[str, Any]:
            found = _measure(grader, jobs, _of_children)
            return found | {"empty_s": _empty(_fork_nothing, _of_children)}

        return engine(exercises.values(), forked)
    with Zygotes(choose()) as zygotes:
        watched = _Watched(zygotes)

        def use(grader: Engine) -> dict[str, Any]:
            found = _measure(grader, jobs, watched.cpu_s)
            found["empty_s"] = _empty(lambda: _jail_nothing(watched), watched.cpu_s)
            watched.reads_memory = True
            _check_all(grader, jobs)
            return found | {"private_bytes": watched.private_bytes}

        return engine(exercises.values(), use, jail=watched)


def _fork_nothing() -> None:
    fork.run(lambda send: send({"done": "exit"}))


def _jail_nothing(jail: _Watched) -> None:
    """It answers when it is behind every layer, and then has nothing to do."""
    child = jail.spawn((b"",))
    child.wire.sendall(encode([["signs"]]))
    if not child.wire.recv(1 << 13):
        raise RuntimeError("an empty child died before it said a word")
    child.end()


def _empty(once: Callable[[], None], others: Callable[[], float]) -> float:
    """CPU time of a fork that checks nothing, of all processes."""
    once()
    before_s = time.process_time() + others()
    for _ in range(EMPTY):
        once()
    return (time.process_time() + others() - before_s) / EMPTY


def _measure(grader: Engine, jobs: list[Job], others: Callable[[], float]) -> dict[str, Any]:
    """CPU time per check, with that of other processes; and each check's time on the wall."""
    wall_s = [_check_all(grader, jobs)]
    before_s = time.process_time() + others()
    wall_s.append(_check_all(grader, jobs))
    cpu_s = (time.process_time() + others() - before_s) / len(jobs)
    wall_s += [_check_all(grader, jobs) for _ in range(TRIES - 1)]
    best_s = [min(tries) for tries in zip(*wall_s[1:], strict=True)]
    return {"cpu_s": cpu_s, "wall_s": best_s, "private_bytes": []}


def _check_all(grader: Engine, jobs: list[Job]) -> list[float]:
    took_s = []
    for job in jobs:
        began = time.perf_counter()
        verdict = grader.check(job)
        took_s.append(time.perf_counter() - began)
        if verdict.outcome not in ("passed", "failed"):
            raise RuntimeError(f"{job.exercise.id}: {verdict}")
    return took_s


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    json.dump(walk(sys.argv[1]), sys.stdout)
