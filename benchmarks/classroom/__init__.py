"""What grading a class costs, beside nbgrader, otter-grader and fresh pytests.

One assignment of two small async exercises with eight checks, handed in by twenty students, some
right, some wrong, is graded by each of them; whoever comes to other scores is refused. Why: a
teacher waits for it, and hundreds of submissions are ordinary.

Bars: in the jail, on two cores, at least 45 times as fast as nbgrader, 50 times as otter-grader
and 8.5 times as fresh pytests, two at a time. A jailed check takes at most twice as long as one in
a fork. 1,000 submissions take less than 40 s. A jailed child has less than 15 MB of its own.
On a Dask cluster with the same two cores a batch takes at most 1.3 times as long.

    python -m benchmarks classroom                             all, without Dask
    python -m benchmarks.classroom PART ... [--dask ADDRESS]   parts: others, many, jail

assignment       the exercises' checks, the submissions, and what each should fail
asserts          the eight checks on the real clock, as the other graders run them
notebooks        the assignment as notebooks
environments     where nbgrader and otter-grader are installed: build/classroom, by locks
by_nbgrader, by_otter, by_pytest    the other graders; inside_otter runs in otter's environment
ours             `unblocked grade`, and its workers alone
roads            a jailed check beside one in a fork, and the memory of its child
measured         all of it, as a report

It needs Linux, some minutes, and the first time a way to install packages. As root it also reads
the memory of jailed children.
"""

from benchmarks.classroom.measured import measure

__all__ = ["measure"]
