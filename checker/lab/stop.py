"""Ends a run from outside: Ctrl-C, or the kernel's stop button.

The signal may find the program blocked, spinning, or swallowing what is raised in it. So the
first one raises KeyboardInterrupt where the program stands. If it still runs a moment later, a
watch repeats the signal every few milliseconds, and each further line of the program raises.

Invariant: the signal raises only while the program runs, and never inside of the lab's own code
or, at first, of such as `threading`: a lock that was taken there would never be given back.
The lab's own steps (putting things back, above all) are never cut in two; a signal that comes
meanwhile is remembered.
Refuses: nobody's alarm clock is used for this. The watch is a thread of its own, below everything
that a run replaces.
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

from checker.lab import blocking, where
from checker.lab.errors import Stop
from checker.lab.insist import Insistence
from checker.lab.originals import acquire, monotonic, new_lock, release

GRACE_S = 0.2  # what a program gets to end by itself, in real time
_AGAIN_S = 0.002
# What stands in these holds locks, or keeps books, that the whole process shares.
_DELICATE = (
    "asyncio", "concurrent", "contextlib.py", "logging", "_weakrefset.py", "queue.py",
    "threading.py", "weakref.py",
)  # fmt: skip
_STDLIB = os.path.dirname(os.__file__)
_DELICATE_FILES = ("<frozen ", *(os.path.join(_STDLIB, name) for name in _DELICATE))


class StopButton:
    """Handles the signal for one run. Off the main thread no signal comes; the rest works."""

    def __init__(self, owner: object, on_press: Callable[[FrameType | None], None]) -> None:
        self.pressed = False
        self.insistence = Insistence(owner, self._in_turn)
        self._on_press = on_press
        self._ident = threading.get_ident()
        self._on_main = threading.current_thread() is threading.main_thread()
        self._in_program = False
        self._deaf = False  # who started Python wanted the signal ignored
        self._met = False  # it was raised in the program once
        self._nudged = False  # the next signal is the watch's, not the user's
        self._insist_at = float("inf")
        self._watch: _Watch | None = None

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Take the signal, and give it back at the end."""
        before = signal.getsignal(signal.SIGINT) if self._on_main else None
        hook = sys.unraisablehook
        if before is not None:
            self._deaf = before == signal.SIG_IGN
            signal.signal(signal.SIGINT, self._on_signal)
        self._on_main = before is not None
        try:
            yield
        finally:
            self.insistence.end()
            sys.unraisablehook = hook
            if before is not None:
                signal.signal(signal.SIGINT, before)

    def program(self, limit_s: float | None = None) -> _InProgram:
        """While the program runs; with a limit, it is stopped after so long in real time."""
        return _InProgram(self, limit_s)

    def limit(self, limit_s: float) -> None:
        """The program has only so long from now on: it was told to end, and may not have heard."""
        self._hush()
        self._insist_at = min(self._insist_at, monotonic() + limit_s)
        if self._in_program and self._watch is None:
            self._watch = _Watch(limit_s, self._again)

    # The signal.

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        nudged, self._nudged = self._nudged, False
        if not nudged:
            if self._deaf:
                return
            self._press(frame)
        if self._in_program and self._may_raise_in(frame):
            self._met = True
            if self.is_insisting():
                self.insistence.begin_here()
            raise KeyboardInterrupt

    def _press(self, frame: FrameType | None) -> None:
        if self.pressed:
            self._insist_at = 0.0  # Pressed again: whoever does that does not want to wait.
            return
        self.pressed = True
        self._hush()
        self._on_press(frame)
        self._insist_at = monotonic() + GRACE_S
        if self._in_program and self._watch is None:
            self._watch = _Watch(_AGAIN_S, self._again)

    def _may_raise_in(self, frame: FrameType | None) -> bool:
        if frame is None:
            return False
        file = frame.f_code.co_filename
        if where.is_lab(file):
            # This one calls for the program whatever may block for real.
            return file == blocking.__file__
        return self.is_insisting() or not file.startswith(_DELICATE_FILES)

    def is_insisting(self) -> bool:
        """Whether whoever pressed it has waited for long enough."""
        return monotonic() >= self._insist_at

    def _again(self) -> None:
        """On the watch's thread: the program still runs."""
        insisting = self.is_insisting()
        if not self._in_program or (self._met and not insisting):
            return
        if self._on_main:
            if insisting:
                self.insistence.begin()
            self._nudged = True
            _interrupt(self._ident)
        elif insisting:
            self.insistence.begin_there(self._ident)

    def _in_turn(self) -> bool:
        """Whether the calling thread of the run may be stopped now."""
        return self._in_program or threading.get_ident() != self._ident

    def _hush(self) -> None:
        """What is raised in a finaliser ends nothing, and nobody need read of it."""
        before = sys.unraisablehook
        if getattr(before, "__name__", "") == "_unless_stopped":
            return

        def _unless_stopped(unraisable: Any) -> None:
            error = unraisable.exc_value
            stopped = isinstance(error, Stop | KeyboardInterrupt)
            if not stopped and "ignored GeneratorExit" not in str(error):
                before(unraisable)

        sys.unraisablehook = _unless_stopped

    # Used by _InProgram, which must not have a frame of the standard library between.

    def _enter(self, limit_s: float | None) -> None:
        if self.pressed:
            raise KeyboardInterrupt
        self._met = False
        self._insist_at = float("inf")
        self._in_program = True
        if limit_s is not None:
            self.limit(limit_s)

    def _leave(self) -> None:
        left = False
        while not left:
            try:
                self._in_program = False
                if self._watch is not None:
                    self._watch.end()
                self._watch = None
                self.insistence.end()
                left = True
            except Stop:
                pass  # Thrown just before; off the main thread it cannot be held back.


class _InProgram:
    """The block in which the program runs."""

    __slots__ = ("_button", "_limit_s")

    def __init__(self, button: StopButton, limit_s: float | None) -> None:
        self._button = button
        self._limit_s = limit_s

    def __enter__(self) -> None:
        self._button._enter(self._limit_s)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._button._leave()


class _Watch:
    """A thread that calls `act` after a while, and then again and again, until it is ended."""

    def __init__(self, delay_s: float, act: Callable[[], None]) -> None:
        self._over, self._done = new_lock(), new_lock()
        acquire(self._over)
        acquire(self._done)
        # Not a Thread: a signal may come while the program holds a lock of that module.
        _thread.start_new_thread(self._run, (delay_s, act))

    def _run(self, delay_s: float, act: Callable[[], None]) -> None:
        try:
            while not acquire(self._over, True, delay_s):
                act()
                delay_s = _AGAIN_S
        finally:
            release(self._done)

    def end(self) -> None:
        """Return once it has ended."""
        release(self._over)
        acquire(self._done)


def _interrupt(ident: int) -> None:
    """Send the signal to the main thread, so that it also leaves a call into the system."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(ident, signal.SIGINT)
    else:
        _thread.interrupt_main()
