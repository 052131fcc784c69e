"""The interpreter's own functions, for the lab's use while a run has replaced them.

Everything in the lab that must sleep, lock or tell the time for real takes it from here.
"""

from __future__ import annotations

import _thread
import time
from _queue import SimpleQueue
from collections.abc import Callable
from typing import Any

from checker.lab.swap import original, verify

verify()

sleep: Callable[[float], None] = original(time.sleep)
monotonic: Callable[[], float] = original(time.monotonic)
monotonic_ns: Callable[[], int] = original(time.monotonic_ns)
perf_counter_ns: Callable[[], int] = original(time.perf_counter_ns)
thread_time_ns: Callable[[], int] = original(time.thread_time_ns)

# The methods of the lock types, unbound: swapping the type's entry leaves these as they are.
_lock = _thread.LockType.__dict__
acquire: Callable[..., bool] = _lock["acquire"]
release: Callable[[Any], None] = _lock["release"]
new_lock = _thread.allocate_lock

_rlock = _thread.RLock.__dict__
rlock_acquire: Callable[..., bool] = _rlock["acquire"]
rlock_release: Callable[[Any], None] = _rlock["release"]
rlock_owned: Callable[[Any], bool] = _rlock["_is_owned"]
rlock_release_save: Callable[[Any], Any] = _rlock["_release_save"]
rlock_acquire_restore: Callable[[Any, Any], None] = _rlock["_acquire_restore"]

_simple = SimpleQueue.__dict__
simple_get: Callable[..., Any] = _simple["get"]
simple_put: Callable[..., None] = _simple["put"]
