"""A chapter's source, and the notebook that it comes to before it is run.

Invariant: the same source gives the same notebook, with the same ids of cells. What Jupyter would
change on opening the notebook (kernel, language) is what it finds there already.
It refuses fences that Jupytext would make cells of another language of, and cells without code.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from checker.chapters.errors import ChapterError
from checker.notebook.kernelspec import DISPLAY_NAME, NAME

KERNELSPEC = {"display_name": DISPLAY_NAME, "language": "python", "name": NAME}
KEPT_METADATA = ("tags", "jupyter", "slideshow")


@dataclass(frozen=True)
class Source:
    """The source of one chapter."""

    path: Path

    @property
    def name(self) -> str:
        """ "01_blocking" """
        return self.path.stem

    @property
    def notebook(self) -> Path:
        """Where the chapter is built to."""
        return self.path.parent.parent / f"{self.name}.ipynb"

    def line(self, notebook: Any, index: int) -> int:
        """The line in the source on which the code of the cell `index` begins."""
        lines = self.path.read_text(encoding="utf-8").splitlines()
        at = 0
        for cell in notebook.cells[: index + 1]:
            if cell.cell_type == "code":
                at = _next(lines, cell.source.splitlines(), at)
        return at + 1

    def place(self, notebook: Any, index: int) -> str:
        """The file, line and cell, as messages begin."""
        return f"source/{self.path.name}:{self.line(notebook, index)}: cell {index + 1}"


def find_sources(chapters: Path) -> list[Source]:
    """Every source below a folder of chapters, in the order of the chapters."""
    return [Source(path) for path in sorted((chapters / "source").glob("*.md"))]


def select(sources: list[Source], names: list[str]) -> list[Source]:
    """The sources that are asked for: by number, by name, by both, or as a file; none means all."""
    if not names:
        return sources
    known = {key: s for s in sources for key in (s.name, s.name[3:], s.name[:2])}
    chosen = []
    for name in names:
        key = Path(name).stem
        if key not in known:
            near = get_close_matches(key, [s.name for s in sources] + [s.name[3:] for s in sources])
            advice = f"Did you mean {near[0]}?" if near else "There are: " + _listed(sources)
            raise ChapterError(f"There is no source of a chapter {name!r}. {advice}")
        chosen.append(known[key])
    return list(dict.fromkeys(chosen))


def unrun(source: Source) -> Any:
    """The notebook of a source, with no outputs."""
    import jupytext
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    make: dict[str, Any] = {"code": new_code_cell, "markdown": new_markdown_cell}
    read = jupytext.reads(source.path.read_text(encoding="utf-8"), fmt="md")
    cells = []
    for index, cell in enumerate(read.cells):
        if cell.cell_type not in make:
            where = f"source/{source.path.name}: cell {index + 1}"
            raise ChapterError(f"{where} is a raw cell, which no chapter has; remove it")
        metadata = {key: cell.metadata[key] for key in KEPT_METADATA if key in cell.metadata}
        digest = hashlib.sha256(cell.source.encode()).hexdigest()[:8]
        cells.append(make[cell.cell_type](cell.source, id=f"c{index}-{digest}", metadata=metadata))
    notebook = new_notebook(cells=cells, metadata=_metadata())
    notebook.nbformat_minor = 5
    _refuse_what_is_no_python(source, notebook)
    return notebook


def _refuse_what_is_no_python(source: Source, notebook: Any) -> None:
    lines = source.path.read_text(encoding="utf-8").splitlines()
    at = 0
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        if not cell.source.strip():
            raise ChapterError(f"{source.place(notebook, index)} has no code; remove the fence")
        found = _next(lines, cell.source.splitlines(), at)
        if found == at:
            # A fence of another language: Jupytext makes a cell of it, with or without a magic.
            code = cell.source.splitlines()
            fence = _next(lines, code[1:] if code[0].startswith("%%") else code, at, "```")
            raise ChapterError(
                f"source/{source.path.name}:{fence}: cell {index + 1} is in no fence of python, "
                f"and would run; write ```text for what is only shown"
            )
        at = found


def _metadata() -> dict[str, Any]:
    from checker.notebook.kernel import CourseKernel

    return {"kernelspec": dict(KERNELSPEC), "language_info": dict(CourseKernel.language_info)}


def _next(lines: list[str], wanted: list[str], start: int, fence: str = "```python") -> int:
    """The index of the first of the wanted lines, where they follow a fence; else `start`."""
    for at in range(start + 1, len(lines) - len(wanted) + 1):
        if lines[at - 1].lstrip().startswith(fence) and lines[at : at + len(wanted)] == wanted:
            return at
    return start


def _listed(sources: list[Source]) -> str:
    return ", ".join(source.name for source in sources) or "none in chapters/source"
