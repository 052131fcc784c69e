"""A crew, jobs for it, and somebody who kills its workers."""

import os
from multiprocessing import active_children

import attempt

from checker import lab

HOME = os.getpid()
crews = []


def square(seconds, n):
    """Computes for so long."""
    lab.cpu(seconds)
    return n * n


def die(seconds, n):
    """Ends its process, unless that is the server's."""
    lab.cpu(seconds)
    if os.getpid() == HOME:
        raise RuntimeError("a job ran in the server's own process, and would have ended that")
    os._exit(1)


def fail(seconds, n):
    """Has a bug."""
    lab.cpu(seconds)
    raise ValueError(f"job {n} has a bug")


JOBS = {"square": square, "die": die, "fail": fail}


def make(workers):
    """Let there be a crew."""
    crews[:] = [attempt.Crew(workers)]


async def run(job, seconds, n):
    """What the crew makes of a job."""
    return await crews[0].run(JOBS[job], seconds, n)


async def close():
    """Close the crew."""
    await crews[0].close()


def kill_one():
    """Kill one of its processes, if there is any."""
    for child in active_children()[:1]:
        child.kill()


def children():
    """The names of the processes that live now, each without its number."""
    return [child.name.rpartition("-")[0] for child in active_children()]
