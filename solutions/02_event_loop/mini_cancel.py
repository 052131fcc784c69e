"""Mini cancel

The loop works as long as nothing goes wrong. Now a future ends in one of three ways: with a
value, with an error, or cancelled, which is an error too: `asyncio.CancelledError`. Write what is
missing:

- `Future.set_exception` and `Future.cancel`. Whoever awaits it gets the error raised. `cancel` says
  whether it came in time: False if the future was done, and then it changes nothing.
- `Task.step`: an error that leaves the coroutine ends the task with that error, and nobody else.
- `Task.cancel` only asks. If the task waits for something that is not done, that is cancelled in
  its place, and what comes up from there is all that the task gets. Otherwise a CancelledError is
  thrown in at its next step. A task that cancels itself waits for nothing yet: the request goes to
  what it waits for next. A task may clean up, go on, even ask again: it is done when its coroutine
  has ended.

asyncio does it so; the checks run programs on both, and the order must be the same.
"""

import heapq
from asyncio import CancelledError
from collections import deque
from itertools import count
from selectors import EVENT_READ


class Future:
    """A result that comes later."""

    def __init__(self, loop):
        self.loop, self.callbacks = loop, []
        self.is_done, self.value, self.error = False, None, None

    def done(self):
        """Whether it is there."""
        return self.is_done

    def result(self):
        """What came."""
        if not self.is_done:
            raise RuntimeError("this future is not done")
        if self.error is not None:
            raise self.error
        return self.value

    def set_result(self, value):
        """Here is the value."""
        self.finish(value, None)

    def set_exception(self, error):
        """It ends with an error: who awaits it gets that raised."""
        self.finish(None, error)

    def cancel(self):
        """End it with a CancelledError; False if it was done already."""
        if self.is_done:
            return False
        self.finish(None, CancelledError())
        return True

    def finish(self, value, error):
        """It is done: wake those who wait."""
        if self.is_done:
            raise RuntimeError("this future is done already")
        self.is_done, self.value, self.error = True, value, error
        for callback in self.callbacks:
            self.loop.call_soon(callback)

    def add_done_callback(self, callback):
        """Call it, in a later turn, when this is done."""
        if self.is_done:
            self.loop.call_soon(callback)
        else:
            self.callbacks.append(callback)

    def __await__(self):
        if not self.is_done:
            yield self
        return self.result()


class Task(Future):
    """A coroutine that runs beside others, and its result."""

    def __init__(self, coroutine, loop):
        super().__init__(loop)
        self.coroutine, self.awaited, self.must_cancel = coroutine, None, False
        loop.call_soon(self.step)

    def cancel(self):
        """Ask it to end; False if it has."""
        if self.is_done:
            return False
        if self.awaited is None or not self.awaited.cancel():
            self.must_cancel = True
        return True

    def step(self):
        """Run up to the next wait."""
        try:
            if self.must_cancel:
                self.must_cancel = False
                awaited = self.coroutine.throw(CancelledError())
            else:
                awaited = self.coroutine.send(None)
        except StopIteration as end:
            self.set_result(end.value)
        except (Exception, CancelledError) as error:
            self.set_exception(error)
        else:
            self.wait_for(awaited)

    def wait_for(self, awaited):
        """Go on when that is done, or in the next turn if it is None."""
        if awaited is None:
            self.loop.call_soon(self.step)
            return
        self.awaited = awaited
        awaited.add_done_callback(self.step)
        if self.must_cancel and awaited.cancel():
            self.must_cancel = False


class Turn:
    """`await Turn()` goes on in the next turn."""

    def __await__(self):
        yield


class Loop:
    """Runs tasks. In its line stand calls: a function and its arguments."""

    def __init__(self, clock, selector):
        self.clock, self.selector = clock, selector
        self.ready, self.timers, self.sequence = deque(), [], count()

    def call_soon(self, function, *args):
        """Put a call at the end of the line."""
        self.ready.append((function, args))

    def call_at(self, when, function, *args):
        """Put a call into the line when its time has come."""
        heapq.heappush(self.timers, (when, next(self.sequence), function, args))

    def create_task(self, coroutine):
        """Let a coroutine run beside the others."""
        return Task(coroutine, self)

    async def sleep(self, seconds):
        """Go on after so many seconds."""
        if seconds <= 0:
            return await Turn()
        future = Future(self)
        self.call_at(self.clock.now() + seconds, self.wake, future)
        return await future

    async def read(self, sock):
        """The bytes that come next on a socket."""
        future = Future(self)
        self.selector.register(sock, EVENT_READ, future)
        await future
        return sock.recv(4096)

    def wake(self, future):
        """End a wait, if it has not ended in another way."""
        if not future.done():
            future.set_result(None)

    def turn(self):
        """Let those run who are in the line now, after a wait if there is nobody."""
        timeout = 0 if self.ready else None
        if self.timers and not self.ready:
            timeout = max(0, self.timers[0][0] - self.clock.now())
        for key, _ in self.selector.select(timeout):
            self.selector.unregister(key.fileobj)
            self.wake(key.data)
        while self.timers and self.timers[0][0] <= self.clock.now():
            _, _, function, args = heapq.heappop(self.timers)
            self.call_soon(function, *args)
        for _ in range(len(self.ready)):
            function, args = self.ready.popleft()
            function(*args)

    def run(self, coroutine):
        """Run a coroutine and all that it starts until it has ended; return its result."""
        task = self.create_task(coroutine)
        while not task.done():
            self.turn()
        return task.result()
