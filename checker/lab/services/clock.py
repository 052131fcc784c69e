"""What time it is and how long things take, in whole nanoseconds.

Services live on the clock of whoever calls them: the running loop's on a loop, time.monotonic in a
thread. The lab makes the two one clock. Whole numbers keep sums of latencies exact.
"""

from __future__ import annotations

import asyncio
import math
import time

NS = 1_000_000_000


def now_ns() -> int:
    """The time on the clock of the calling task or thread."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return round(time.monotonic() * NS)
    return round(loop.time() * NS)


def to_ns(seconds: object, what: str) -> int | None:
    """Seconds as whole nanoseconds; None for math.inf, which means never.

    Anything that is no length of time is refused, in words that begin with `what`.
    """
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise TypeError(
            f"{what} is {seconds!r}, which is a {type(seconds).__name__}; "
            "give a number of seconds, such as 0.1"
        )
    if math.isnan(seconds) or seconds < 0:
        raise ValueError(f"{what} is {seconds}; a length of time is 0 or more seconds")
    return None if math.isinf(seconds) else round(seconds * NS)


def finite_ns(seconds: object, what: str) -> int:
    """Like `to_ns`, where waiting for ever makes no sense."""
    span_ns = to_ns(seconds, what)
    if span_ns is None:
        raise ValueError(f"{what} is infinite; give a number of seconds")
    return span_ns
