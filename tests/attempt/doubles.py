"""Children that lie on the wire, in the place of an attempt in a jail, and checks that none passes.

The checks hold what comes back against a secret that never crosses the wire. So a check that
passes was forged, and one that ends in our own fault was brought to it from over there.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from checker.attempt import guest
from checker.catalog import Exercise
from checker.engine.engine import Engine, Job, engine
from checker.engine.limits import Limits
from checker.engine.verdict import Verdict

SECRET = "what no attempt was told"
LIMITS = Limits(real_s=0.5, printed_bytes=100_000)
# What the checker itself may compute for one verdict, and what it may be late by. A busy machine
# makes it late, however little it computes; a checker that waits for a double never comes back.
COMPUTES_S = 3.0
LATE_S = 60.0
_PATIENT = Limits(real_s=30.0)

# Each is an exercise of its own: a child that lies does not come to a second check.
CHECKS = """
async def test_value(attempt):
    assert await attempt.call("echo", 1, [2.5, b"3"], {"a": None}) == SECRET

async def test_services(attempt, upstream, database, queue, journal, clock):
    shop, store, jobs, notes = upstream(latency=0.5), database(latency=0.25), queue(), journal()
    calls = [attempt.call("use", shop, store, jobs, notes, number) for number in range(3)]
    await asyncio.gather(*calls)
    assert notes.values == [SECRET]
    assert shop.calls == 6 and jobs.acked == 3

async def test_app(attempt):
    async with attempt.client("app") as client:
        reply = await client.get("/x")
    assert reply.text == SECRET

async def test_raises(attempt):
    with attempt.raises("ValueError", match=SECRET):
        await attempt.call("fail")

async def test_object(attempt):
    thing = await attempt.new("Thing", 1)
    assert await thing.call("get") == SECRET
    assert await thing.get("value") == SECRET

async def test_cancelled(attempt, upstream):
    shop = upstream(latency=5)
    try:
        async with asyncio.timeout(1):
            await attempt.call("ask", shop)
    except TimeoutError:
        pass
    assert await attempt.call("after", shop) == SECRET

def test_everywhere(attempt, upstream):
    async def main():
        shop = upstream(latency=1)
        try:
            await attempt.call("ask", shop)
        except asyncio.CancelledError:
            pass
        return await attempt.call("after", shop)
    runs = lab.cancel_everywhere(main)
    assert runs and all(run.error is None and run.result == SECRET for run in runs)

async def test_material(attempt):
    helper = attempt.bring("async def help():\\n    import attempt\\n    return attempt.told()")
    assert await helper.call("help") == SECRET

async def test_waits_for_it(attempt, journal):
    notes = journal()
    task = asyncio.create_task(attempt.call("note", notes))
    while notes.values != [SECRET]:
        await asyncio.sleep(0.1)
    await task
"""

_HEAD = f"import asyncio\nfrom checker import lab\n\nSECRET = {SECRET!r}\n\n"
_TEXTS = {
    f"up{number}": _HEAD + text.strip() + "\n" for number, text in enumerate(CHECKS.split("\n\n"))
}
EXERCISES = [
    Exercise("01_made", name, "Made up", 10, 5, ("one", "two", "three")) for name in _TEXTS
]

HONEST = f"""
import asyncio

SECRET = {SECRET!r}

async def echo(a, b, c):
    return SECRET

async def use(shop, store, jobs, notes, number):
    await shop.get(number)
    await jobs.put([number])
    async with store.connect() as connection:
        await connection.set("a", number)
        await connection.get("a")
    job = await jobs.get()
    await job.ack()
    if number == 0:
        notes.write(SECRET)
    await asyncio.to_thread(shop.get_blocking, "x")

async def app(scope, receive, send):
    if scope["type"] == "http":
        await receive()
        await send({{"type": "http.response.start", "status": 200, "headers": []}})
        await send({{"type": "http.response.body", "body": SECRET.encode()}})

async def fail():
    await asyncio.sleep(1)
    raise ValueError(SECRET)

class Thing:
    def __init__(self, value):
        self.value = SECRET

    async def get(self):
        return self.value

async def ask(shop):
    await shop.get("a")
    return SECRET

async def after(shop):
    return SECRET

def told():
    return SECRET

async def note(notes):
    await asyncio.sleep(1)
    notes.write(SECRET)
"""
# The same program, which does not know it.
IGNORANT = HONEST.replace(f"SECRET = {SECRET!r}", 'SECRET = "?"')

Serve = Callable[[socket.socket], None]


class Death(NamedTuple):
    """How a double ended."""

    detail: str


class Double:
    """One child of ours on the wire."""

    def __init__(self, serve: Serve) -> None:
        self.wire, its = socket.socketpair()
        self.output, write = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            _live(serve, self.wire, its, write)
        its.close()
        os.close(write)

    def ask_where(self) -> str:
        """It does not say."""
        return ""

    def end(self) -> Death:
        """Nothing is left of it."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, 9)
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        self.wire.close()
        os.close(self.output)
        return Death(f"exit code {status}")


def _live(serve: Serve, here: socket.socket, its: socket.socket, write: int) -> None:
    try:
        here.close()
        os.dup2(write, 1)
        os.dup2(write, 2)
        serve(its)
    finally:
        os._exit(3)


class Theatre:
    """A jail in which doubles play the attempt."""

    def __init__(self) -> None:
        self.serve: Serve = guest.main

    def spawn(self, texts: tuple[bytes, ...]) -> Double:
        """The next one."""
        return Double(self.serve)


class Stage(NamedTuple):
    """An engine, and the jail that it takes its attempts from."""

    engine: Engine
    theatre: Theatre

    def play(self, serve: Serve, seed: int, limits: Limits = LIMITS) -> tuple[Verdict, list[str]]:
        """The verdict on a double, and what should not have come of it."""
        self.theatre.serve = serve
        began, computed = time.monotonic(), time.process_time()
        verdict = self._check(EXERCISES[seed % len(EXERCISES)], IGNORANT, limits)
        late_s = time.monotonic() - began - limits.real_s
        return verdict, _faults(verdict, late_s, time.process_time() - computed)

    def honest(self) -> list[Verdict]:
        """The verdicts on a program that knows the secret, and tells the truth."""
        self.theatre.serve = guest.main
        return [self._check(exercise, HONEST, _PATIENT) for exercise in EXERCISES]

    def _check(self, exercise: Exercise, text: str, limits: Limits) -> Verdict:
        return self.engine.check(Job(exercise, "up.py", text.encode(), b"# the stub\n"), limits)


def _faults(verdict: Verdict, late_s: float, computed_s: float) -> list[str]:
    found = [] if verdict.outcome in ("failed", "not_attempted") else [f"it is {verdict.outcome}"]
    found += [f"{each.id} is forged" for each in verdict.checks if each.outcome == "passed"]
    found += [f"{each.id} is our fault: {each.got[:300]}" for each in verdict.checks
              if each.outcome == "checker_error"]  # fmt: skip
    found += [f"{verdict.points} points"] if verdict.points else []
    if late_s > LATE_S or computed_s > COMPUTES_S:
        how = verdict.ended or "its end"
        found.append(f"{late_s:.1f} s late, {computed_s:.1f} s computed, at {how}")
    # It goes into a file of results, and out again.
    found += [] if Verdict.from_json(verdict.to_json()) == verdict else ["it is not what is kept"]
    return found


def on_stage(folder: Path, use: Callable[[Stage], Any]) -> Any:
    """Call `use` with a stage, whose checks are put into a folder."""
    for exercise in EXERCISES:
        file = folder / exercise.chapter / f"test_{exercise.name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_TEXTS[exercise.name], "utf-8")
    theatre = Theatre()
    guest.warm()
    return engine(EXERCISES, lambda made: use(Stage(made, theatre)), folder, jail=theatre)
