"""Work that is spread over workers gives an answer for each job, in order, or an exception."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def run(program: str) -> subprocess.CompletedProcess[str]:
    """A program in a process of its own, without threads: it forks."""
    code = f"import os\nfrom checker.gate.pool import WorkerLost, spread\nticks = []\n{program}"
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_every_job_has_an_answer_in_the_order_of_the_jobs() -> None:
    done = run(
        "long = 'x' * 200_000\n"
        "found = spread(300, lambda n: f'{n}{long}', lambda: ticks.append(1), 3)\n"
        "print(found == [f'{n}{long}' for n in range(300)], len(ticks))\n"
        "mine = spread(2, lambda n: str(os.getpid()), lambda: None, 1)\n"
        "print(mine == [str(os.getpid())] * 2, spread(0, str, print, 4))\n"
    )
    assert (done.stdout, done.stderr) == ("True 300\nTrue []\n", "")


def test_workers_share_the_work() -> None:
    # Each of the two waits until the other has begun, so neither could do both.
    done = run(
        "def answer(n):\n"
        "    os.write(pipes[n][1], b'x')\n"
        "    return str(len(os.read(pipes[1 - n][0], 1)))\n"
        "pipes = [os.pipe(), os.pipe()]\n"
        "print(spread(2, answer, lambda: None, 2))\n"
    )
    assert (done.stdout, done.stderr) == ("['1', '1']\n", "")


def test_a_worker_that_fails_is_an_exception_and_leaves_nobody_behind() -> None:
    done = run(
        "def answer(n):\n"
        "    if n == 1:\n"
        "        raise ValueError('what went wrong')\n"
        "    return ''\n"
        "try:\n"
        "    spread(4, answer, lambda: None, 2)\n"
        "except WorkerLost as error:\n"
        "    print(error)\n"
        "try:\n"
        "    os.waitpid(-1, 0)\n"
        "except ChildProcessError:\n"
        "    print('nobody')\n"
    )
    assert done.stdout.startswith("1 of 4 attempts have no answer")
    assert done.stdout.endswith("nobody\n")
    assert "what went wrong" in done.stderr


def test_an_end_in_the_middle_leaves_nobody_behind() -> None:
    done = run(
        "def tick():\n"
        "    raise KeyboardInterrupt\n"
        "def answer(n):\n"
        "    return '' if n == 0 else os.read(os.pipe()[0], 1).decode()\n"
        "try:\n"
        "    spread(3, answer, tick, 2)\n"
        "except KeyboardInterrupt:\n"
        "    print('stopped')\n"
        "try:\n"
        "    os.waitpid(-1, 0)\n"
        "except ChildProcessError:\n"
        "    print('nobody')\n"
    )
    assert done.stdout == "stopped\nnobody\n"
