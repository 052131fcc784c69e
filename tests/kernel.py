"""A real kernel, and the cells that are run in it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from queue import Empty
from typing import Any, NamedTuple

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

from checker.lab.originals import monotonic

PATIENCE_S = 60.0


class Output(NamedTuple):
    """What a cell showed."""

    at: float  # when it arrived, in real time
    cell: int  # the cell that it names
    kind: str  # stream, display_data, execute_result or error
    content: dict[str, Any]

    @property
    def text(self) -> str:
        content = self.content
        if self.kind == "stream":
            return str(content["text"])
        if self.kind == "error":
            return f"{content['ename']}: {content['evalue']}"
        return str(content["data"]["text/plain"])


class Notebook:
    """A kernel, and the cells that were run in it."""

    def __init__(
        self,
        folder: Path,
        cwd: Path | None = None,
        *,
        specs: Path | None = None,
        **environment: str,
    ) -> None:
        """`specs` is a folder of kernels in place of Jupyter's own."""
        self.manager = KernelManager()
        if specs is not None:
            self.manager.kernel_spec_manager = KernelSpecManager(
                kernel_dirs=[str(specs)], ensure_native_kernel=False
            )
        env = {"IPYTHONDIR": str(folder), "JUPYTER_RUNTIME_DIR": str(folder)} | environment
        self.manager.start_kernel(
            env=os.environ | env, stderr=subprocess.DEVNULL, cwd=str(cwd or folder)
        )
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=PATIENCE_S)
        self._cells: dict[str, int] = {}
        self.outputs: list[Output] = []
        self.idle_at: dict[int, float] = {}

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def start(self, code: str) -> int:
        """Run a cell, and do not wait for it. Returns its number."""
        number = len(self._cells)
        self._cells[self.client.execute(code)] = number
        return number

    def wait_until(self, come: Callable[[], object]) -> None:
        """Take in what the kernel sends until something has come."""
        end = monotonic() + PATIENCE_S
        while not come():
            assert monotonic() < end, f"the kernel sent no more than {self.outputs}"
            try:
                message = self.client.get_iopub_msg(timeout=0.05)
            except Empty:
                continue
            self._take(message)

    def _take(self, message: dict[str, Any]) -> None:
        cell = self._cells.get(message["parent_header"].get("msg_id", ""), -1)
        kind, content = message["msg_type"], message["content"]
        if kind == "status" and content["execution_state"] == "idle":
            self.idle_at[cell] = monotonic()
        elif kind in ("stream", "display_data", "execute_result", "error"):
            self.outputs.append(Output(monotonic(), cell, kind, content))

    def run(self, code: str) -> list[Output]:
        """Run a cell to its end. Returns what it showed."""
        cell = self.start(code)
        self.wait_until(lambda: cell in self.idle_at)
        return self.of(cell)

    def of(self, cell: int) -> list[Output]:
        return [output for output in self.outputs if output.cell == cell]

    def printed(self, cell: int) -> str:
        return "".join(output.text for output in self.of(cell) if output.kind == "stream")

    def value(self, code: str) -> str:
        """What the last line of a cell is."""
        (result,) = self.run(code)
        assert result.kind == "execute_result", result.text
        return result.text
