"""The helper of a kernel: a process of its own that has the checks collected, and forks per check.

    python -P -m checker.notebook.helper SOCKET KERNEL_PID COURSE CHECKS

A kernel has a dozen threads, and a fork of it would inherit the locks that they hold. This process
has one thread. It is in a session of its own, since JupyterLab's stop button signals the whole
process group of the kernel.

Invariant: when the kernel is gone, however it went, this process and all that it started go too.
That a fork keeps nothing of the conversation open, and leaves nothing behind, is the engine's part.
It refuses to check with checks that have changed on disk: it starts itself anew, on the same
socket, and asks the kernel to say it again.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
from pathlib import Path
from typing import NoReturn

from checker.catalog import load
from checker.engine.engine import Engine, engine
from checker.notebook.wire import Closed, Lines, Message, unpack

# A verdict is on its way to the screen for so long, and needs the cores more than what comes next.
QUIET_S = 0.3
POLL_S = 1.0  # where there is no pidfd: how long an orphan may live


class Helper:
    """Serves one kernel."""

    def __init__(self, end: socket.socket, kernel_pid: int) -> None:
        self._lines = Lines(end)
        self._kernel_pid = kernel_pid
        self._kernel = os.pidfd_open(kernel_pid) if hasattr(os, "pidfd_open") else -1
        self._watched = [end.fileno(), *([self._kernel] if self._kernel >= 0 else [])]

    def serve(self, engine: Engine) -> None:
        """Answer until the kernel is gone; between two answers, get ready for the next."""
        self._lines.send({"ready": True})
        working = True
        while self._kernel_is_there():
            wait_s = QUIET_S if working else None if self._kernel >= 0 else POLL_S
            ready, _, _ = select.select(self._watched, [], [], wait_s)
            if self._lines.socket.fileno() in ready:
                self._answer(engine, self._lines.take())
                working = True
            elif not ready and working:
                working = engine.get_ready()

    def _answer(self, engine: Engine, messages: list[Message]) -> None:
        # A cancel either came before its check was begun, or it is too late and means nothing;
        # in between, `stop_when` hears of it.
        cancelled = [message["cancel"] for message in messages if "cancel" in message]
        for message in messages:
            if "check" in message and message["check"] not in cancelled:
                self._check(engine, message)

    def _check(self, engine: Engine, message: Message) -> None:
        job = unpack(message["job"])
        if engine.changed(job.exercise):
            engine.close()
            self._lines.send({"again": message["check"]})
            begin_anew(self._lines.socket.fileno())
        verdict = engine.check(job, stop_when=self._watched)
        self._lines.send({"check": message["check"], "verdict": verdict.to_json()})

    def _kernel_is_there(self) -> bool:
        if self._kernel >= 0:
            return not select.select([self._kernel], [], [], 0)[0]
        return os.getppid() == self._kernel_pid


def begin_anew(descriptor: int) -> NoReturn:
    """Become a new helper on the same socket."""
    os.set_inheritable(descriptor, True)
    os.execv(sys.executable, [sys.executable, *_command(sys.argv[1:])])


def _command(arguments: list[str]) -> list[str]:
    return ["-P", "-m", "checker.notebook.helper", *arguments]


def main(descriptor: int, kernel_pid: int, course: Path, checks: Path) -> None:
    """Serve the kernel `kernel_pid` on a socket that it handed over."""
    end = socket.socket(fileno=descriptor)
    os.set_inheritable(descriptor, False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        engine(load(course / "exercises").exercises, Helper(end, kernel_pid).serve, checks)
    except Closed:
        pass
    except Exception as error:
        with contextlib.suppress(Closed):
            Lines(end).send({"fault": f"{type(error).__name__}: {error}"})
        raise


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4]))
