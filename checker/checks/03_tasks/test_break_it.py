"""Checks of tasks/break_it: the data is given to the faulty code, on the check's side.

That code stands in the exercise too; these copies decide, so that an edited one changes nothing.
"""

import asyncio


async def race(first, second, delay):
    tasks = [asyncio.create_task(first())]
    done, _ = await asyncio.wait(tasks, timeout=delay)
    if not done:
        tasks.append(asyncio.create_task(second()))
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    return done.pop().result()


class Jobs:
    def __init__(self):
        self.tasks = set()

    def start(self, job):
        task = asyncio.create_task(self.run(job))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def run(self, job):
        seconds, following = job
        await asyncio.sleep(seconds)
        if following:
            self.start(following)

    async def drain(self):
        await asyncio.gather(*self.tasks)


class Once:
    def __init__(self, load):
        self.load, self.task = load, None

    async def get(self):
        if self.task is None:
            self.task = asyncio.create_task(self.load())
        return await self.task


def is_number(value):
    """Whether it is a number, and no truth value."""
    return type(value) in (int, float)


def is_replica(value):
    """Whether it is [seconds, fails]."""
    pair = isinstance(value, list) and len(value) == 2
    return pair and is_number(value[0]) and 0 <= value[0] <= 1 and isinstance(value[1], bool)


async def test_replicas(attempt, draw):
    """An error wins the race, although one replica would have answered."""
    delay = draw.randint(5, 30) / 100
    given = await attempt.call("replicas", delay)
    fits = isinstance(given, list) and len(given) == 2 and all(map(is_replica, given))
    assert fits, "Return [[seconds, fails], [seconds, fails]]: from 0 to 1 s, and True or False."
    assert not all(fails for _, fails in given), (
        "Both fail, so an error is all that there is. One of the two has to have an answer."
    )

    asked = []

    def replica(seconds, fails):
        async def ask():
            asked.append(seconds)
            await asyncio.sleep(seconds)
            if fails:
                raise OSError("no answer")
            return "an answer"

        return ask

    try:
        came = await race(*(replica(*each) for each in given), delay)
    except OSError:
        came = "an error"
    (first, _), (second, _) = given
    assert came == "an error", (
        f"With a delay of {delay:g} s, replicas {given} and the race returned an answer. "
        "The one that fails has to be asked, and to come to its end before the other has an "
        f"answer: the first ends at {first:g} s, the second at {delay + second:g} s."
    )
    assert len(asked) == 2, (
        f"The first failed at {first:g} s, before the delay of {delay:g} s was over: then the "
        "second is never asked, and nobody knows whether it would have answered. Let both be asked."
    )


def is_job(value, longest):
    """Whether it is [seconds, the next job or None]."""
    pair = isinstance(value, list) and len(value) == 2
    return (
        pair
        and is_number(value[0])
        and 0 <= value[0] <= longest
        and (value[1] is None or is_job(value[1], longest))
    )


async def test_jobs(attempt, draw):
    """The drain returns while a job is under way."""
    longest = draw.randint(3, 9)
    given = await attempt.call("jobs", longest)
    listed = given if isinstance(given, list) else []
    right = [each for each in listed if is_job(each, longest)]
    assert 1 <= len(right) == len(listed) <= 3, (
        f"Return one to three jobs, each [seconds, the next job or None], up to {longest} s."
    )
    work = Jobs()
    for job in given:
        work.start(job)
    await work.drain()
    await asyncio.sleep(0)
    under_way = len(work.tasks)
    for task in work.tasks:
        task.cancel()
    assert under_way, (
        f"With {given} all was done when the drain returned. It waits for the jobs that there are "
        "when it begins, to the last of them. Which job is not there yet?"
    )


async def test_cancelled(attempt, draw):
    """One caller is cancelled, and another goes without the value."""
    takes = draw.randint(4, 9)
    given = await attempt.call("cancelled", takes)
    fits = isinstance(given, list) and len(given) == 2 and given[0] in ("b", "c")
    assert fits, 'Return [name, seconds]; the name is "b" or "c".'
    assert is_number(given[1]), "Return [name, seconds]: the second is a number."
    name, when = given
    assert 0 <= when <= takes, f"The value takes {takes} s, so choose a time from 0 to {takes} s."

    async def load():
        await asyncio.sleep(takes)
        return "the value"

    once = Once(load)

    async def caller(comes_at):
        await asyncio.sleep(comes_at)
        return await once.get()

    tasks = {each: asyncio.create_task(caller(n)) for n, each in enumerate("abc")}
    await asyncio.sleep(when)
    tasks[name].cancel()
    await asyncio.wait(tasks.values())
    without = [each for each, task in tasks.items() if each != name and task.cancelled()]
    assert without, (
        f"{name} was cancelled at {when:g} s, and the others have the value. A cancellation goes "
        "inwards, to what a task waits for at that moment: it has to wait for what others wait for."
    )
