"""Writes what the README shows: its picture, and the table of programs in the lab and for real.

The picture is exact, and a test holds it against the code. The table has times of this machine.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from checker import lab

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "docs" / "blocked.svg"
BEGIN, END = "<!-- programs -->\n", "<!-- /programs -->"


def picture() -> str:
    """Three requests; the first holds the loop."""
    return lab.run(_requests).svg()


async def _requests() -> None:
    import asyncio

    from fastapi import FastAPI

    app = FastAPI()

    @app.get("/report")
    async def report() -> str:
        await asyncio.sleep(0.5)
        time.sleep(2)
        return "done"

    @app.get("/item")
    async def item() -> str:
        await asyncio.sleep(1)
        return "item"

    async def get(client: Any, path: str) -> None:
        await client.get(path)

    async with lab.serve(app) as server, server.client() as client, asyncio.TaskGroup() as users:
        users.create_task(get(client, "/report"), name="a user")
        users.create_task(get(client, "/item"), name="another")
        users.create_task(get(client, "/item"), name="a third")


def table() -> str:
    """The corpus of programs, run in the lab and for real."""
    command = [sys.executable, "-m", "tests.lab.programs", "--markdown"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    rows, _, summary = done.stdout.strip().rpartition("\n\n")
    title = "<summary>Every program, in the lab and for real</summary>"
    return f"{summary}.\n\n<details>{title}\n\n{rows}\n\n</details>\n"


def main() -> None:
    """Write both."""
    PICTURE.write_text(picture())
    readme = ROOT / "README.md"
    head, _, rest = readme.read_text().partition(BEGIN)
    _, _, tail = rest.partition(END)
    readme.write_text(f"{head}{BEGIN}\n{table()}\n{END}{tail}")


if __name__ == "__main__":
    main()
