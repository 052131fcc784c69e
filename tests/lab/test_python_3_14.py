"""New in Python 3.14: interpreters, which the lab refuses, and the call graphs of asyncio."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from checker import lab

NEW = "new in Python 3.14"
interpreters = pytest.importorskip("concurrent.interpreters", reason=NEW)
pools = pytest.importorskip("concurrent.futures.interpreter")
graph = pytest.importorskip("asyncio.graph")


def refused(main: Callable[[], Any], *words: str) -> None:
    with pytest.raises(lab.WrongUse) as caught:
        lab.run(main)
    for word in words:
        assert word in str(caught.value)


# Other interpreters.


async def makes_an_interpreter() -> None:
    interpreters.create()


async def uses_a_pool() -> None:
    loop = asyncio.get_running_loop()
    with pools.InterpreterPoolExecutor(1) as pool:
        await loop.run_in_executor(pool, len, "job")


async def uses_a_pool_in_a_thread() -> None:
    def work() -> Any:
        with pools.InterpreterPoolExecutor(1) as pool:
            return pool.submit(len, "job").result()

    await asyncio.to_thread(work)


INTERPRETERS = [makes_an_interpreter, uses_a_pool, uses_a_pool_in_a_thread]


@pytest.mark.parametrize("main", INTERPRETERS)
def test_another_interpreter_is_refused_by_name(main: Callable[[], Any]) -> None:
    refused(main, "concurrent.interpreters", "use a ProcessPoolExecutor", "lab.real.run")
    assert len(interpreters.list_all()) == 1


def test_an_interpreter_from_before_the_run_is_refused_what_it_is_asked() -> None:
    interpreter = interpreters.create()

    async def runs_text() -> None:
        interpreter.exec("import time; time.sleep(0)")

    async def calls_a_function() -> None:
        interpreter.call(len, "job")

    async def calls_in_a_thread() -> None:
        await asyncio.to_thread(interpreter.call, len, "job")

    try:
        for main in (runs_text, calls_a_function, calls_in_a_thread):
            refused(main, "has a clock of its own")
        assert interpreter.call(len, "job") == 3, "outside of a run it works"
    finally:
        interpreter.close()


def test_a_pool_of_interpreters_works_for_real() -> None:
    async def main() -> Any:
        with pools.InterpreterPoolExecutor(1) as pool:
            return await asyncio.get_running_loop().run_in_executor(pool, len, "job")

    assert lab.real.run(main).result == 3


def test_interpreters_are_refused_also_if_the_program_is_the_first_to_import_them() -> None:
    code = (
        "import asyncio, sys\n"
        "from checker import lab\n"
        "assert 'concurrent.interpreters' not in sys.modules\n"
        "async def main():\n"
        "    from concurrent import interpreters\n"
        "    interpreters.create()\n"
        "for _ in range(2):\n"
        "    error = lab.run(main, catch=True).error\n"
        "    assert isinstance(error, lab.WrongUse), error\n"
        "from concurrent import interpreters\n"
        "interpreters.create().close()\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


# What asyncio tells of its tasks.


def test_the_call_graph_of_a_task_is_that_of_the_program() -> None:
    async def inner() -> None:
        await asyncio.sleep(2)

    async def outer() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(inner(), name="child")

    async def main() -> str:
        task = asyncio.create_task(outer(), name="parent")
        await asyncio.sleep(1)
        (child,) = (task for task in asyncio.all_tasks() if task.get_name() == "child")
        told = graph.format_call_graph(child)
        found = graph.capture_call_graph(child)
        assert [awaits.future for awaits in found.awaited_by] == [task]
        await task
        return str(told)

    stack, awaited_by = lab.run(main).result.split("+ Awaited by:", 1)
    assert "inner()" in stack
    assert "outer()" in awaited_by
    assert "Task(name='parent'" in awaited_by
    for part in (stack, awaited_by):
        assert os.path.join("checker", "lab") not in part


@pytest.mark.parametrize("waits", ["gather", "wait", "wait_for", "shield", "as_completed"])
def test_who_awaits_whom_is_known_to_asyncio(waits: str) -> None:
    async def child() -> None:
        await asyncio.sleep(2)

    async def parent(task: asyncio.Task[None]) -> None:
        if waits == "gather":
            await asyncio.gather(task)
        elif waits == "wait":
            await asyncio.wait([task])
        elif waits == "wait_for":
            await asyncio.wait_for(task, 10)
        elif waits == "shield":
            await asyncio.shield(task)
        else:
            for completed in asyncio.as_completed([task]):
                await completed

    async def main() -> list[str]:
        task = asyncio.create_task(child(), name="child")
        waiting = asyncio.create_task(parent(task), name="parent")
        await asyncio.sleep(1)
        found = graph.capture_call_graph(task)
        await waiting
        return [awaits.future.get_name() for awaits in found.awaited_by]

    run, real = lab.run(main), lab.real.run(main)
    assert run.result == real.result == ["parent"]


def test_the_call_graph_of_the_running_task_ends_where_the_lab_begins() -> None:
    async def main() -> str:
        return str(graph.format_call_graph())

    told = lab.run(main).result
    assert "main()" in told
    assert os.path.join("checker", "lab") not in told


WATCHED = """
import asyncio, os
from checker import lab
async def child():
    await asyncio.sleep(100)
async def main():
    task = asyncio.create_task(child(), name="waits")
    await asyncio.sleep(1)
    print("ready", flush=True)
    os.read(0, 1)
    task.cancel()
async def cell():
    lab.run(main)
"""


@pytest.mark.parametrize("begin", ["lab.run(main)", "asyncio.run(cell())"])
def test_python_m_asyncio_ps_lists_the_tasks_of_a_run(begin: str) -> None:
    """For a program that holds the loop for real, since all else takes no time."""
    with subprocess.Popen(
        [sys.executable, "-c", WATCHED + begin],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as program:
        assert program.stdout is not None
        assert program.stdin is not None
        assert program.stdout.readline() == b"ready\n"
        told = subprocess.run(
            [sys.executable, "-m", "asyncio", "ps", str(program.pid)],
            capture_output=True,
            text=True,
            check=False,
        )
        program.stdin.write(b".")
        program.stdin.close()
    assert program.returncode == 0
    if told.returncode and "Permission" in told.stderr + told.stdout:
        pytest.skip("this system lets no process read another's memory")
    assert told.returncode == 0, told.stderr
    assert " waits " in told.stdout
