"""Makes a notebook that was run the same bytes each time, and refuses what cannot be.

Counts are 1 to n, metadata is what the source says, and a traceback keeps the frames of cells
alone: the frames of libraries have paths, and differ between versions of Python.
A cell that runs for real, as its tag `real` says, keeps no output, since its figures are others
each time.
It refuses outputs that name a folder of this machine, or the address of an object.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from checker.chapters.errors import ChapterError
from checker.chapters.kernel import COLOURS
from checker.chapters.source import Source

ADDRESS = re.compile(r"\b0x[0-9a-f]{6,16}\b")
REAL, NOT_COMPARED = "real", "nbval-ignore-output"
WIDGET = "application/vnd.jupyter.widget-view+json"


def normalise(notebook: Any) -> None:
    """Drop what differs from run to run and says nothing."""
    count = 0
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type != "code":
            continue
        count += 1
        cell.execution_count = count
        if REAL in _tags(cell):
            cell.outputs = []
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = count
            if "data" in output:
                output.data.pop(WIDGET, None)
            if output.output_type == "error":
                output.traceback = [part for part in output.traceback if _of_a_cell(part)]


def text(notebook: Any) -> str:
    """The file: with a line end at its end, and whatever the platform, the same."""
    import nbformat

    written: str = nbformat.writes(notebook, version=4)
    return written.rstrip("\n") + "\n"


def refuse_what_differs(source: Source, notebook: Any, places: Iterable[Path]) -> None:
    """Refuse outputs that would be others in another folder, or in the next run."""
    names = {str(place): "the folder that it ran in" for place in places}
    names |= {sys.prefix: "the folder of Python", str(Path.home()): "the home folder"}
    for index, cell in enumerate(notebook.cells):
        if REAL in _tags(cell) and NOT_COMPARED not in _tags(cell):
            raise ChapterError(
                f"{source.place(notebook, index)}: it is tagged {REAL}, so its output is another "
                f"in each run; tag it {NOT_COMPARED}, too"
            )
        said = _said(cell)
        if "+ Exception Group Traceback" in said:
            raise ChapterError(
                f"{source.place(notebook, index)}: it prints a group of exceptions with paths of "
                f"this machine; let it be raised, or catch it with except* and print what counts"
            )
        for name, what in names.items():
            if re.search(rf"(?<![\w.]){re.escape(name)}(?![\w-])", said) and len(name) > 1:
                raise ChapterError(
                    f"{source.place(notebook, index)}: its output names {what}, {name}, and would "
                    f"differ elsewhere; print something else"
                )
        if found := ADDRESS.search(said):
            raise ChapterError(
                f"{source.place(notebook, index)}: its output has the address {found.group()}, "
                f"which is another in each run; print something else"
            )


def _tags(cell: Any) -> list[str]:
    return list(cell.metadata.get("tags", ()))


def _said(cell: Any) -> str:
    """All that the outputs of a cell say."""
    outputs = json.dumps(cell.get("outputs", []), ensure_ascii=False)
    return COLOURS.sub("", outputs.replace("\\u001b", "\x1b"))


def _of_a_cell(part: str) -> bool:
    # The second is a count of frames that are hidden, which differs between versions too.
    return not COLOURS.sub("", part).lstrip().startswith(("File ", "[... skipping"))
