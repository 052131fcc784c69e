"""What a program may not start in the lab, because nothing could make its time virtual.

Refuses: event loops beside the lab's own, threads that do not come from `threading.Thread`, other
interpreters, other programs, and signals. They would run on the real clock while the program stands
still, and wait for ever. The standard library starts a program now and then (`platform` does), and
may.
"""

from __future__ import annotations

import _thread
import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from checker.lab import where
from checker.lab.arrivals import Arrivals
from checker.lab.current import local
from checker.lab.errors import WrongUse
from checker.lab.swap import Swaps, original


def install(swaps: Swaps, arrivals: Arrivals) -> None:
    """Refuse them for as long as the run lasts."""
    # Whatever policy makes the loop: to ask for the policy is deprecated since Python 3.14.
    swaps.function(asyncio.new_event_loop, _new_event_loop)
    for name in ("start_new_thread", "start_new"):
        builtin: Any = getattr(_thread, name)
        swaps.builtin(builtin, _in_strands(original(builtin), _refuse_thread))
    popen = subprocess.Popen.__init__
    swaps.attribute(subprocess.Popen, "__init__", _in_program(popen, _refuse_program))
    for name in ("signal", "alarm", "setitimer"):
        if hasattr(signal, name):
            swaps.attribute(signal, name, _in_strands(getattr(signal, name), _refuse_signal))
    if sys.version_info >= (3, 14):
        arrivals.when_imported("concurrent.interpreters", lambda: _refuse_interpreters_in(swaps))


def _refuse_interpreters_in(swaps: Swaps) -> None:
    # Each interpreter has modules of its own, and with them a `time.sleep` that is not replaced.
    # One that was made before the run is refused when it is asked to do something.
    for name in ("create", "call", "exec", "run_func", "run_string"):
        builtin: Any = getattr(sys.modules["_interpreters"], name)
        swaps.builtin(builtin, _in_strands(original(builtin), refuse_interpreters))


def _new_event_loop(real: Callable[[], Any]) -> Any:
    return real() if local.strand is None else _refuse_loop()


def _in_strands(real: Callable[..., Any], refuse: Callable[[], NoReturn]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        # The lab starts a thread of its own to stop a program that does not hear.
        if local.strand is None or where.is_lab(sys._getframe(1).f_code.co_filename):
            return real(*args, **kwargs)
        return refuse()

    return call


def _in_program(real: Callable[..., Any], refuse: Callable[[], NoReturn]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        frame = sys._getframe(1)
        while frame.f_back is not None and frame.f_code.co_filename == subprocess.__file__:
            frame = frame.f_back
        if local.strand is None or not where.label(frame.f_code.co_filename):
            return real(*args, **kwargs)
        return refuse()

    return call


def _refuse_loop() -> NoReturn:
    raise WrongUse(
        "the program starts an event loop of its own (asyncio.run, anyio.run, a blocking portal, "
        "Starlette's TestClient), and the lab has one already; await the function in place of "
        "running it, or from a thread use asyncio.run_coroutine_threadsafe(function(), loop)"
    )


def _refuse_thread() -> NoReturn:
    raise WrongUse(
        "_thread.start_new_thread starts a thread that the virtual clock does not reach; use "
        "threading.Thread"
    )


def is_of_interpreters(executor: object) -> bool:
    """Whether the threads of an executor run its jobs in interpreters of their own."""
    if sys.version_info >= (3, 14):
        pools = sys.modules.get("concurrent.futures.interpreter")
        return pools is not None and isinstance(executor, pools.InterpreterPoolExecutor)
    return False


def refuse_interpreters() -> NoReturn:
    """Refused, with what to use in place of them."""
    raise WrongUse(
        "the program uses another interpreter (concurrent.interpreters, InterpreterPoolExecutor), "
        "which has a clock of its own that the lab does not reach; use a ProcessPoolExecutor, "
        "which the lab models: its workers have a GIL each, too, and arguments are copied. Or run "
        "the program with lab.real.run"
    )


def _refuse_program() -> NoReturn:
    raise WrongUse(
        "the program starts another program, whose time cannot be made virtual; stand in for what "
        "it does (lab.cpu(seconds) for computing, asyncio.sleep for waiting), or run this with "
        "lab.real.run"
    )


def _refuse_signal() -> NoReturn:
    raise WrongUse(
        "no signal reaches a program in the lab; to end it use a time-out or an event, and to stop "
        "the run press Ctrl-C"
    )
