"""One virtual clock and one baton, for the loop and for every thread of a program.

A strand is the loop or a thread. Real threads run the program, but only the strand that holds
the baton runs; it passes the baton on when it sleeps, waits or ends, and nothing else moves it.
So there is no race: which strand is next depends on the program alone.

Every reason to run is an entry (time, sequence) in one heap: a sleep or a time-out at its
deadline, a wake-up at the time it was given. The earliest entry is next; equal times go in the
order in which they were set. Taking an entry moves the clock to its time. This is all there is
to "idle jumps to the next timer", to sleeping threads, and to time-outs.

Invariant: only the holder of the baton touches the clock. Times are integers of nanoseconds.
Refuses to go on when nothing is left that could run: that is `stuck`, and the loop hears of it.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from checker.lab import where
from checker.lab.current import local
from checker.lab.errors import Stop
from checker.lab.originals import acquire, new_lock, release
from checker.trace import Ran, Recorder

if TYPE_CHECKING:
    from checker.lab.partner import Partner

NS = 1_000_000_000
NEVER = 1 << 62
# So often may threads take turns at one moment before it is a Livelock.
PASSES_LIMIT = 200_000


def to_ns(seconds: float) -> int:
    """Seconds as the clock counts them. Infinity is a time that never comes."""
    return NEVER if seconds == float("inf") else round(seconds * NS)


class Strand:
    """The loop or a thread: something that can hold the baton."""

    __slots__ = (
        "baton", "began", "doom", "ended", "lane", "name", "on", "process", "seq", "since",
        "thread", "woken",
    )  # fmt: skip

    def __init__(self, name: str, lane: int, process: int = 0) -> None:
        self.name, self.lane = name, lane
        self.process = process  # whose GIL it needs: 0 is the program's own process
        self.thread: Any = None  # the threading.Thread, for all but the loop
        self.baton = new_lock()
        acquire(self.baton)
        self.seq = -1  # of its one valid entry in the heap; entries with another are stale
        self.woken = self.ended = False
        self.on = ""  # what it waits for, or waited for last
        self.doom: BaseException | None = None  # raised in it as soon as it runs again
        self.began = self.since = 0


class Clock:
    """Virtual time, and who runs."""

    def __init__(self, loop: Strand, recorder: Recorder | None) -> None:
        self.now = 0
        self.loop = self.holder = loop
        self.recorder = recorder
        self.passes = 0  # how often it was decided who is next: whether anything moves at all
        self.over = False  # every wait raises Stop from now on
        self.next_seq = itertools.count().__next__
        self._heap: list[tuple[int, int, Strand]] = []
        self._loop_due: tuple[int, int] | None = None  # the loop's first timer, while it idles
        self._gone: Strand | None = None  # ended, its thread not yet joined
        # It has the baton only to hear that nobody can run, or that threads spin.
        self._stuck = self._spinning = False
        self._crept = 0.0  # what `creep` added to the time, as programs read it
        self._passes_before = 0
        self.partner: Partner | None = None
        # What the loop's own thread does while it waits for a thread, and when all are stuck.
        self.wait_for_baton: Callable[[Strand], object] = lambda strand: acquire(strand.baton)
        self.when_stuck: Callable[[], None] = lambda: None
        self.when_spinning: Callable[[], None] = lambda: None
        self.when_blocked: Callable[[int, str], None] = lambda began, on: None
        self.join_for_real: Callable[[Any], None] = lambda thread: None
        self.loop_could_read: Callable[[], bool] = lambda: False

    @property
    def waits(self) -> bool:
        """Whether anyone but the loop may have to run now or later."""
        return bool(self._heap) or self.partner is not None

    @property
    def loop_is_idle(self) -> bool:
        """Whether the loop waits for its first timer, and could be woken."""
        return self._loop_due is not None

    def running(self) -> Strand:
        """The holder of the baton. Raises Stop when the run is over, since then nobody waits.

        A thread that an earlier run could not end holds the baton of that run, and not ours.
        """
        if self.over or local.strand is not self.holder:
            raise Stop
        return self.holder

    def seconds(self) -> float:
        """The time as programs read it."""
        return max(self.now / NS, self._crept)

    def creep(self, seconds: float) -> None:
        """Let programs read at least this time, which is less than a nanosecond from now.

        A deadline that was added up in floats may lie a hair behind the nanosecond to which it
        is rounded. Who waits until then, looks, and waits for the rest, as queues and anyio do,
        would do so for ever, since so short a wait takes no time here. So it takes a hair.
        """
        self._crept = max(self._crept, seconds)

    def after(self, seconds: float) -> int:
        """The deadline of a wait that begins now."""
        duration = to_ns(seconds)
        if not duration and seconds > 0:
            self.creep(self.seconds() + seconds)
        return self.now + duration

    # Waiting: called by the holder of the baton, for itself.

    def park(self, deadline: int | None, then: str, on: str) -> bool:
        """Wait until woken, or until the deadline. True if it was woken."""
        me = self.running()
        me.woken, me.on = False, on
        if deadline is None or deadline >= NEVER:
            me.seq = -1
        else:
            self._enter(me, deadline, self.next_seq())
        began = self.now
        if self.recorder and me is not self.loop:
            at = where.here(2)
            # A pool's thread that waits, and not for the program, waits for a job.
            self._ran(me, then if at or then not in ("waiting", "queued") else "idle", on, at)
        self._pass(me)
        me.began = me.since = self.now
        if me is self.loop and self.now > began:
            self.when_blocked(began, on)
        return me.woken

    def sleep(self, duration: int, then: str, on: str) -> None:
        """Wait for a time."""
        self.park(self.now + max(0, duration), then, on)

    def idle(self, deadline: int, seq: int) -> None:
        """The loop has nothing to run before its first timer (deadline, seq)."""
        if not self._heap and deadline < NEVER and self.partner is None:
            self.now = max(self.now, deadline)
            return
        self.loop.woken = False
        self._loop_due = (deadline, seq)
        try:
            self._pass(self.loop)
        finally:
            self._loop_due = None

    def yield_to_due(self) -> None:
        """The loop has callbacks to run: whoever else could run now goes first."""
        heap = self._heap
        if self.partner is not None:
            self.partner.goes_first(self.now, NEVER)
        while heap and heap[0][2].seq != heap[0][1]:
            heapq.heappop(heap)
        if heap and heap[0][0] <= self.now:
            self._enter(self.loop, self.now, self.next_seq())
            self._pass(self.loop)

    # Waking: called by the holder of the baton, for others.

    def wake(self, strand: Strand) -> None:
        """Let a parked strand run, behind all that can run already."""
        if not strand.woken:
            strand.woken = True
            self._enter(strand, self.now, self.next_seq())

    def wake_loop(self) -> None:
        """Callbacks came in for the loop. It hears of them only while it is idle."""
        if self._loop_due is not None:
            self.wake(self.loop)

    def start(self, strand: Strand) -> None:
        """Let a new strand run for the first time, once its thread asks for the baton."""
        strand.began = strand.since = self.now
        self.wake(strand)

    def end(self, strand: Strand, then: str, on: str = "", at: str = "") -> None:
        """The holder ends. Its thread is joined by whoever runs next."""
        strand.ended, strand.seq = True, -1
        self._ran(strand, then, on, at)
        self._gone = strand
        try:
            chosen = self._next()
        except Stop:
            chosen = None  # The run is over, and it is the loop that has to hear of it.
        self._hand_to(chosen)

    def reschedule(self, strand: Strand, deadline: int) -> None:
        """Let a parked strand wait until another deadline."""
        if not strand.woken:
            self._enter(strand, deadline, self.next_seq())

    def _enter(self, strand: Strand, when: int, seq: int) -> None:
        strand.seq = seq
        heapq.heappush(self._heap, (when, seq, strand))

    def count_from(self, seq: int) -> None:
        """What is set from now on comes after `seq`."""
        self.next_seq = itertools.count(seq).__next__

    def move(self, when: int) -> None:
        """It is this time now, if it is later than before."""
        if when > self.now:
            self.now = when
            self._passes_before = self.passes

    def _next(self) -> Strand | None:
        heap, due = self._heap, self._loop_due
        while True:
            if due is not None and self.loop_could_read():
                self.wake_loop()
            while heap and heap[0][2].seq != heap[0][1]:
                heapq.heappop(heap)
            in_heap = bool(heap) and (due is None or heap[0] < due)
            if in_heap:
                when, seq, chosen = heap[0]
            elif due is not None and due[0] < NEVER:
                (when, seq), chosen = due, self.loop
            else:
                when, seq, chosen = NEVER, 0, None
            if self.partner is None or not self.partner.goes_first(when, seq):
                break
        if chosen is None:
            return None
        if in_heap:
            heapq.heappop(heap)
        self.passes += 1
        if when > self.now:
            self.move(when)
        elif self.passes - self._passes_before > PASSES_LIMIT:
            self._spinning = True
            chosen = self.loop
        chosen.seq = -1
        return chosen

    def _pass(self, me: Strand) -> None:
        chosen = self._next()
        if chosen is not me:
            self._hand_to(chosen)
            self.take(me)
        elif self._spinning:
            self.when_spinning()

    def _hand_to(self, strand: Strand | None) -> None:
        if strand is None:
            # Nobody can run: the loop is told, wherever it waits.
            self._stuck = True
            strand = self.loop
        self.holder = strand
        try:
            release(strand.baton)
        except RuntimeError:
            # When a run is stopped, every baton is given out, whoever's turn it is.
            if not self.over:
                raise

    def take(self, me: Strand) -> None:
        """Wait for the baton; then settle what the strand before left to do."""
        if self.over:
            raise Stop
        if me is self.loop:
            self.wait_for_baton(me)
        else:
            acquire(me.baton)
        if self.over:
            raise Stop
        gone, self._gone = self._gone, None
        if gone is not None and gone.thread is not None:
            self.join_for_real(gone.thread)
        if self._stuck:
            self._stuck = False
            self.when_stuck()
        if self._spinning:
            self.when_spinning()
        if me.doom is not None:
            me.began = me.since = self.now
            raise me.doom

    def _ran(self, me: Strand, then: str, on: str, at: str) -> None:
        if self.recorder:
            lasted = self.now - me.began
            self.recorder.add(Ran(me.began, me.lane, me.since, lasted, then, on, at))
