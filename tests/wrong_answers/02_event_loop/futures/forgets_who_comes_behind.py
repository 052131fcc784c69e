# fails: cancelled_waiters | says: stuck: programs wait

import heapq
from collections import deque
from itertools import count


class Future:
    """A value that comes later."""

    def __init__(self, loop):
        self.loop, self.waiters, self.values = loop, [], []

    def done(self):
        """Whether the value is there."""
        return bool(self.values)

    def set_result(self, value):
        """Here is the value: wake all who wait for it."""
        if self.values:
            raise RuntimeError("this future has its value already")
        self.values.append(value)
        for program in self.waiters:
            if program not in self.loop.alive:
                break
            self.loop.call_soon(self.loop.step, program, value)


class Loop:
    """Runs programs. In its line stand calls: a function and its arguments."""

    def __init__(self, clock):
        self.clock, self.alive, self.results = clock, set(), {}
        self.ready, self.timers, self.sequence = deque(), [], count()

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

    def turn(self):
        """Let those run who are in the line now, after a sleep if there is nobody."""
        if not self.ready:
            if not self.timers:
                raise RuntimeError("stuck: programs wait, and nothing is left that could wake one")
            self.clock.sleep_until(self.timers[0][0])
        while self.timers and self.timers[0][0] <= self.clock.now():
            _, _, function, args = heapq.heappop(self.timers)
            self.call_soon(function, *args)
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
        if isinstance(request, Future):
            if request.done():
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
