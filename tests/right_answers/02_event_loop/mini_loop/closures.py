import heapq
from collections import deque


class Future:
    """Waiters are functions; a task is a future that a closure fills."""

    def __init__(self, loop):
        self._loop, self._waiters, self._box = loop, [], []

    def done(self):
        return len(self._box) == 1

    def result(self):
        return self._box[0]

    def set_result(self, value):
        if self._box:
            raise RuntimeError("set twice")
        self._box.append(value)
        while self._waiters:
            self._loop.call_soon(self._waiters.pop(0))

    def __await__(self):
        while not self._box:
            yield self._waiters.append
        return self._box[0]


class Pause:
    def __await__(self):
        yield None


class Loop:
    def __init__(self, clock, selector):
        self._clock, self._selector = clock, selector
        self._line, self._timers, self._count = deque(), [], 0

    def call_soon(self, function):
        self._line.append(function)

    def create_task(self, coroutine):
        task = Future(self)

        def step():
            try:
                park = coroutine.send(None)
            except StopIteration as end:
                task.set_result(end.value)
            else:
                (park or self.call_soon)(step)

        self.call_soon(step)
        return task

    async def sleep(self, seconds):
        if seconds <= 0:
            await Pause()
            return
        future = Future(self)
        self._count += 1
        heapq.heappush(self._timers, (self._clock.now() + seconds, self._count, future))
        await future

    async def read(self, sock):
        future = Future(self)
        self._selector.register(sock, 1, future)
        await future
        return sock.recv(100)

    def run(self, coroutine):
        main = self.create_task(coroutine)
        while not main.done():
            timeout = None if not self._timers else self._timers[0][0] - self._clock.now()
            for key, _ in self._selector.select(0 if self._line else timeout):
                self._selector.unregister(key.fileobj)
                key.data.set_result(None)
            while self._timers and self._timers[0][0] <= self._clock.now():
                heapq.heappop(self._timers)[2].set_result(None)
            for function in [self._line.popleft() for _ in range(len(self._line))]:
                function()
        return main.result()
