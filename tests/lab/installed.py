"""What a run replaces in the process, to be compared before and after.

The list is not written down here: one run is watched, and whatever it replaced is on the list. So
a replacement that is added to the lab later is compared as well.
"""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import httpx  # A run replaces something in it, once it is imported.

from checker import lab
from checker.lab.current import local
from checker.lab.swap import Swaps

__all__ = ["snapshot"]


def _watched() -> tuple[list[Any], list[tuple[Any, str]]]:
    """The builtin functions, and the (owner, name) of all else, that a run replaces."""
    builtins: list[Any] = []
    names: list[tuple[Any, str]] = []

    def watching(real: Callable[..., None], seen: Callable[..., None]) -> Callable[..., None]:
        def replace(swaps: Swaps, *args: Any) -> None:
            seen(*args)
            real(swaps, *args)

        return replace

    async def nothing() -> None:
        """Watched."""

    add_name = lambda owner, name, _: names.append((owner, name))  # noqa: E731
    with (
        patch.object(Swaps, "builtin", watching(Swaps.builtin, lambda f, _: builtins.append(f))),
        patch.object(Swaps, "method", watching(Swaps.method, add_name)),
        patch.object(Swaps, "attribute", watching(Swaps.attribute, add_name)),
    ):
        lab.run(nothing)
    return builtins, names


assert httpx.__name__
_builtins, _names = _watched()


def snapshot() -> dict[str, object]:
    """All that a run might leave behind, by name."""
    state: dict[str, object] = {
        f"builtin {f.__name__} of {getattr(f.__self__, '__name__', f.__self__)}": f.__self__
        for f in _builtins
    }
    for owner, name in _names:
        key = f"{getattr(owner, '__module__', '')}.{getattr(owner, '__qualname__', owner)}.{name}"
        state[key] = owner.__dict__.get(name)
    state.update(
        threads=[thread for thread in threading.enumerate() if thread.is_alive()],
        strand=local.strand,
        machine=local.machine,
        running_loop=asyncio._get_running_loop(),
        generator_hooks=sys.get_asyncgen_hooks(),
        origins=sys.get_coroutine_origin_tracking_depth(),
        # The collector of 3.12 sets a few hundred objects aside of its own accord.
        collector=(gc.isenabled(), gc.get_freeze_count() > 1000),
        handlers=[signal.getsignal(number) for number in (signal.SIGINT, signal.SIGALRM)],
        interval_s=signal.getitimer(signal.ITIMER_REAL)[1],
        tracer=sys.gettrace(),
        tools=_tools(),
        unraisable=sys.unraisablehook,
    )
    return state


def _tools() -> list[str | None]:
    if sys.version_info >= (3, 12):
        return [sys.monitoring.get_tool(number) for number in range(6)]
    return []
