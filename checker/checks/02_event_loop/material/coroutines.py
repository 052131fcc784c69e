"""Runs the programs of `mini_programs.py` on the attempt's loop."""

from contextlib import closing

import attempt
from mini_programs import Api
from outside import Clock, Selector, in_thread


class OnAttempt(Api):
    """The api on the attempt's loop."""

    def __init__(self, n, loop):
        super().__init__(n)
        self._loop = loop
        self.sleep, self.create_task = loop.sleep, loop.create_task

    def future(self):
        return attempt.Future(self._loop)

    async def read(self, sock):
        return (await self._loop.read(sock)).decode()


async def run(name, n, log, naps):
    """What the program returned; what it wrote is in the log."""
    clock = Clock(naps)
    with closing(Selector(clock, {}, {})) as selector:
        loop = attempt.Loop(clock, selector)
        api = OnAttempt(n, loop)
        try:
            return await in_thread(lambda: loop.run(api.run(name)))
        finally:
            for entry in api.entries:
                log.write(entry)
            api.close()
