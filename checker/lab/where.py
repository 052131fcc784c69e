"""Names places in the program: the line where a task is suspended or a thread stands.

A place is named by a line of the program itself, not of a library that it called: "app.py:7".
Only the last part of a path is kept, since a trace must not depend on the machine it was made on.
A notebook's cell is just "cell": its number changes whenever it runs, and nbval gives it none.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from types import CodeType, CoroutineType, FrameType, TracebackType
from typing import Any, NamedTuple

_LAB = os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(__file__))), "")
_LIBRARY = (_LAB, os.path.join(os.path.dirname(os.path.realpath(os.__file__)), ""))
_labels: dict[str, str] = {}


def label(filename: str) -> str:
    """The short name of a file of the program, or "" for a library's file."""
    known = _labels.get(filename)
    if known is None:
        known = _labels[filename] = _label(filename)
    return known


def _label(filename: str) -> str:
    path = os.path.realpath(filename)
    if filename.startswith("<frozen ") or "site-packages" in path or "dist-packages" in path:
        return ""
    if path.startswith(_LIBRARY):
        return ""
    if "ipykernel_" in path or filename.startswith("<ipython-input"):
        return "cell"
    return os.path.basename(filename)


def is_lab(filename: str) -> bool:
    """Whether a file is one of this package's own."""
    return filename.startswith(_LAB)


def place(code: CodeType, line: int | None) -> str:
    """ "app.py:7", or "" for a library's code."""
    name = label(code.co_filename)
    return f"{name}:{line}" if name else ""


def here(depth: int = 1) -> str:
    """The innermost line of the program on the calling thread's stack."""
    return of_frame(sys._getframe(depth))


def of_frame(frame: FrameType | None) -> str:
    """The innermost line of the program at or below `frame`, and above the loop."""
    while frame is not None and frame.f_code.co_name != "_run_once":
        if name := label(frame.f_code.co_filename):
            return f"{name}:{frame.f_lineno}"
        frame = frame.f_back
    return ""


def called(frame: FrameType) -> str:
    """What the program called that led to `frame` of the lab, or "" for a frame of its own."""
    if not is_lab(frame.f_code.co_filename):
        return ""
    while frame.f_back is not None and not label(frame.f_back.f_code.co_filename):
        frame = frame.f_back
    return _name(frame.f_code) if frame.f_back is not None else ""


# What the lab has put in the place of a library's function, and does not name by itself.
_IN_PLACE_OF = {"Locks._install_condition.<locals>.wait": "Condition.wait"}


def asked(frame: FrameType, usual: str) -> str:
    """The function of a library by which the program came to `frame` of the lab, or `usual`."""
    while (below := frame.f_back) is not None and not label(below.f_code.co_filename):
        frame = below
    code = frame.f_code
    if below is None or code.co_qualname.endswith("__"):
        return usual
    return _IN_PLACE_OF.get(code.co_qualname, usual) if is_lab(code.co_filename) else _name(code)


def of_traceback(traceback: TracebackType | None) -> str:
    """The innermost line of the program that an exception passed through."""
    at = ""
    while traceback is not None:
        at = place(traceback.tb_frame.f_code, traceback.tb_lineno) or at
        traceback = traceback.tb_next
    return at


def without_lab(error: BaseException) -> BaseException:
    """The error; its traceback begins in the program, and not in what the lab called it with."""
    traceback = error.__traceback__
    while traceback is not None and not label(traceback.tb_frame.f_code.co_filename):
        traceback = traceback.tb_next
    # Where no line of the program is in it, the fault is ours, or lies in how main was called.
    return error if traceback is None else error.with_traceback(traceback)


class Suspension(NamedTuple):
    """Where a task is suspended."""

    at: str  # the innermost line of the program: "app.py:7"
    on: str  # what that line awaits: "asyncio.sleep", "AsyncClient.get", "task fetch-1"
    queued: bool  # whether it waits for a slot, a lock or a thread to be free


# Whoever is suspended in one of these waits for its turn, not for something to happen.
QUEUES = {
    "Lock.acquire",
    "RLock.acquire",
    "Semaphore.acquire",
    "CapacityLimiter.acquire",
    "CapacityLimiter.acquire_on_behalf_of",
    "AsyncPoolRequest.wait_for_connection",
}
# By the identity of code objects, since to hash them costs more than all the rest. An entry
# holds its code objects, so that no other can come to stand at the same address.
_suspensions: dict[tuple[int, int, int, int], tuple[Suspension, tuple[CodeType | None, ...]]] = {}


def suspension(task: asyncio.Task[Any]) -> Suspension:
    """Where `task` is suspended; it must not be running or done."""
    site: Any = None
    library: CodeType | None = None
    queue: CodeType | None = None
    thing: Any = task.get_coro()
    while thing is not None:
        here, (code, thing) = thing, _inside(thing)
        if code is None:
            continue
        if label(code.co_filename):
            site, library, queue = here, None, None
            continue
        # The first one that the program called; where none of it is the program's, the last.
        if library is None or site is None or library.co_qualname.startswith("_"):
            library = code
        if code.co_qualname in QUEUES:
            queue = code
    frame = _frame(site)
    if frame is None:
        return Suspension("", _name(library) if library else "", queue is not None)
    if library is None:
        # A bare future or task: what it is differs from time to time, so it is not remembered.
        waiter = getattr(task, "_fut_waiter", None)
        return Suspension(place(frame.f_code, frame.f_lineno), _future(waiter), False)
    key = (id(frame.f_code), frame.f_lasti, id(library), id(queue))
    known = _suspensions.get(key)
    if known is None:
        at = place(frame.f_code, frame.f_lineno)
        found = Suspension(at, _name(library), queue is not None)
        known = _suspensions[key] = found, (frame.f_code, library, queue)
    return known[0]


def innermost(task: asyncio.Task[Any]) -> CodeType | None:
    """The code in which `task` is suspended, a library's included."""
    code, thing = None, task.get_coro()
    while thing is not None:
        inner, thing = _inside(thing)
        code = inner or code
    return code


def _inside(thing: Any) -> tuple[CodeType | None, Any]:
    """The code of an awaitable, and what it awaits in turn.

    Not its frame: the interpreter makes a frame's object when asked, and keeps it for as long as
    the coroutine lives. A handler of FastAPI is twenty coroutines deep.
    """
    if type(thing) is CoroutineType or hasattr(thing, "cr_code"):
        return thing.cr_code, thing.cr_await
    if hasattr(thing, "ag_code"):
        return thing.ag_code, thing.ag_await
    if hasattr(thing, "gi_code"):
        return thing.gi_code, thing.gi_yieldfrom
    if type(thing).__name__ in _WRAPPERS:
        # These types of the interpreter show what they wrap to the garbage collector alone.
        for inner in gc.get_referents(thing):
            if hasattr(inner, "ag_code") or hasattr(inner, "cr_code"):
                return None, inner
    return None, None


def _frame(thing: Any) -> FrameType | None:
    """The frame of an awaitable, while it has one."""
    for name in ("cr_frame", "ag_frame", "gi_frame"):
        frame: FrameType | None = getattr(thing, name, None)
        if frame is not None:
            return frame
    return None


_WRAPPERS = {
    "async_generator_asend",
    "async_generator_athrow",
    "coroutine_wrapper",
    "anext_awaitable",
}


def _name(code: CodeType) -> str:
    name = code.co_qualname.rpartition("<locals>.")[2]
    if "." in name:
        return name
    package = os.path.splitext(os.path.basename(code.co_filename))[0]
    parts = code.co_filename.replace("\\", "/").split("/")
    for known in ("asyncio", "anyio", "futures"):
        if known in parts:
            package = known
    return f"{package}.{name}"


def _future(waiter: Any) -> str:
    if isinstance(waiter, asyncio.Task):
        return f"task {waiter.get_name()}"
    if type(waiter).__name__ == "_GatheringFuture":
        return "asyncio.gather"
    return "a future"
