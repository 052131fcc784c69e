"""Ends a run from outside: Ctrl-C, or the kernel's stop button.

The signal may find the program blocked, spinning, or swallowing what is raised in it. So the
first one raises KeyboardInterrupt where the program stands; if it still runs a moment later, the
next ones follow every few milliseconds; and then each further line of the program raises.

Invariant: the signal raises only while `in_program` is set. The lab's own steps (putting things
back, above all) are never cut in two; a signal that comes meanwhile is remembered.
"""

from __future__ import annotations

import ctypes
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

from checker.lab import where
from checker.lab.errors import Stop

GRACE_S = 0.3
_AGAIN_S = 0.002
_TOOL = 4  # of sys.monitoring's six: free for programs such as this


class StopButton:
    """Handles the signal for one run. Does nothing on any thread but the main one."""

    def __init__(self) -> None:
        self.pressed = False
        self._in_program = False
        self._armed = False
        self._main = threading.current_thread() is threading.main_thread()

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Take the signals, and give them back at the end."""
        if not self._main:
            yield
            return
        interrupt = signal.signal(signal.SIGINT, self._on_interrupt)
        alarm = signal.signal(signal.SIGALRM, self._on_alarm)
        try:
            yield
        finally:
            signal.signal(signal.SIGALRM, alarm)
            signal.signal(signal.SIGINT, interrupt)

    @contextmanager
    def program(self, limit_s: float | None = None) -> Iterator[None]:
        """While the program runs; with a limit, it is stopped after so long in real time."""
        if not self._main:
            yield
            return
        try:
            try:
                self._in_program = True
                if limit_s is not None:
                    signal.setitimer(signal.ITIMER_REAL, limit_s, _AGAIN_S)
                elif self.pressed:
                    raise KeyboardInterrupt
                yield
            finally:
                self._in_program = False
                if self.pressed or limit_s is not None:
                    signal.setitimer(signal.ITIMER_REAL, 0)
        finally:
            self._disarm()

    def _on_interrupt(self, number: int, frame: FrameType | None) -> None:
        again, self.pressed = self.pressed, True
        if self._in_program:
            if not again:
                signal.setitimer(signal.ITIMER_REAL, GRACE_S, _AGAIN_S)
            raise KeyboardInterrupt

    def _on_alarm(self, number: int, frame: FrameType | None) -> None:
        if self._in_program:
            self._arm(frame)
            raise KeyboardInterrupt

    # Every further line of the program raises.

    def _arm(self, frame: FrameType | None) -> None:
        if self._armed:
            return
        self._armed = True
        if sys.version_info >= (3, 12):
            monitoring = sys.monitoring
            if monitoring.get_tool(_TOOL) is None:
                monitoring.use_tool_id(_TOOL, "unblocked")
                monitoring.register_callback(_TOOL, monitoring.events.LINE, self._on_line)
                monitoring.set_events(_TOOL, monitoring.events.LINE)
        else:
            sys.settrace(self._on_trace)
            while frame:
                frame.f_trace = self._on_trace
                frame = frame.f_back

    def _disarm(self) -> None:
        if not self._armed:
            return
        self._armed = False
        if sys.version_info >= (3, 12):
            monitoring = sys.monitoring
            if monitoring.get_tool(_TOOL) == "unblocked":
                monitoring.set_events(_TOOL, 0)
                monitoring.register_callback(_TOOL, monitoring.events.LINE, None)
                monitoring.free_tool_id(_TOOL)
        else:
            sys.settrace(None)

    def _on_line(self, code: CodeType, line: int) -> None:
        self._raise_in(code)

    def _on_trace(self, frame: FrameType, event: str, arg: Any) -> Any:
        self._raise_in(frame.f_code)
        return self._on_trace

    def _raise_in(self, code: CodeType) -> None:
        if self._in_program and not where.is_lab(code.co_filename):
            if threading.current_thread() is threading.main_thread():
                raise Stop


def throw_into(thread: threading.Thread) -> None:
    """Raise Stop in another thread, at its next step in Python."""
    if thread.ident is not None:
        ident = ctypes.c_ulong(thread.ident)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ctypes.py_object(Stop))
