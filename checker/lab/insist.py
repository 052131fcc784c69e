"""Makes every further line of a program raise Stop, in all threads of its run.

A program that swallows what is raised in it (`except BaseException` in a loop) cannot swallow
what is raised at each of its lines: the one outside of its `try` ends it. From Python 3.12 on the
interpreter tells of lines in all threads (`sys.monitoring`); on 3.11 each thread is traced.

Invariant: only lines of the program raise. Those of libraries never do, since what stands there
in a `finally` gives back locks that the whole process shares.
"""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from types import CodeType
from typing import Any

from checker.lab import where
from checker.lab.current import local
from checker.lab.errors import Stop

_TOOLS = (4, 3)  # Of sys.monitoring's six, those that nobody has a claim on.
_NAME = "unblocked"


class Insistence:
    """For the threads of one run: those whose `local.machine` is `owner`."""

    def __init__(self, owner: object, in_turn: Callable[[], bool]) -> None:
        self._owner = owner
        self._in_turn = in_turn
        self._tool: int | None = None
        self._tracing = False
        self._trace_before: Any = None
        self._thrown_at: int | None = None
        self._thrown = type("_StopRun", (Stop,), {"__init__": lambda stop: self.begin_here()})

    def begin(self) -> None:
        """In all threads of the run, called from any. On 3.11 there is no such thing."""
        if sys.version_info < (3, 12) or self._tool is not None:
            return
        monitoring = sys.monitoring
        for tool in _TOOLS:
            if monitoring.get_tool(tool) is None:
                monitoring.use_tool_id(tool, _NAME)
                self._tool = tool
                monitoring.register_callback(tool, monitoring.events.LINE, self._on_line)
                monitoring.set_events(tool, monitoring.events.LINE)
                return

    def begin_there(self, ident: int) -> None:
        """In another thread: the one of the run, where that is not the main one."""
        self.begin()
        if sys.version_info < (3, 12) and not self._tracing:
            frame = sys._current_frames().get(ident)
            # Only there: thrown into the lab's own steps, it would cut them in two.
            if frame is not None and where.label(frame.f_code.co_filename):
                self._thrown_at = ident
                throw_into(ident, self._thrown)

    def begin_here(self) -> None:
        """In the calling thread at least."""
        if sys.version_info >= (3, 12):
            self.begin()
        elif not self._tracing:
            self._tracing = True
            self._trace_before = sys.gettrace()
            _trace_with(_Tracer(self._raise_in))

    def end(self) -> None:
        """Lines are lines again: called in the thread that called `begin_here`."""
        if sys.version_info >= (3, 12):
            tool, self._tool = self._tool, None
            if tool is not None:
                monitoring = sys.monitoring
                monitoring.set_events(tool, 0)
                monitoring.register_callback(tool, monitoring.events.LINE, None)
                monitoring.free_tool_id(tool)
        elif self._tracing:
            self._tracing = False
            sys.settrace(self._trace_before)
        if self._thrown_at is not None:
            # Last: on 3.11 the interpreter spins if it is told of this while it traces.
            clear_throw(self._thrown_at)
            self._thrown_at = None

    def _on_line(self, code: CodeType, line: int) -> None:
        self._raise_in(code)

    def _raise_in(self, code: CodeType) -> None:
        if local.machine is self._owner and self._in_turn():
            _raise_in_program(code)


def _raise_in_program(code: CodeType) -> None:
    file = code.co_filename
    # What a named tuple or a dataclass generates is nobody's, and the lab has its own of them.
    generated = file == "<string>" and code.co_name.startswith("__")
    if where.label(file) and not generated:
        raise Stop


class _Tracer:
    """What the interpreter asks at each line, on 3.11.

    A trace function written in Python is dropped by the interpreter as soon as it raises. One
    written in C is not. `PyObject_IsTrue` is one: it takes an object first, and hands on what the
    object raises.
    """

    def __init__(self, raise_in: Callable[[CodeType], None]) -> None:
        self._raise_in = raise_in

    def __bool__(self) -> bool:
        self._raise_in(sys._getframe(1).f_code)
        return False


def _trace_with(tracer: _Tracer) -> None:
    api = ctypes.pythonapi
    api.PyEval_SetTrace(api.PyObject_IsTrue, ctypes.py_object(tracer))


class _StopHere(Stop):
    """Thrown into a thread that is to end.

    On 3.11, whoever catches it finds that each further line raises.
    """

    def __init__(self) -> None:
        super().__init__()
        if sys.version_info < (3, 12):
            _trace_with(_Tracer(_raise_in_program))


def throw_into(ident: int, thrown: type[Stop] = _StopHere) -> None:
    """Raise Stop in another thread, at its next step in Python."""
    error = ctypes.py_object(thrown)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), error)


def clear_throw(ident: int) -> None:
    """Take back what was thrown and has not arrived.

    On 3.11 the interpreter then believes for ever that something was thrown, and spins as soon as
    it traces. It comes to rest when something arrives, so something does, here.
    """
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), None)
    if sys.version_info < (3, 12):
        with suppress(_Nothing):
            throw_into(threading.get_ident(), _Nothing)
            while True:
                pass


class _Nothing(Stop):
    """Thrown so that it is caught."""
