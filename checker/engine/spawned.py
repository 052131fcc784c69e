"""Checks one attempt in a fresh process, for systems that cannot fork.

    python -P -m checker.engine.spawned     a job as JSON on its input, and records on its output

It does what a fork does, and takes the time that it takes to import and to collect. Invariant:
when `run` returns, the process is gone, with all below it as far as the system can tell; what it
printed, told and stood in comes back as of a fork.
Refuses no memory: a system without forks has no such limit for a process either.
"""

from __future__ import annotations

import base64
import contextlib
import faulthandler
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from checker.catalog import Exercise
from checker.engine.job import Job
from checker.engine.limits import (
    BEGUN,
    KEPT_BYTES,
    RECORDS_LIMIT_BYTES,
    STAND_LIMIT_BYTES,
    Ended,
    Limits,
    death,
    leave,
    new_key,
    records_in,
    sender,
)

START_S = 60.0  # to import and to collect, on a slow machine
_LOOK_S = 0.01
_ANSWER_S = 1.0  # more than the limit, in which it writes where it stands


def run(job: Job, folder: Path, limits: Limits, stop_when: Iterable[int] = ()) -> Ended:
    """Start a process and let it check; end it when one of `stop_when` can be read."""
    key = new_key()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        stand = Path(place) / "stand"
        order = json.dumps(_order(job, folder, limits, key, str(stand))).encode()
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "checker.engine.spawned"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            start_new_session=True,
        )
        watch = _Watch(process, order, limits, key)
        try:
            how = watch.wait(list(stop_when))
        finally:
            _end(process)
            watch.join()
        return watch.ended(how, stand)


def _order(job: Job, folder: Path, limits: Limits, key: str, stand: str) -> dict[str, Any]:
    return {
        "exercise": asdict(job.exercise),
        "filename": job.filename,
        "data": base64.b64encode(job.data).decode(),
        "stub": None if job.stub is None else base64.b64encode(job.stub).decode(),
        "seed": job.seed,
        "folder": str(folder),
        "real_s": limits.real_s,
        "key": key,
        "stand": stand,
    }


class _Watch:
    """Hears what the process tells and prints, each through a thread."""

    def __init__(
        self, process: subprocess.Popen[bytes], order: bytes, limits: Limits, key: str
    ) -> None:
        self._process, self._limits, self._key = process, limits, key
        self._records, self._printed = bytearray(), bytearray()
        self._printed_bytes, self._began_at = 0, 0.0
        self._threads = [
            threading.Thread(target=target, args=arguments, daemon=True)
            for target, arguments in (
                (self._give, (process.stdin, order)),
                (self._hear, (process.stdout,)),
                (self._read, (process.stderr,)),
            )
        ]
        for thread in self._threads:
            thread.start()

    def _give(self, stdin: IO[bytes], order: bytes) -> None:
        with contextlib.suppress(OSError), stdin:
            stdin.write(order)

    def _hear(self, stdout: IO[bytes]) -> None:
        while data := os.read(stdout.fileno(), 1 << 16):
            if len(self._records) <= RECORDS_LIMIT_BYTES:
                self._records += data
            # The clock starts when it has imported and collected.
            if not self._began_at and records_in(bytes(self._records), self._key):
                self._began_at = time.monotonic()

    def _read(self, stderr: IO[bytes]) -> None:
        while data := os.read(stderr.fileno(), 1 << 16):
            self._printed += data[: max(0, KEPT_BYTES - len(self._printed))]
            self._printed_bytes += len(data)

    def wait(self, stop_when: list[int]) -> str:
        """Until it ends, or has to be ended; which of them."""
        started = time.monotonic()
        while True:
            now, began = time.monotonic(), self._began_at
            if stop_when and select.select(stop_when, [], [], 0)[0]:
                return "cancelled"
            if self._printed_bytes > self._limits.printed_bytes:
                return "printed too much"
            if len(self._records) > RECORDS_LIMIT_BYTES:
                return "printed too much"
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_LOOK_S)
                return "exit"
            if now - (began or started) > (self._limits.real_s + _ANSWER_S if began else START_S):
                return "blocked"

    def join(self) -> None:
        """Hear the rest."""
        for thread in self._threads:
            thread.join(1.0)
        for stream in (self._process.stdout, self._process.stderr):
            # One that somebody still holds at the other end has a thread that reads it.
            if stream is not None and not any(thread.is_alive() for thread in self._threads):
                stream.close()

    def ended(self, how: str, stand: Path) -> Ended:
        """How it ended, once it has."""
        found = Ended(
            records=records_in(bytes(self._records), self._key),
            how=how,
            printed=bytes(self._printed).decode("utf-8", "replace"),
            real_s=time.monotonic() - self._began_at if self._began_at else 0.0,
        )
        with contextlib.suppress(OSError), stand.open("rb") as file:
            found.stand = file.read(STAND_LIMIT_BYTES).decode("utf-8", "replace")
        if how == "exit":
            status = self._process.returncode
            found.how, found.detail = "crashed" if status else "exit", death(status)
        return found


def _end(process: subprocess.Popen[bytes]) -> None:
    """Leave nothing of it."""
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True)
    else:
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


# The process itself.


def main() -> None:
    """Read an order, collect its checks, and check."""
    order = json.loads(sys.stdin.buffer.read())
    records = os.dup(1)
    os.dup2(2, 1)
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115
    os.dup2(sys.stdin.fileno(), 0)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(  # type: ignore[union-attr]
            encoding="utf-8", errors="backslashreplace", line_buffering=True
        )
    # Imported here: this module is also the parent's, which imports the engine itself.
    from checker.engine.engine import Engine, engine

    entry: dict[str, Any] = order["exercise"]
    for key, value in entry.items():
        entry[key] = tuple(value) if type(value) is list else value
    exercise = Exercise(**entry)
    stub = None if order["stub"] is None else base64.b64decode(order["stub"])
    job = Job(exercise, order["filename"], base64.b64decode(order["data"]), stub, order["seed"])
    send = sender(records, order["key"])

    def use(engine: Engine) -> None:
        send(BEGUN)
        with open(order["stand"], "wb") as stand:
            faulthandler.enable(file=stand)
            faulthandler.dump_traceback_later(order["real_s"], file=stand)
            engine.work(job, send)
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
        leave(0)

    engine([exercise], use, Path(order["folder"]))


if __name__ == "__main__":
    main()
