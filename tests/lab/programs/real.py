"""Programs on the real loop, the real clock and real threads, in a process of their own.

`python -m tests.lab.programs.real` reads the ids of programs, one a line, runs each and writes
what its log holds, with what the control measured meanwhile, as one line of JSON.

Where the system permits it (to root, on Linux) the process runs at real-time priority, so that
other programs on the machine do not make it late. Elsewhere the control says when they did.

Invariant: the lab is not even imported there.
Refuses to wait for ever: a program that runs longer than `LIMIT_S` ends the process, which then
says where its threads stood.
"""

from __future__ import annotations

import asyncio
import faulthandler
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType
from typing import IO, NamedTuple

from tests.lab.programs import Log, Program, every_program, perform
from tests.lab.programs.control import Control

# The machine that the lab is given: its threads are set by hand here, whatever machine this is.
CORES = 4
DEFAULT_THREADS = min(32, CORES + 4)
LIMIT_S = 30


class Measured(NamedTuple):
    """One real run of one program."""

    entries: list[tuple[int, str]]
    control_ns: int  # by how much the control fell behind


def measure(made: Program) -> Measured:
    """Run a program for real, in this process."""
    log = Log()

    async def main() -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(DEFAULT_THREADS))
        await perform(made, log)

    with Control(made.step_ns) as control:
        asyncio.run(main())
    return Measured(log.entries, control.late_ns)


class RealProcess:
    """The process, seen from the tests. Started at the first measurement, ended by the block."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> RealProcess:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._process:
            self._process.communicate()

    def measure(self, made: Program) -> Measured:
        """Run a program there."""
        process = self._process = self._process or self._start()
        assert process.stdin
        assert process.stdout
        process.stdin.write(made.id + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            process.communicate()
            self._process = None
            raise RuntimeError(
                f"the process in which {made.id} ran for real ended before the program did; what "
                "it wrote last, on its standard error, says where"
            )
        found = json.loads(line)
        entries = [(at, label) for at, label in found["entries"]]
        return Measured(entries, found["control_ns"])

    def _start(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-W", "error", "-m", "tests.lab.programs.real"]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def ask_for_priority() -> None:
    """Let no ordinary process make this one late, if we may."""
    if sys.platform == "linux":
        with suppress(PermissionError):
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


def serve(asked: IO[str], answers: IO[str]) -> None:
    """Run what is asked for, until there is no more."""
    programs = every_program()
    # The first of everything loads code; that is no part of what is measured.
    for warm_up in ("fastapi_apps.def_dependency", "pools.reuse"):
        measure(programs[warm_up])
    for line in asked:
        faulthandler.dump_traceback_later(LIMIT_S, exit=True)
        made = measure(programs[line.strip()])
        faulthandler.cancel_dump_traceback_later()
        answers.write(json.dumps(made._asdict()) + "\n")
        answers.flush()
    assert "checker" not in sys.modules, "the real side must be free of the lab"


if __name__ == "__main__":
    # Nothing that a program prints may stand among the answers.
    with os.fdopen(os.dup(sys.stdout.fileno()), "w") as answers:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        ask_for_priority()
        serve(sys.stdin, answers)
