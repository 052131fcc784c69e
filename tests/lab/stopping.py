"""A user who presses Ctrl-C as soon as a program is where the test wants it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from checker.lab.originals import acquire, monotonic, new_lock, release

_PRESS = "import os, signal, sys; sys.stdin.read(1); os.kill(int(sys.argv[1]), signal.SIGINT)"


class User:
    """Waits, outside of the run, for the program to say when; then sends the signal."""

    def __init__(self) -> None:
        self.pressed_at = 0.0
        self._read, self._write = os.pipe()
        self._sent = new_lock()
        acquire(self._sent)

    def now(self) -> None:
        """For the program: from here on press. It returns, and then the signal comes."""
        self.pressed_at = monotonic()
        os.write(self._write, b"x")

    def wait_until_pressed(self) -> None:
        """For the program: wait, in real time, until the signal was sent."""
        acquire(self._sent, True, 10)

    def waited_s(self) -> float:
        """How long ago that was, in real time."""
        assert self.pressed_at, "the program never came to where it is to be stopped"
        return monotonic() - self.pressed_at

    def _press(self, at_once: bool) -> None:
        if os.read(self._read, 1):
            while not at_once and _is_running(User.now):
                pass
            self.pressed_at = monotonic()
            os.kill(os.getpid(), signal.SIGINT)
            release(self._sent)

    @contextmanager
    def as_thread(self, at_once: bool = False) -> Iterator[User]:
        """The user is a thread of this process; at once, or when the program has gone on."""
        thread = threading.Thread(target=self._press, args=(at_once,))
        thread.start()
        try:
            yield self
        finally:
            os.close(self._write)
            thread.join()
            os.close(self._read)

    @contextmanager
    def as_process(self) -> Iterator[User]:
        """The user is another process, for programs that let no thread run beside them."""
        command = [sys.executable, "-I", "-S", "-c", _PRESS, str(os.getpid())]
        with subprocess.Popen(command, stdin=self._read):
            os.close(self._read)
            try:
                yield self
            finally:
                os.close(self._write)


def _is_running(function: object) -> bool:
    """Whether a function is on the stack of any thread."""
    code = getattr(function, "__code__", None)
    for innermost in sys._current_frames().values():
        frame: FrameType | None = innermost
        while frame is not None:
            if frame.f_code is code:
                return True
            frame = frame.f_back
    return False
