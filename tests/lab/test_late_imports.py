"""A program may be the first to import httpx and anyio, in the middle of its run."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
from checker import lab

async def main():
    import anyio, httpx
    shop = lab.upstream(latency=1, name="shop")
    async with httpx.AsyncClient() as client:
        answer = await client.get("http://shop/tea")
    async with anyio.create_task_group() as group:
        for seconds in (1, 3, 2):
            group.start_soon(anyio.sleep, seconds)
    return answer.text

assert "httpx" not in sys.modules
finders = list(sys.meta_path)
first, second = (lab.run(main) for _ in range(2))
assert sys.meta_path == finders
print(first.result, first.elapsed, first.trace.dump() == second.trace.dump())
"""


def test_they_work_as_if_they_had_been_there() -> None:
    command = [sys.executable, "-P", "-c", PROGRAM]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ('"shop/tea" 4.0 True\n', "")
