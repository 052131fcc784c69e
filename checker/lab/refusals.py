"""What a program may not start in the lab, because nothing could make its time virtual.

Refuses: event loops beside the lab's own, and threads that do not come from `threading.Thread`.
Either would run on the real clock while the program stands still, and wait for ever.
"""

from __future__ import annotations

import _thread
import asyncio
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from checker.lab import where
from checker.lab.current import local
from checker.lab.errors import WrongUse
from checker.lab.swap import Swaps, original


def install(swaps: Swaps) -> None:
    """Refuse both for as long as the run lasts."""
    policy: Any = type(asyncio.get_event_loop_policy())
    swaps.attribute(policy, "new_event_loop", _in_strands(policy.new_event_loop, _refuse_loop))
    for name in ("start_new_thread", "start_new"):
        builtin: Any = getattr(_thread, name)
        swaps.builtin(builtin, _in_strands(original(builtin), _refuse_thread))


def _in_strands(real: Callable[..., Any], refuse: Callable[[], NoReturn]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        # The lab starts a thread of its own to stop a program that does not hear.
        if local.strand is None or where.is_lab(sys._getframe(1).f_code.co_filename):
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
