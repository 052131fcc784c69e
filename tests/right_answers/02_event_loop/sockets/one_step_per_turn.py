import heapq
import selectors
import socket
from collections import deque


class Future:
    def __init__(self, loop):
        self.loop, self.waiting, self.result = loop, deque(), None

    def set_result(self, value):
        if self.result is not None:
            raise RuntimeError("a future has one result")
        self.result = (value,)
        while self.waiting:
            self.loop.ready.append((self.waiting.popleft(), value))


class Loop:
    """Keeps (program, value) in its line, and lets one go on at a time."""

    def __init__(self, clock, selector):
        self.clock, self.selector = clock, selector
        self.ready, self.sleeping, self.begun = deque(), [], 0
        self.results, self.open = {}, 0

    def run(self, programs):
        programs = list(programs)
        for program in programs:
            self.add(program)
        while self.open:
            self.look()
            self.go_on(*self.ready.popleft())
        return [self.results[program] for program in programs]

    def add(self, program):
        self.open += 1
        self.ready.append((program, None))

    def look(self):
        while True:
            if self.ready:
                timeout = 0
            else:
                now = self.clock.now()
                timeout = max(0, self.sleeping[0][0] - now) if self.sleeping else None
            for key, _ in self.selector.select(timeout):
                self.selector.unregister(key.fileobj)
                self.ready.append((key.data, None))
            while self.sleeping and self.sleeping[0][0] <= self.clock.now():
                self.ready.append((heapq.heappop(self.sleeping)[2], None))
            if self.ready:
                return

    def end(self, program, result):
        if program not in self.results:
            self.results[program] = result
            self.open -= 1

    def go_on(self, program, value):
        try:
            request = program.send(value)
        except StopIteration as end:
            self.end(program, end.value)
            return
        match request:
            case None:
                self.ready.append((program, None))
            case socket.socket():
                self.selector.register(request, selectors.EVENT_READ, program)
            case Future(result=None):
                request.waiting.append(program)
            case Future(result=(result,)):
                self.ready.append((program, result))
            case int() | float():
                self.begun += 1
                deadline = self.clock.now() + request
                heapq.heappush(self.sleeping, (deadline, self.begun, program))
            case another:
                self.add(another)
                self.ready.append((program, None))

    def cancel(self, program):
        program.close()
        self.end(program, None)
