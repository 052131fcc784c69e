"""A Dask cluster on this machine, of separate processes, and work for it.

Nothing here sleeps: a process that starts is waited for by what it writes.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil

ROOT = Path(__file__).resolve().parents[3]
_END_S = 30.0


@dataclass
class Here:
    """A scheduler and its workers.

    place   what the scheduler and the workers are started with, by name: a command that goes
            before theirs, and the address that they listen on
    """

    stack: ExitStack
    folder: Path
    place: Mapping[str, tuple[Sequence[str], str]] = field(default_factory=dict)
    address: str = ""
    scheduler: subprocess.Popen[str] | None = None
    workers: dict[str, subprocess.Popen[str]] = field(default_factory=dict)

    def start_scheduler(self) -> None:
        """Start it on any port."""
        # Should these tests be killed: it ends by itself, and its workers with it.
        options = ["--port", "0", "--no-dashboard", "--no-show", "--idle-timeout", "600s"]
        self.scheduler = self._start("scheduler", "scheduler", options, {})
        self.address = _wait_for_line(self.scheduler, r"Scheduler at:\s+(\S+)")

    def start_worker(
        self, name: str, *options: str, nanny: bool = False, first_on_path: Path | None = None
    ) -> None:
        """Start a worker with one thread, and wait until the scheduler has it.

        first_on_path   a folder that it imports from before any other
        """
        chosen = [self.address, "--name", name, "--nthreads", "1", "--no-dashboard"]
        chosen += ["--local-directory", str(self.folder / name)]
        chosen += ["--nanny" if nanny else "--no-nanny", *options]
        path = os.pathsep.join(map(str, filter(None, [first_on_path, ROOT])))
        process = self._start("worker", name, chosen, {"PYTHONPATH": path})
        self.workers[name] = process
        _wait_for_line(process, r"Registered to:\s+(\S+)")

    def started(self, name: str) -> list[psutil.Process]:
        """The processes that a worker has started."""
        return psutil.Process(self.workers[name].pid).children(recursive=True)

    def kill(self, name: str) -> list[psutil.Process]:
        """Kill a worker as a kernel does that is short of memory; returns what it had started."""
        started = self.started(name)
        process = self.workers.pop(name)
        process.kill()
        process.wait()
        return started

    def _start(
        self, what: str, name: str, options: Sequence[str], environment: dict[str, str]
    ) -> subprocess.Popen[str]:
        before, host = self.place.get(name, ((), "127.0.0.1"))
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *options, "--host", host]
        process = subprocess.Popen(
            [*before, *command],
            cwd=self.folder,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.stack.callback(_end, process)
        return process


@contextmanager
def cluster(
    folder: Path, place: Mapping[str, tuple[Sequence[str], str]] | None = None
) -> Iterator[Here]:
    """A scheduler, to which workers can be added."""
    with ExitStack() as stack:
        here = Here(stack, folder, place or {})
        here.start_scheduler()
        yield here


def _wait_for_line(process: subprocess.Popen[str], pattern: str) -> str:
    """Read until a line matches; the rest is read on a thread, so that the process can go on."""
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if found := re.search(pattern, line):
            threading.Thread(target=_read_on, args=(process.stderr,), daemon=True).start()
            return found[1]
    raise AssertionError(f"it ended with {process.wait()}:\n{''.join(said)}")


def _read_on(stream: IO[str]) -> None:
    with stream:
        stream.read()


def _end(process: subprocess.Popen[str]) -> None:
    """End it, and all that it started. Its group is its own."""
    process.terminate()
    try:
        process.wait(_END_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
