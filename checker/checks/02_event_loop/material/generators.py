"""Programs for loops that drive generators.

A program is a list of actions, as in `asyncio_says.py`. The loop runs in a thread of the lab, so
its sleeps move the virtual clock, and the journals on the check's side have the times.
"""

import time

import attempt
from outside import Clock, Sockets, comparisons, in_thread


class World:
    """One run of the attempt's loop: journals, clock, sockets, futures, programs."""

    def __init__(self, log, naps, mail=None, pairs=()):
        self.log, self.loop = log, None
        self.clock = Clock(naps)
        self.futures, self.running = {}, {}
        self.sockets = Sockets(self.clock, mail or {}, pairs)

    def future(self, name):
        if name not in self.futures:
            self.futures[name] = attempt.Future(self.loop)
        return self.futures[name]

    def start(self, name, actions):
        self.running[name] = self.play(name, actions)
        return self.running[name]

    def play(self, name, actions):
        for action, *args in actions:
            self.log.write(" ".join([name, action, *map(str, args[:1])]))
            match action:
                case "return":
                    return args[0]
                case "pauses":
                    yield
                case "sleeps":
                    yield args[0]
                case "works":
                    time.sleep(args[0])
                case "starts":
                    yield self.start(*args)
                case "cancels":
                    self.loop.cancel(self.running[args[0]])
                case "sets":
                    self.future(args[0]).set_result(args[1])
                case "sets_again":
                    try:
                        self.future(args[0]).set_result(args[1])
                    except RuntimeError:
                        self.log.write(f"{name} RuntimeError")
                case "awaits":
                    value = yield self.future(args[0])
                    self.log.write(f"{name} gets {value}")
                case "sends":
                    self.sockets.named(args[0]).send(args[1])
                case "reads":
                    yield self.sockets.named(args[0])
                    self.log.write(f"{name} has read {self.sockets.read(args[0])}")
        return None


async def play(log, naps, programs, form, mail=None, pairs=()):
    """Run {name: actions} on the attempt's loop; what `run` returned, and comparisons of times."""
    world = World(log, naps, mail, pairs)
    comparisons.made = 0

    def work():
        given = [world.start(name, actions) for name, actions in programs.items()]
        match form:
            case "run(programs)":
                return attempt.run(given)
            case "run(programs, clock)":
                return attempt.run(given, world.clock)
            case "Loop(clock)":
                world.loop = attempt.Loop(world.clock)
            case "Loop(clock, selector)":
                world.loop = attempt.Loop(world.clock, world.sockets.selector)
        return world.loop.run(given)

    try:
        return {"results": await in_thread(work), "compared": comparisons.made}
    finally:
        world.sockets.close()
