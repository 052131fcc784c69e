"""The lab in a real kernel: cells, output, the kernel's own threads and loop, the stop button."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from checker.lab.originals import monotonic
from tests.kernel import PATIENCE_S, Notebook

LIMIT_S = 1.0


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    notebook = Notebook(tmp_path_factory.mktemp("kernel"))
    try:
        assert notebook.run("import asyncio, sys, threading, time\nfrom checker import lab") == []
        yield notebook
    finally:
        notebook.close()


PROGRAM = """
async def main():
    print("on the loop")
    print("flushed", flush=True)
    await asyncio.sleep(1)
    sys.stdout.flush()
    await asyncio.to_thread(print, "in a worker", flush=True)
    threading.Thread(target=lambda: (time.sleep(1), print("late"))).start()
    await asyncio.sleep(2)
    return "result"
"""
PRINTED = "on the loop\nflushed\nin a worker\nlate\n"


def test_a_run_works_in_a_cell_although_a_loop_runs_already(kernel: Notebook) -> None:
    cell = kernel.start(PROGRAM + "r = lab.run(main)\nr.result, r.elapsed, r.blocked, r.leaks")
    kernel.wait_until(lambda: cell in kernel.idle_at)
    assert kernel.printed(cell) == PRINTED
    assert kernel.of(cell)[-1].text == "('result', 3.0, [], [])"
    assert kernel.value("1 + 1") == "2"


def test_a_run_works_in_a_cell_that_awaits_too(kernel: Notebook) -> None:
    code = PROGRAM + "await asyncio.sleep(0)\nr = lab.run(main)\nawait asyncio.sleep(0)\nr.elapsed"
    assert kernel.run(code)[-1].text == "3.0"


def test_each_run_prints_into_its_own_cell(kernel: Notebook) -> None:
    kernel.run(PROGRAM)
    cells = [kernel.start("lab.run(main);") for _ in range(3)]
    kernel.wait_until(lambda: cells[-1] in kernel.idle_at)
    assert [kernel.printed(cell) for cell in cells] == [PRINTED] * 3
    assert not [output for output in kernel.outputs if output.cell == -1]


def test_a_run_shows_itself_as_a_picture_and_as_words(kernel: Notebook) -> None:
    (shown,) = kernel.run("async def nap():\n    await asyncio.sleep(1)\nlab.run(nap)")
    assert shown.kind == "execute_result"
    assert "<svg" in shown.content["data"]["text/html"]
    assert "returned after 1 s" in shown.content["data"]["text/plain"]


def test_a_task_on_the_kernels_own_loop_goes_on_after_a_run(kernel: Notebook) -> None:
    ticker = """
    async def ticker():
        for number in range(5):
            await asyncio.sleep(0.01)
            print("tick", number)
    ticking = asyncio.create_task(ticker())
    """
    cell = kernel.start(ticker)
    assert kernel.run(PROGRAM + "lab.run(main).elapsed")[-1].text == "3.0"
    kernel.run("await ticking")
    kernel.wait_until(lambda: "tick 4" in kernel.printed(cell))
    assert kernel.printed(cell) == "".join(f"tick {number}\n" for number in range(5))


def test_prints_arrive_while_the_program_computes(kernel: Notebook) -> None:
    code = """
    async def busy():
        for number in range(4):
            print("step", number)
            end = time.process_time_ns() + 250_000_000
            while time.process_time_ns() < end:
                pass
    lab.run(busy).elapsed
    """
    cell = kernel.start(code)
    kernel.wait_until(lambda: cell in kernel.idle_at)
    *steps, result = kernel.of(cell)
    assert kernel.printed(cell) == "step 0\nstep 1\nstep 2\nstep 3\n"
    assert result.text == "0.0"
    assert result.at - steps[0].at > 0.5, "the first came long before the end"


SPIN = """
async def spin():
    print("spinning")
    while True:
        pass
lab.run(spin)
"""


def test_heartbeat_and_control_answer_while_the_program_spins(kernel: Notebook) -> None:
    cell = kernel.start(SPIN)
    kernel.wait_until(lambda: "spinning" in kernel.printed(cell))
    request = kernel.client.session.msg("kernel_info_request")
    kernel.client.control_channel.send(request)
    reply = kernel.client.get_control_msg(timeout=PATIENCE_S)
    assert reply["msg_type"] == "kernel_info_reply"
    assert kernel.client.hb_channel.is_beating()
    assert cell not in kernel.idle_at, "the program still spins"
    kernel.manager.interrupt_kernel()
    kernel.wait_until(lambda: cell in kernel.idle_at)


HOSTILE = {
    "spins": "    print('ready')\n    while True: pass",
    "swallows": """
    print('ready')
    while True:
        try:
            sum(range(50))
        except BaseException:
            pass""",
    "spins in finally": """
    try:
        print('ready')
        while True: pass
    finally:
        while True: pass""",
    "spins in a thread": """
    def job():
        print('ready')
        while True: pass
    await asyncio.to_thread(job)""",
    "swallows in a thread while the loop is blocked": """
    def job():
        print('ready')
        while True:
            try:
                sum(range(50))
            except BaseException:
                pass
    threading.Thread(target=job).start()
    time.sleep(5)""",
    "sleeps for ever": """
    print('ready')
    while True:
        await asyncio.sleep(1)""",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_the_stop_button_ends_within_a_second_a_program_that(name: str, kernel: Notebook) -> None:
    before = kernel.value("threading.active_count()")
    cell = kernel.start(f"async def hostile():\n{HOSTILE[name]}\nlab.run(hostile)")
    kernel.wait_until(lambda: "ready" in kernel.printed(cell))
    stopped_at = monotonic()
    kernel.manager.interrupt_kernel()
    kernel.wait_until(lambda: cell in kernel.idle_at)
    assert kernel.idle_at[cell] - stopped_at < LIMIT_S

    assert kernel.printed(cell) == "ready\n"
    error = kernel.of(cell)[-1]
    assert error.text.startswith("Interrupted: stopped by Ctrl-C at ")
    assert error.content["traceback"] == [error.text], "one line, and no frames"

    assert kernel.value("time.sleep(0)\nthreading.active_count()") == before
    assert kernel.run(PROGRAM + "lab.run(main).elapsed")[-1].text == "3.0"
    assert (
        kernel.value("import gc\ngc.collect()\nawait asyncio.sleep(0.001, 'awaited')")
        == "'awaited'"
    )


def test_the_stop_button_ends_a_loop_of_runs(kernel: Notebook) -> None:
    code = """
    print("ready")
    while True:
        try:
            lab.run(main, catch=True)
        except Exception:
            pass
    """
    cell = kernel.start(code)
    kernel.wait_until(lambda: "ready" in kernel.printed(cell))
    kernel.manager.interrupt_kernel()
    kernel.wait_until(lambda: cell in kernel.idle_at)
    assert kernel.of(cell)[-1].text.startswith(("Interrupted", "KeyboardInterrupt"))


def test_a_deadlock_shows_its_message_without_frames(kernel: Notebook) -> None:
    (error,) = kernel.run("async def stuck():\n    await asyncio.Event().wait()\nlab.run(stuck)")
    assert error.text.startswith("Deadlock: the program is stuck at 0 s")
    assert "main waits for Event.wait at cell:2" in error.text
    assert error.content["traceback"] == [error.text]


def test_an_error_of_the_program_shows_no_frames_of_the_lab(kernel: Notebook) -> None:
    (error,) = kernel.run("async def fails():\n    raise ValueError('mine')\nlab.run(fails)")
    assert error.text == "ValueError: mine"
    shown = "\n".join(error.content["traceback"])
    assert "skipping hidden" in shown
    for name in ("machine.py", "run.py", "base_events.py"):
        assert name not in shown


def test_asyncio_run_in_a_program_is_met_with_advice(kernel: Notebook) -> None:
    (error,) = kernel.run("async def inner(): ...\nlab.run(lambda: asyncio.run(inner()))")
    assert "await" in "\n".join(error.content["traceback"])
