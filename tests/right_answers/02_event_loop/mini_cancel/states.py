import heapq
import types
from asyncio import CancelledError
from collections import deque

PENDING, VALUE, ERROR = "pending", "value", "error"


class Future:
    def __init__(self, loop):
        self._loop, self._state, self._what, self._waiters = loop, PENDING, None, []

    def done(self):
        return self._state != PENDING

    def result(self):
        if self._state == ERROR:
            raise self._what
        return self._what

    def _end(self, state, what):
        if self._state != PENDING:
            raise RuntimeError("it has ended")
        self._state, self._what = state, what
        for waiter in self._waiters:
            self._loop.later(waiter)

    def set_result(self, value):
        self._end(VALUE, value)

    def set_exception(self, error):
        self._end(ERROR, error)

    def cancel(self):
        if self._state == PENDING:
            self._end(ERROR, CancelledError())
            return True
        return False

    def __await__(self):
        if self._state == PENDING:
            yield self
        return self.result()


class Task(Future):
    def __init__(self, coroutine, loop):
        super().__init__(loop)
        self._coroutine, self._on, self._asked = coroutine, None, False
        loop.later(self._go_on)

    def cancel(self):
        if self.done():
            return False
        self._asked = True
        self._pass_on()
        return True

    def _pass_on(self):
        """Hand the request to what the task waits for, if that can still be cancelled."""
        if self._asked and self._on is not None and self._on.cancel():
            self._asked = False

    def _go_on(self):
        asked, self._asked, self._on = self._asked, False, None
        send, what = self._coroutine.send, None
        if asked:
            send, what = self._coroutine.throw, CancelledError()
        try:
            waits_for = send(what)
        except StopIteration as end:
            self._end(VALUE, end.value)
        except BaseException as error:
            self._end(ERROR, error)
        else:
            if waits_for is None:
                self._loop.later(self._go_on)
            else:
                self._on = waits_for
                waits_for._waiters.append(self._go_on)
                self._pass_on()


@types.coroutine
def pause():
    yield


class Loop:
    def __init__(self, clock, selector):
        self.clock, self.selector = clock, selector
        self.line, self.timers, self.number = deque(), [], 0

    def later(self, function):
        self.line.append(function)

    def create_task(self, coroutine):
        return Task(coroutine, self)

    async def sleep(self, seconds):
        if seconds <= 0:
            await pause()
            return
        self.number += 1
        future = Future(self)
        entry = (self.clock.now() + seconds, self.number, future)
        heapq.heappush(self.timers, entry)
        try:
            await future
        finally:
            if entry in self.timers:
                self.timers.remove(entry)
                heapq.heapify(self.timers)

    async def read(self, sock):
        future = Future(self)
        self.selector.register(sock, 1, future)
        await future
        return sock.recv(100)

    def run(self, coroutine):
        main = self.create_task(coroutine)
        while not main.done():
            timeout = None if not self.timers else self.timers[0][0] - self.clock.now()
            for key, _ in self.selector.select(0 if self.line else timeout):
                self.selector.unregister(key.fileobj)
                key.data.set_result(None)
            while self.timers and self.timers[0][0] <= self.clock.now():
                future = heapq.heappop(self.timers)[2]
                if not future.done():
                    future.set_result(None)
            for _ in range(len(self.line)):
                self.line.popleft()()
        return main.result()
