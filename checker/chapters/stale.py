"""Says what in a chapter's notebook differs from its source, or from a fresh build.

The quick way runs nothing: it holds cells and metadata against the source, and sees that every code
cell was run. Only a fresh build tells whether the outputs are today's.
"""

from __future__ import annotations

from typing import Any

from checker.chapters.source import Source, unrun


def quick_differences(source: Source) -> list[str]:
    """What differs between a notebook and its source, without running anything."""
    fresh = unrun(source)
    stored = _stored(source)
    if isinstance(stored, str):
        return [stored]
    faults = _cells(fresh, stored)
    if not faults and fresh.metadata != stored.metadata:
        faults.append("its metadata is not the course's")
    counts = [cell.execution_count for cell in stored.cells if cell.cell_type == "code"]
    if counts != list(range(1, len(counts) + 1)):
        faults.append("not every cell of it was run, or not in order")
    return faults


def differences(source: Source, built: str) -> list[str]:
    """What differs between a notebook and a fresh build of it, of which this is the text."""
    import nbformat

    stored = _stored(source)
    if isinstance(stored, str):
        return [stored]
    if source.notebook.read_bytes() == built.encode():
        return []
    fresh = nbformat.reads(built, as_version=4)
    faults = _cells(fresh, stored)
    if not faults:
        pairs = enumerate(zip(fresh.cells, stored.cells, strict=True), start=1)
        others = [str(number) for number, (new, old) in pairs if new != old]
        faults = [f"other outputs in cells {', '.join(others)}"] if others else []
    return faults or ["it is written in another way, or its metadata is not the course's"]


def _stored(source: Source) -> Any:
    """The notebook that is there, or what is wrong with it."""
    import nbformat

    try:
        return nbformat.reads(source.notebook.read_text(encoding="utf-8"), as_version=4)
    except FileNotFoundError:
        return "it was never built"
    except Exception as error:  # A damaged file makes the reader raise almost anything.
        return "it cannot be read as a notebook: " + str(error).partition("\n")[0]


def _cells(fresh: Any, stored: Any) -> list[str]:
    """The first cell that is another one than the source says."""
    keys = ("cell_type", "id", "source", "metadata")
    new = [{key: cell.get(key) for key in keys} for cell in fresh.cells]
    old = [{key: cell.get(key) for key in keys} for cell in stored.cells]
    for number, (wanted, there) in enumerate(zip(new, old, strict=False), start=1):
        if wanted != there:
            what = "another id" if wanted["source"] == there["source"] else "another text"
            what = "other tags" if wanted["metadata"] != there["metadata"] else what
            return [f"cell {number} has {what} than in the source"]
    if len(new) != len(old):
        return [f"it has {len(old)} cells, and the source {len(new)}"]
    return []
