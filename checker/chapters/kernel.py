"""Runs the cells of a notebook, one after the other, in a kernel of the course.

Invariant: the kernel sees no setting of whoever builds: not their Jupyter's, not their IPython's,
not their Python's or terminal's. It is gone when this returns, however it ends.
It refuses to go on after an error that the chapter does not announce with `raises-exception`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checker.chapters.errors import ChapterError
from checker.chapters.source import Source
from checker.notebook.kernelspec import NAME

if TYPE_CHECKING:
    from nbclient import NotebookClient

CELL_TIMEOUT_S = 60
# Everything else, COLUMNS and PYTHONWARNINGS say, could show in an output.
INHERITED = ("DYLD_LIBRARY_PATH", "HOME", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "TMPDIR")
SET = {"PYTHONUTF8": "1", "TZ": "UTC"}
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


async def run(
    source: Source,
    notebook: Any,
    *,
    folder: Path,
    jupyter: Mapping[str, str],
    on_cell: Callable[[], None],
) -> None:
    """Run all cells in `folder`, and put their outputs into the notebook.

    `jupyter` is an environment whose Jupyter variables lead to a folder with the course's kernel.
    """
    client = _client(notebook, Path(jupyter["JUPYTER_DATA_DIR"]) / "kernels")
    try:
        await client.async_start_new_kernel(cwd=str(folder), env=_environment(jupyter))
        await client.async_start_new_kernel_client()
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type == "code":
                await _run_cell(client, source, index)
                on_cell()
    finally:
        if client.km is not None and client.km.has_kernel:
            await client._async_cleanup_kernel()


def _client(notebook: Any, kernels: Path) -> NotebookClient:
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient

    specs = KernelSpecManager(kernel_dirs=[str(kernels)], ensure_native_kernel=False)
    # Else every kernel warns that what it sends over loopback could be read.
    km = AsyncKernelManager(
        kernel_name=NAME, kernel_spec_manager=specs, transport_encryption="auto"
    )
    return NotebookClient(
        notebook,
        km=km,
        timeout=CELL_TIMEOUT_S,
        record_timing=False,
        coalesce_streams=True,
        store_widget_state=False,
        shutdown_kernel="immediate",
    )


def _environment(jupyter: Mapping[str, str]) -> dict[str, str]:
    ours = {key: value for key, value in jupyter.items() if key.startswith(("JUPYTER", "IPYTHON"))}
    return {key: jupyter[key] for key in INHERITED if key in jupyter} | ours | SET


async def _run_cell(client: NotebookClient, source: Source, index: int) -> None:
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    cell = client.nb.cells[index]
    place = source.place(client.nb, index)
    try:
        await client.async_execute_cell(cell, index)
    except CellTimeoutError:
        what = f"{place} did not end within {CELL_TIMEOUT_S} s; does it wait for something real?"
        raise ChapterError(what) from None
    except CellExecutionError as error:
        raise ChapterError(_what_it_raised(source, client.nb, index, error)) from None
    except DeadKernelError:
        raise ChapterError(f"{place} ended the kernel's process") from None
    tags = cell.metadata.get("tags", ())
    if "raises-exception" in tags and not _raised(cell):
        raise ChapterError(
            f"{place} is tagged raises-exception and raises none; drop the tag, or mend the cell"
        )


def _raised(cell: Any) -> bool:
    # IPython writes a group of exceptions to stderr, and sends no error.
    groups = "+ Exception Group Traceback"
    return any(o.output_type == "error" or groups in o.get("text", "") for o in cell.outputs)


def _what_it_raised(source: Source, notebook: Any, index: int, error: Any) -> str:
    """The line of the source that raised, what it was, and what to do."""
    traceback = COLOURS.sub("", error.traceback)
    count = sum(cell.cell_type == "code" for cell in notebook.cells[: index + 1])
    lines = re.findall(rf"Cell In\[{count}\], line (\d+)", traceback)
    first = source.line(notebook, index)
    line = first + int(lines[-1]) - 1 if lines else first
    return (
        f"source/{source.path.name}:{line}: cell {index + 1} raised "
        f"{error.ename}: {error.evalue}\n"
        f"Next: mend the cell; where the error is what the chapter shows, tag its fence: "
        f'```python tags=["raises-exception"]'
    )
