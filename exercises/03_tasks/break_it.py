"""Break it

Three pieces of code with tasks in them, each with one mistake. All three pass a quick try. Find
what breaks them, and return it as data; the numbers that you get are others each time.

- `replicas`: [[seconds, fails], [seconds, fails]], how two replicas behave, at most 1 s each. Then
  `race` has to ask both, and to raise an error, although one of the two would have answered.
- `jobs`: at most three jobs, each [seconds, the next job or None], up to `longest` seconds. They
  start at 0 s, and `drain` is called. It has to return while a job is still under way.
- `cancelled`: [name, seconds]. Callers a, b and c ask a `Once` at 0, 1 and 2 s, and the value takes
  `takes` seconds. One of them is cancelled at that time, and not a, for whom the loading began.
  Then another of the three, who was not cancelled, has to go without the value.
"""

import asyncio


async def race(first, second, delay):
    """The first answer; `second` is asked if there is none after `delay` seconds."""
    tasks = [asyncio.create_task(first())]
    done, _ = await asyncio.wait(tasks, timeout=delay)
    if not done:
        tasks.append(asyncio.create_task(second()))
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    return done.pop().result()


class Jobs:
    """Holds what is under way, and waits for it in the end."""

    def __init__(self):
        self.tasks = set()

    def start(self, job):
        """Begin a job: it takes some seconds, and then it may begin another."""
        task = asyncio.create_task(self.run(job))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def run(self, job):
        """One job, [seconds, the next job or None]."""
        seconds, following = job
        await asyncio.sleep(seconds)
        if following:
            self.start(following)

    async def drain(self):
        """Wait until all is done."""
        await asyncio.gather(*self.tasks)


class Once:
    """Loads a value once, for all who ask meanwhile."""

    def __init__(self, load):
        self.load, self.task = load, None

    async def get(self):
        """The value."""
        if self.task is None:
            self.task = asyncio.create_task(self.load())
        return await self.task


def replicas(delay):
    """How the two replicas behave, [[seconds, fails], [seconds, fails]]."""
    raise NotImplementedError


def jobs(longest):
    """The jobs that are started, each [seconds, the next job or None]."""
    raise NotImplementedError


def cancelled(takes):
    """Who is cancelled, and when: [name, seconds]."""
    raise NotImplementedError
