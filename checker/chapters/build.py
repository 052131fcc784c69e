"""Builds chapters: two at a time at most, each in a course folder of its own.

Each is run in a new folder that holds the pristine course and no work. So what a chapter shows
hangs on its source and the course alone, and building it leaves everything else as it was.
A chapter that cannot be built keeps no other from being built.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from checker.chapters.errors import ChapterError
from checker.chapters.kernel import run
from checker.chapters.normal import normalise, refuse_what_differs, text
from checker.chapters.source import Source, unrun
from checker.install import Content, bring

AT_A_TIME = 2


class Progress(Protocol):
    """Hears how far the building is."""

    def began(self, source: Source, cells: int) -> None:
        """A chapter with so many code cells is about to be run."""

    def cell(self, source: Source) -> None:
        """One more of its cells was run."""

    def ended(self, source: Source) -> None:
        """It is built, or cannot be."""


@dataclass(frozen=True)
class Built:
    """What became of one chapter: the text of its notebook, or why there is none."""

    source: Source
    text: str = ""
    fault: str = ""


async def build_all(
    sources: list[Source], *, course: Path, jupyter: Mapping[str, str], progress: Progress
) -> list[Built]:
    """Build chapters of the course in `course`, in an environment made for Jupyter."""
    turn = asyncio.Semaphore(AT_A_TIME)

    async def one(source: Source) -> Built:
        async with turn:
            try:
                return Built(source, text=await _build(source, course, jupyter, progress))
            except ChapterError as error:
                return Built(source, fault=str(error))
            finally:
                progress.ended(source)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(source)) for source in sources]
    return [task.result() for task in tasks]


async def _build(
    source: Source, course: Path, jupyter: Mapping[str, str], progress: Progress
) -> str:
    notebook: Any = unrun(source)
    progress.began(source, sum(cell.cell_type == "code" for cell in notebook.cells))
    with TemporaryDirectory(prefix="unblocked-") as temporary:
        # Links on the way there are resolved, as they are in what a program says of its folder.
        folder = Path(temporary).resolve()
        content = Content(course, "built", left_out=("*.ipynb",))
        if content.files():
            bring(content, folder)
        (folder / "chapters").mkdir(exist_ok=True)

        def on_cell() -> None:
            progress.cell(source)

        await run(source, notebook, folder=folder / "chapters", jupyter=jupyter, on_cell=on_cell)
        normalise(notebook)
        refuse_what_differs(source, notebook, (folder, Path(temporary), course))
    return text(notebook)
