"""The kernel's end of its helper: starts it, asks it, stops what it is doing, replaces it.

The helper is started by exec, never by a fork of the kernel. It starts in the background, when the
course's functions are imported, and is ready before anyone has typed an answer.

Invariant: `check` returns a verdict, whatever becomes of the helper; its death costs the one check
that it was at, and the next one finds a new helper. The stop button ends a check at once: from the
moment of the click nothing here waits for longer than `STOP_S`.
"""

from __future__ import annotations

import atexit
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import checker
from checker.engine.engine import Job
from checker.engine.verdict import Verdict
from checker.notebook.wire import Closed, Lines, Message, pack

STOP_S = 1.0  # for the helper to end a check; after that it is ended itself
ANSWER_S = 80.0  # to collect all checks on a machine that is busy, and to end a check at its limit
LOG = Path(".unblocked") / "helper.log"
CHECKS = Path(checker.__file__).parent / "checks"  # of the course that is installed


class Fault(Closed):
    """The helper cannot work: a file of the course is damaged."""


class Client:
    """One helper at a time, for one course folder."""

    def __init__(self, course: Path, checks: Path = CHECKS) -> None:
        self._course, self._checks = course, checks
        self._lock = threading.Lock()  # A widget's callback may come from another thread.
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: Lines | None = None
        self._ready = False
        self._number = 0
        atexit.register(self.stop)

    def start(self) -> None:
        """See to it that there is a helper. Returns at once."""
        with self._lock:
            self._start()

    def stop(self) -> None:
        """End the helper."""
        with self._lock:
            self._end()

    @property
    def pid(self) -> int | None:
        """The helper's process."""
        return self._process.pid if self._process else None

    def check(self, job: Job, meanwhile: Callable[[], None] = lambda: None) -> Verdict:
        """Have an attempt checked, and do something while the helper is at it.

        `meanwhile` is called once, whatever becomes of the check. Where it fails, so does this.
        """
        with self._lock, _stop_button() as stop:
            todo = [meanwhile]
            try:
                return self._ask(job, stop, todo)
            except Closed as error:
                told = self._told()
                self._end()
                if stop.pressed:
                    return _verdict(job, "interrupted", "")
                if isinstance(error, Fault):
                    return _verdict(job, "no checks", f"{error}\n\n{told}")
                self._start()
                return _verdict(job, "no checker", told)
            finally:
                while todo:
                    todo.pop()()

    def _ask(self, job: Job, stop: _Stop, todo: list[Callable[[], None]]) -> Verdict:
        self._start()
        for _ in range(3):  # It begins anew when checks have changed on disk.
            self._number += 1
            self._send({"check": self._number, "job": pack(job)})
            try:
                while todo:
                    todo.pop()()
            except BaseException:
                with suppress(Closed):
                    self._send({"cancel": self._number})
                raise
            answer = self._answer(stop)
            if "verdict" in answer:
                return Verdict.from_json(answer["verdict"])
            if "cancelled" in answer:
                return _verdict(job, "interrupted", "")
        raise Closed("the checks change all the time")

    def _answer(self, stop: _Stop) -> Message:
        """What the helper says to the last question, or to a cancel."""
        end = time.monotonic() + ANSWER_S
        told = False
        while True:
            if stop.pressed and not told:
                self._send({"cancel": self._number})
                told, end = True, time.monotonic() + STOP_S
                if not self._ready:
                    return {"cancelled": self._number}
            for message in self._take(stop, end):
                self._ready = "again" not in message
                if "fault" in message:
                    raise Fault(message["fault"])
                if message.get("check", message.get("again")) == self._number:
                    return message

    def _take(self, stop: _Stop, end: float) -> list[Message]:
        lines = self._lines
        assert lines is not None
        watched = [lines.socket, stop.wake] if not stop.pressed else [lines.socket]
        ready, _, _ = select.select(watched, [], [], max(0.0, end - time.monotonic()))
        if not ready:
            raise Closed("it did not answer in time")
        return lines.take() if lines.socket in ready else []

    def _send(self, message: Message) -> None:
        assert self._lines is not None
        self._lines.send(message)

    # The process.

    def _start(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        self._end()
        ours, theirs = socket.socketpair()
        with theirs, self._log() as log:
            command = [sys.executable, "-P", "-m", "checker.notebook.helper"]
            self._process = subprocess.Popen(
                [*command, str(theirs.fileno()), str(os.getpid()), self._course, self._checks],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._course,
                env=os.environ | {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"},
                start_new_session=True,
            )
        self._lines, self._ready = Lines(ours), False

    @contextmanager
    def _log(self) -> Iterator[Any]:
        path = self._course / LOG
        path.parent.mkdir(exist_ok=True)
        with open(path, "wb") as file:
            yield file

    def _end(self) -> None:
        if self._lines is not None:
            self._lines.socket.close()
            self._lines = None
        if self._process is None:
            return
        # It ends on its own when the socket closes, and sweeps; unless it hangs.
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(0.2)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _told(self) -> str:
        """The last lines that the helper wrote, if it did."""
        with suppress(OSError):
            return (self._course / LOG).read_text(errors="replace").strip()[-2000:]
        return ""


class _Stop:
    """Whether the stop button was pressed, and a descriptor that can be read from then on."""

    def __init__(self, wake: socket.socket) -> None:
        self.wake = wake
        self.pressed = False


@contextmanager
def _stop_button() -> Iterator[_Stop]:
    """Remember the stop button while its block runs, in place of raising in the middle of it.

    An exception between two lines could lose half an answer. Python lets the main thread alone
    hear of it; another thread goes on to its verdict.
    """
    woken, wake = socket.socketpair()
    stop = _Stop(woken)

    def pressed(*_: object) -> None:
        stop.pressed = True
        with suppress(OSError):
            wake.send(b"\0")

    with woken, wake:
        if threading.current_thread() is not threading.main_thread():
            yield stop
            return
        before = signal.signal(signal.SIGINT, pressed)
        try:
            yield stop
        finally:
            signal.signal(signal.SIGINT, before if before is not None else signal.SIG_DFL)


def _verdict(job: Job, ended: str, printed: str) -> Verdict:
    """A verdict on an attempt that nobody has looked at to the end."""
    exercise = job.exercise
    interrupted = ended == "interrupted"
    return Verdict(
        exercise=exercise.id,
        outcome="skipped" if interrupted else "checker_error",
        points=0,
        points_of=exercise.points,
        checks=[],
        seed=job.seed,
        ended=ended,
        printed=printed,
    )
