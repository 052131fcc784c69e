"""Programs of coroutines, for asyncio and for a loop built by hand alike; in these all goes well.

A program gets an `api`: write, sleep, create_task, future, pair, read, a few coroutines to make
tasks of, and `n`, which is a list of numbers to sleep for. What it writes on asyncio, on the
check's side, is what it should write.
"""

import asyncio
import inspect
import socket
import time


class Api:
    """What is the same on both: what is written, and when, until main has ended."""

    def __init__(self, n):
        self.n, self.entries, self.over = n, [], False
        self._began, self._pairs = time.monotonic(), {}

    def write(self, text):
        if not self.over:
            self.entries.append([time.monotonic() - self._began, text])

    async def run(self, name):
        try:
            return await PROGRAMS[name](self)
        finally:
            self.over = True

    def pair(self):
        here, there = self._pairs["pair"] = socket.socketpair()
        here.setblocking(False)
        there.setblocking(False)
        return here, there

    def close(self):
        for here, there in self._pairs.values():
            here.close()
            there.close()

    # What programs make tasks of.

    async def walker(self, name, steps):
        for step in range(steps):
            self.write(f"{name} {step}")
            await self.sleep(0)
        return name

    async def sleeper(self, name, *naps):
        for nap in naps:
            await self.sleep(nap)
            self.write(f"{name} slept {nap}")
        return name

    async def awaiting(self, name, what):
        try:
            value = await what
        except BaseException as error:
            self.write(f"{name} gets {type(error).__name__} {error}".rstrip())
            raise
        self.write(f"{name} gets {value}")
        return value

    async def failing(self, name, nap):
        await self.sleep(nap)
        self.write(f"{name} fails")
        raise ValueError(name)

    async def patient(self, name, nap):
        """Sleeps, and says so when it is cancelled."""
        self.write(f"{name} begins")
        try:
            await self.sleep(nap)
            self.write(f"{name} slept")
        except asyncio.CancelledError:
            self.write(f"{name} cancelled")
            raise
        return name


class OnAsyncio(Api):
    """The api on asyncio."""

    sleep = staticmethod(asyncio.sleep)
    create_task = staticmethod(asyncio.create_task)

    def future(self):
        return asyncio.get_running_loop().create_future()

    async def read(self, sock):
        return (await asyncio.get_running_loop().sock_recv(sock, 100)).decode()


async def on_asyncio(name, n):
    """What a program writes on asyncio, and what it returns."""
    api = OnAsyncio(n)
    before = asyncio.all_tasks()
    result = await asyncio.create_task(api.run(name))
    left = [task for task in asyncio.all_tasks() if task not in before]
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    api.close()
    return api.entries, result


# The programs of the steps before, as coroutines.


async def pauses(api):
    tasks = [api.create_task(api.walker(name, n)) for name, n in zip("abc", api.n, strict=False)]
    return [await task for task in tasks]


async def sleeps(api):
    first, second, third = api.n[:3]
    naps = {"a": (first, second), "b": (second, first), "c": (third,), "d": (first, third)}
    tasks = [api.create_task(api.sleeper(name, *each)) for name, each in naps.items()]
    return [await task for task in tasks]


async def waits(api):
    future = api.future()
    tasks = [api.create_task(api.awaiting(name, future)) for name in "abc"]
    walking = api.create_task(api.walker("w", 5))
    await api.sleep(api.n[0])
    future.set_result(api.n[1])
    api.write("set")
    tasks.append(api.create_task(api.awaiting("late", future)))
    return [await task for task in [*tasks, walking]]


async def talks(api):
    here, there = api.pair()

    async def answer():
        word = await api.read(there)
        api.write(f"heard {word}")
        await api.sleep(api.n[1])
        there.send(word.upper().encode())

    task = api.create_task(answer())
    await api.sleep(api.n[0])
    here.send(b"tea")
    api.write(f"answer {await api.read(here)}")
    await task


# Tasks and results.


async def starts_later(api):
    task = api.create_task(api.walker("task", 2))
    api.write("main goes on")
    await api.sleep(0)
    api.write("main after one turn")
    return await task


async def fans_out(api):
    tasks = [api.create_task(api.sleeper(f"t{n}", n)) for n in api.n]
    return [await task for task in tasks]


async def all_who_await(api):
    task = api.create_task(api.sleeper("task", api.n[0]))
    tasks = [api.create_task(api.awaiting(name, task)) for name in "abc"]
    await api.sleep(api.n[0] + api.n[1])
    return [await each for each in [*tasks, task, task]]


async def coroutines_take_no_turn(api):
    async def three():
        return sum([await one() for _ in range(3)])

    async def one():
        api.write("one")
        return 1

    other = api.create_task(api.walker("other", 3))
    await api.sleep(0)
    api.write(f"sum {await three()}")
    return await other


async def done_takes_no_turn(api):
    task = api.create_task(api.sleeper("task", api.n[0]))
    await task
    other = api.create_task(api.walker("other", 3))
    await api.sleep(0)
    for _ in range(api.n[1]):
        await task
        api.write("again")
    return await other


async def one_by_one(api):
    futures = [api.future() for _ in range(4)]
    tasks = [api.create_task(api.awaiting(f"t{k}", each)) for k, each in enumerate(futures)]
    await api.sleep(api.n[0])
    for k in (2, 0, 3, 1):
        futures[k].set_result(k)
        api.write(f"set {k}")
    return [await task for task in tasks]


async def chain(api):
    async def link(n):
        if n == 0:
            await api.sleep(api.n[0])
            return 0
        return 1 + await api.create_task(link(n - 1))

    return await link(30)


async def leaves_the_rest(api):
    api.create_task(api.sleeper("left behind", 1000))
    api.create_task(api.sleeper("in time", api.n[0]))
    await api.sleep(api.n[0] + api.n[1])
    return "done"


# A program is what takes an api, and nothing else.
PROGRAMS = {
    name: made
    for name, made in list(globals().items())
    if inspect.isfunction(made) and list(inspect.signature(made).parameters) == ["api"]
}


def source_of(name):
    """The text of a program, for whoever wants to know what it did."""
    return inspect.getsource(PROGRAMS[name]).rstrip()


def load_programs():
    """Nothing: to call this brings the module in, so that others can import it."""
