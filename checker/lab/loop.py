"""The event loop on the virtual clock.

It is asyncio's own selector loop, with two things of its own. Timers wait in a heap of
(deadline, sequence), so equal deadlines wake in the order in which they were set; asyncio's heap
looks at deadlines alone. And where asyncio's waits in `select`, this one lets the clock choose
who is next: a thread, or itself at its first timer.

Invariant: callbacks run in turns as asyncio runs them: those that were ready when the turn
began, in order, and none that they made ready.
Refuses: networks, servers, other programs and signals. There are none in the lab.
"""

from __future__ import annotations

import asyncio
import heapq
import sys
from collections.abc import Callable
from contextvars import Context
from typing import Any, TypeVarTuple

from checker.lab import where
from checker.lab.blocking import refuse
from checker.lab.clock import NEVER, NS, Clock, to_ns
from checker.lab.errors import NoNetwork, Stop, WrongUse
from checker.lab.files import NoFiles
from checker.lab.names import Names
from checker.lab.order import WeakInOrder
from checker.lab.tasks import Numbered

_Ts = TypeVarTuple("_Ts")

# A heap is rebuilt without its cancelled timers once they are this many and most of it.
_STALE_TIMERS = 100
_ANYIO_RETRY = "CancelScope._deliver_cancellation"
# So many turns of nothing but re-delivered cancellations are a spin. A program that closes
# things one by one while it is cancelled does make progress, so it is given more of them.
_SPINS = 3
_SPINS_IN_PROGRAM = 1_000


class LabLoop(Numbered, asyncio.SelectorEventLoop):
    """asyncio's loop, on the lab's clock."""

    # Attributes of asyncio's loop that are used here, and that its type stubs leave out.
    _ready: Any
    _stopping: bool
    _closed: bool
    _check_closed: Callable[[], None]
    _process_events: Callable[[Any], None]

    def __init__(self, clock: Clock, names: Names, turns_limit: int) -> None:
        self.clock = clock
        self._timers: list[tuple[int, int, Any]] = []  # deadline, sequence, TimerHandle
        self._cancelled_timers = 0
        self.turns_limit = turns_limit
        self.last_turn = sys.maxsize  # after so many in all it must have come to an end
        self._moment = -1  # the time at which the turns below were counted
        self._turns_here = 0
        self._spins_here = 0
        self.turns = 0
        self.when_spinning: Callable[[], None] = lambda: None
        self.when_endless: Callable[[], None] = lambda: None
        self.when_unsafe: Callable[[Any], None] = lambda callback: None
        self.when_cleanup_spins: Callable[[], None] = lambda: None
        self.on_exception_context: Callable[[dict[str, Any]], None] = lambda context: None
        self.number_with(names)
        super().__init__(NoFiles(self._watch_files))
        self._asyncgens = WeakInOrder()

    # Time.

    def time(self) -> float:
        """Seconds on the virtual clock."""
        return self.clock.seconds()

    def call_later(
        self,
        delay: float,
        callback: Callable[[*_Ts], object],
        *args: *_Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """As asyncio's."""
        if delay is None:
            raise TypeError("delay must not be None")
        return self._call_at(self.clock.after(delay), callback, args, context)

    def call_at(
        self,
        when: float,
        callback: Callable[[*_Ts], object],
        *args: *_Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """As asyncio's."""
        if when is None:
            raise TypeError("when cannot be None")
        deadline = to_ns(when)
        if deadline <= self.clock.now:
            self.clock.creep(when)
        return self._call_at(deadline, callback, args, context)

    def _call_at(
        self, when: int, callback: Any, args: Any, context: Context | None
    ) -> asyncio.TimerHandle:
        if self._closed:
            self._check_closed()
        timer: Any = self.Timer(when / NS, callback, args, self, context)
        timer._scheduled = True
        heapq.heappush(self._timers, (min(when, NEVER), self.clock.next_seq(), timer))
        return timer  # type: ignore[no-any-return]

    def _timer_handle_cancelled(self, handle: Any) -> None:
        if handle._scheduled:
            self._cancelled_timers += 1

    # Callbacks.

    def call_soon(
        self, callback: Callable[[*_Ts], object], *args: *_Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """As asyncio's. From another thread it does not wake the loop, and is reported."""
        if self._closed:
            self._check_closed()
        handle = self.Handle(callback, args, self, context)
        self._ready.append(handle)
        if self.clock.holder is not self.clock.loop:
            self.when_unsafe(callback)
        return handle

    def call_soon_threadsafe(
        self, callback: Callable[[*_Ts], object], *args: *_Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """As asyncio's."""
        if self._closed:
            self._check_closed()
        handle = self.Handle(callback, args, self, context)
        self._ready.append(handle)
        self.clock.wake_loop()
        return handle

    # Turns.

    def _run_once(self) -> None:
        clock, ready, timers = self.clock, self._ready, self._timers
        if clock.over:
            raise Stop
        if self._cancelled_timers > _STALE_TIMERS and self._cancelled_timers * 2 > len(timers):
            self._drop_cancelled_timers()
        while timers and timers[0][2]._cancelled:
            heapq.heappop(timers)[2]._scheduled = False
            self._cancelled_timers -= 1
        files: Any = self._selector  # type: ignore[attr-defined]
        if files.get_map():
            self._process_events(files.select(0))
        if not (ready or self._stopping) or (clock.now == self._moment and self._retries_only()):
            self._idle()
            if files.get_map():
                self._process_events(files.select(0))
        elif clock.waits:
            clock.yield_to_due()
        now = clock.now
        while timers and timers[0][0] <= now:
            timer = heapq.heappop(timers)[2]
            timer._scheduled = False
            if timer._cancelled:
                self._cancelled_timers -= 1
            else:
                ready.append(timer)
        self._count_turn(now)
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle._cancelled:
                handle._run()
        # A cycle would form through a callback's exception otherwise.
        handle = None

    def _idle(self) -> None:
        if self._timers:
            deadline, seq, _ = self._timers[0]
            self.clock.idle(deadline, seq)
        else:
            self.clock.idle(NEVER, 0)

    def _count_turn(self, now: int) -> None:
        self.turns += 1
        if now != self._moment:
            self._moment, self._turns_here, self._spins_here = now, 0, 0
        self._turns_here += 1
        if self._turns_here > self.turns_limit:
            self.when_spinning()
        if self.turns > self.last_turn:
            self.when_endless()

    def _retries_only(self) -> bool:
        """Whether nothing happens but that anyio delivers a cancellation again.

        It does so on every turn while a task that it cancelled cleans up. For real the time goes
        on meanwhile, and one core is busy. Here the time would stand still.
        """
        retries, limit = False, _SPINS
        for handle in self._ready:
            if getattr(handle._callback, "__qualname__", "") == _ANYIO_RETRY:
                retries = True
                continue
            waited_for = handle._args[0] if handle._args else None
            if not (isinstance(waited_for, asyncio.Future) and waited_for.cancelled()):
                self._spins_here = 0
                return False
            if not _awaits_children(handle):
                limit = _SPINS_IN_PROGRAM
        self._spins_here += 1
        if not retries or self._spins_here < limit:
            return False
        self._spins_here = 0
        self.when_cleanup_spins()
        return True

    def _drop_cancelled_timers(self) -> None:
        kept = []
        for entry in self._timers:
            if entry[2]._cancelled:
                entry[2]._scheduled = False
            else:
                kept.append(entry)
        # In place: a turn that is under way holds on to the list.
        self._timers[:] = kept
        heapq.heapify(self._timers)
        self._cancelled_timers = 0

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        """What nobody handles is a leak, and listed as one."""
        self.on_exception_context(context)

    def close(self) -> None:
        """As asyncio's."""
        super().close()
        self._timers.clear()

    def _watch_files(self) -> None:
        """A file was registered: a thread that writes to it wakes the loop from now on."""
        files: Any = self._selector  # type: ignore[attr-defined]
        self.clock.loop_could_read = lambda: bool(files.select(0))

    # What is not in the lab.

    def _make_self_pipe(self) -> None:
        """The clock wakes the loop; nothing is written to a pipe."""

    def _close_self_pipe(self) -> None:
        """See above."""

    def _write_to_self(self) -> None:
        self.clock.wake_loop()

    async def create_connection(self, *args: Any, **kwargs: Any) -> Any:
        """As asyncio's, for a socket that exists already; there is no network to connect to."""
        if kwargs.get("sock") is None:
            refuse(args[1:3])
        return await super().create_connection(*args, **kwargs)

    async def create_server(self, *args: Any, **kwargs: Any) -> Any:
        """Refused."""
        raise NoNetwork(
            "there is no network in the lab to listen on; to drive an app use lab.serve(app)"
        )

    create_unix_server = create_server

    async def getaddrinfo(self, host: Any, port: Any, **kwargs: Any) -> Any:
        """Refused."""
        refuse((host, port))

    async def sock_connect(self, sock: Any, address: Any) -> None:
        """Refused."""
        refuse(address)

    async def subprocess_exec(self, *args: Any, **kwargs: Any) -> Any:
        """Refused."""
        raise WrongUse("the lab starts no other programs: their time cannot be made virtual")

    subprocess_shell = subprocess_exec

    def add_signal_handler(self, sig: int, callback: Callable[[*_Ts], object], *args: *_Ts) -> None:
        """Refused."""
        raise WrongUse(
            "no signal reaches a program in the lab; to end a run use a time-out or an event, "
            "to stop it press Ctrl-C"
        )


def _awaits_children(handle: Any) -> bool:
    """Whether a callback wakes a task at the end of an asyncio.TaskGroup, waiting for children."""
    task = getattr(handle._callback, "__self__", None)
    code = where.innermost(task) if isinstance(task, asyncio.Task) else None
    return code is not None and code.co_filename == asyncio.taskgroups.__file__
