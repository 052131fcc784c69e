"""The app of an attempt, with a job to compute; and what can be seen of its processes."""

from multiprocessing import active_children

import attempt

from checker import lab


def job(n):
    """Computes for n tenths of a second."""
    lab.cpu(n / 10)
    return {"square": n * n}


def mount(workers):
    """Let `mounted` be an app of the attempt's with this job."""
    attempt.mounted = attempt.make_app(job, workers)


def children():
    """The names of the processes that live now, each without its number."""
    return [child.name.rpartition("-")[0] for child in active_children()]
