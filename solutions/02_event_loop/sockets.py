"""Sockets

A program that yields a socket waits until there is something to read. Who knows that is the
operating system, and the loop asks it through `selector`, a real `selectors` object:

    selector.register(sock, selectors.EVENT_READ, data)   watches a socket
    selector.unregister(sock)                             ends that
    selector.select(timeout)    waits, and returns [(key, events), …] of those that can be read;
                                key.fileobj is the socket, key.data is what you gave
    timeout: in seconds; None is for ever, 0 only looks

Now there is one place where the loop sleeps: in `select`, for sockets and timers at once. Write
`wait`, and the line in `step` that makes a program wait for a socket:

- Who waits is woken once for each time that it yields the socket.
- While nobody is ready, one `select` waits until a socket can be read or the first timer is due.
- While somebody is ready, `wait` only looks, on each turn: talkers must not starve sockets.
"""

import heapq
import socket
from collections import deque
from itertools import count
from selectors import EVENT_READ


class Future:
    """A value that comes later."""

    def __init__(self, loop):
        self.loop, self.waiters, self.values = loop, [], []

    def set_result(self, value):
        """Here is the value: wake all who wait for it."""
        if self.values:
            raise RuntimeError("this future has its value already")
        self.values.append(value)
        for program in self.waiters:
            self.loop.call_soon(self.loop.step, program, value)


class Loop:
    """Runs programs. In its line stand calls: a function and its arguments."""

    def __init__(self, clock, selector):
        self.clock, self.selector = clock, selector
        self.ready, self.timers, self.sequence = deque(), [], count()
        self.alive, self.results = set(), {}

    def call_soon(self, function, *args):
        """Put a call at the end of the line."""
        self.ready.append((function, args))

    def call_at(self, when, function, *args):
        """Put a call into the line when its time has come."""
        heapq.heappush(self.timers, (when, next(self.sequence), function, args))

    def run(self, programs):
        """Run generators until all have ended; return their results in the order given."""
        for program in programs:
            self.start(program)
        while self.alive:
            self.turn()
        return [self.results.get(program) for program in programs]

    def start(self, program):
        """Take a program in; its first turn comes when those before it have had theirs."""
        self.alive.add(program)
        self.call_soon(self.step, program, None)

    def wait(self):
        """Wait for a socket or the first timer; put into the line whoever can go on."""
        timeout = None
        if self.ready:
            timeout = 0
        elif self.timers:
            timeout = max(0, self.timers[0][0] - self.clock.now())
        for key, _ in self.selector.select(timeout):
            self.selector.unregister(key.fileobj)
            self.call_soon(self.step, key.data, None)
        while self.timers and self.timers[0][0] <= self.clock.now():
            _, _, function, args = heapq.heappop(self.timers)
            self.call_soon(function, *args)

    def turn(self):
        """Let those run who are in the line now, after a wait if there is nobody."""
        if not (self.ready or self.timers or self.selector.get_map()):
            raise RuntimeError("stuck: programs wait, and nothing is left that could wake one")
        self.wait()
        for _ in range(len(self.ready)):
            function, args = self.ready.popleft()
            function(*args)

    def step(self, program, value):
        """Give a program its turn; `value` is what its `yield` gives."""
        try:
            request = program.send(value)
        except StopIteration as end:
            self.alive.discard(program)
            self.results[program] = end.value
            return
        if isinstance(request, socket.socket):
            self.selector.register(request, EVENT_READ, program)
        elif isinstance(request, Future):
            if request.values:
                self.call_soon(self.step, program, request.values[0])
            else:
                request.waiters.append(program)
        elif isinstance(request, int | float):
            self.call_at(self.clock.now() + request, self.step, program, None)
        else:
            if request is not None:
                self.start(request)
            self.call_soon(self.step, program, None)

    def cancel(self, program):
        """End a program where it waits; it is never woken, and its result is None."""
        program.close()
        self.alive.discard(program)
