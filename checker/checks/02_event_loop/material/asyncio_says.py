"""What asyncio does with the programs of the checks: the order that a loop built by hand must give.

It runs on the check's side, in the lab, so it is never the attempt that says what is right. A
program is a list of actions, as in `generators.py`; the two files do the same for each action.
"""

import asyncio
import time


class Told:
    """What the programs wrote, with the time since they began, and what they returned."""

    def __init__(self):
        self.entries, self.results = [], []
        self._began = time.monotonic()

    def write(self, text):
        self.entries.append([time.monotonic() - self._began, text])


async def asyncio_says(programs):
    """Run {name: actions} on asyncio."""
    told, tasks = Told(), {}
    values, waiters = {}, {}  # of futures, by name
    loop = asyncio.get_running_loop()

    def start(name, actions):
        tasks[name] = asyncio.create_task(play(name, actions))

    async def play(name, actions):
        for action, *args in actions:
            told.write(" ".join([name, action, *map(str, args[:1])]))
            match action:
                case "return":
                    return args[0]
                case "pauses":
                    await asyncio.sleep(0)
                case "sleeps":
                    await asyncio.sleep(args[0])
                case "works":
                    time.sleep(args[0])
                case "starts":
                    start(*args)
                    await asyncio.sleep(0)
                case "cancels":
                    tasks[args[0]].cancel()
                case "sets":
                    values[args[0]] = args[1]
                    for waiter in waiters.pop(args[0], []):
                        if not waiter.done():
                            waiter.set_result(None)
                case "sets_again":
                    told.write(f"{name} RuntimeError")
                case "awaits":
                    if args[0] in values:
                        await asyncio.sleep(0)
                    else:
                        # One each: who is cancelled while it waits cancels what it waits for.
                        waiter = loop.create_future()
                        waiters.setdefault(args[0], []).append(waiter)
                        await waiter
                    told.write(f"{name} gets {values[args[0]]}")
        return None

    for name, actions in programs.items():
        start(name, actions)
    while not all(task.done() for task in tasks.values()):
        await asyncio.wait(tasks.values())
    told.results = [None if tasks[n].cancelled() else tasks[n].result() for n in programs]
    return told


def assert_same(programs, got, expected, advice):
    """Fail where two lists of texts, or of [time, text], part; say where, and give the advice."""
    if got == expected:
        return
    n = 0
    while n < min(len(got), len(expected)) and got[n] == expected[n]:
        n += 1
    before = _words(expected[n - 1]) if n else "the start"
    should = _words(expected[n]) if n < len(expected) else "nothing"
    came = _words(got[n]) if n < len(got) else "nothing"
    seen = f"after {before} should come {should}; {came} came"
    # The form of an assert that failed: first what it means, then what was seen.
    raise AssertionError(f"{advice}\nassert {seen}. In this program:\n{_listing(programs)}")


def _words(entry):
    return f'"{entry}"' if isinstance(entry, str) else f'"{entry[1]}" at {entry[0]:g} s'


def _listing(programs):
    """{name: actions} in a line for each; or the source of a coroutine, or who makes it."""
    if callable(programs):
        return programs()
    if isinstance(programs, str):
        return programs
    lines = []
    for name, actions in programs.items():
        done = [" ".join([action, *map(str, args[:1])]) for action, *args in actions]
        lines.append(f"{name}: {', '.join(done)}")
    return "\n".join(lines)
