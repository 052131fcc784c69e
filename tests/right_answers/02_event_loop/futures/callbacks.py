import heapq
from collections import deque
from itertools import count


class Future:
    """Keeps functions that are called with the value, as asyncio's future does."""

    EMPTY = object()

    def __init__(self, loop):
        self._loop, self._value, self._callbacks = loop, self.EMPTY, []

    def done(self):
        return self._value is not self.EMPTY

    def set_result(self, value):
        if self.done():
            raise RuntimeError("set twice")
        self._value = value
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            self._loop.call_soon(callback, value)

    def when_done(self, callback):
        if self.done():
            self._loop.call_soon(callback, self._value)
        else:
            self._callbacks.append(callback)


class Program:
    def __init__(self, generator, loop):
        self.generator, self.loop, self.ended, self.result = generator, loop, False, None
        loop.call_soon(self.go_on, None)

    def go_on(self, value):
        if self.ended:
            return
        try:
            request = self.generator.send(value)
        except StopIteration as end:
            self.end(end.value)
            return
        if isinstance(request, Future):
            request.when_done(self.go_on)
        elif isinstance(request, (int, float)):
            self.loop.call_at(self.loop.clock.now() + request, self.go_on, None)
        else:
            if request is not None:
                self.loop.take_in(request)
            self.loop.call_soon(self.go_on, None)

    def end(self, result=None):
        self.ended, self.result = True, result
        del self.loop.programs[self.generator]


class Loop:
    def __init__(self, clock):
        self.clock, self.line, self.timers, self.numbers = clock, deque(), [], count()
        self.programs = {}

    def call_soon(self, callback, *args):
        self.line.append(lambda: callback(*args))

    def call_at(self, when, callback, *args):
        heapq.heappush(self.timers, (when, next(self.numbers), lambda: callback(*args)))

    def take_in(self, generator):
        self.programs[generator] = program = Program(generator, self)
        return program

    def cancel(self, generator):
        generator.close()
        if generator in self.programs:
            self.programs[generator].end()

    def run(self, generators):
        given = [self.take_in(generator) for generator in generators]
        while self.programs:
            if not self.line:
                self.clock.sleep_until(self.timers[0][0])
            while self.timers and self.timers[0][0] <= self.clock.now():
                self.line.append(heapq.heappop(self.timers)[2])
            self.line.popleft()()
        return [program.result for program in given]
