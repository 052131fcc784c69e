"""A chapter's source, as the notebook that it comes to before it is run."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from checker.chapters import ChapterError, Source, find_sources, select
from checker.chapters.normal import text
from checker.chapters.source import unrun
from checker.notebook.kernel import CourseKernel
from checker.notebook.kernelspec import DISPLAY_NAME, NAME

SOURCE = """\
---
jupyter:
  jupytext:
    text_representation:
      extension: .md
      format_name: markdown
---

# Title

Prose, with what is only shown:

```text
import asyncio
```

```python
import asyncio
```

```python tags=["raises-exception", "nbval-ignore-output"]
import asyncio

1 / 0
```
"""


@pytest.fixture
def source(tmp_path: Path) -> Source:
    """A source of three cells."""
    return written(tmp_path, "01_title", SOURCE)


def written(chapters: Path, name: str, content: str) -> Source:
    """A source with this content."""
    path = chapters / "source" / f"{name}.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    return Source(path)


def test_cells_tags_and_prose_are_those_of_the_source(source: Source) -> None:
    cells = unrun(source).cells
    assert [cell.cell_type for cell in cells] == ["markdown", "code", "code"]
    assert cells[0].source.endswith("```text\nimport asyncio\n```")
    assert [cell.metadata for cell in cells] == [
        {},
        {},
        {"tags": ["raises-exception", "nbval-ignore-output"]},
    ]


def test_the_same_source_gives_the_same_notebook_and_another_one_other_ids(
    source: Source, tmp_path: Path
) -> None:
    first = text(unrun(source))
    assert text(unrun(source)) == first
    other = unrun(written(tmp_path, "02_other", SOURCE.replace("1 / 0", "2 / 0")))
    same = [cell.id for cell in nbformat.reads(first, 4).cells]
    assert [cell.id for cell in other.cells[:2]] == same[:2]
    assert other.cells[2].id != same[2]


def test_the_notebook_is_valid_and_its_kernel_and_language_are_the_courses(source: Source) -> None:
    notebook = unrun(source)
    nbformat.validate(notebook)
    assert notebook.metadata == {
        "kernelspec": {"display_name": DISPLAY_NAME, "language": "python", "name": NAME},
        "language_info": CourseKernel.language_info,
    }


def test_a_cell_is_found_in_the_source_by_its_line(source: Source) -> None:
    notebook = unrun(source)
    lines = SOURCE.splitlines()
    assert lines[source.line(notebook, 1) - 1 :][:2] == ["import asyncio", "```"]
    assert lines[source.line(notebook, 2) - 1 :][:2] == ["import asyncio", ""]
    assert source.place(notebook, 2) == "source/01_title.md:22: cell 3"


@pytest.mark.parametrize(
    ("content", "where", "advice"),
    [
        ("# A\n\n```bash\nls\n```\n", "source/01_a.md:3: cell 2 is in no fence", "write ```text"),
        (
            "```python\nls\n```\n\nX\n\n```bash\nls\n```\n",
            "source/01_a.md:7: cell 3 is in no fence",
            "write ```text",
        ),
        ("# A\n\n```python\n```\n", "source/01_a.md:", "remove the fence"),
    ],
)
def test_a_cell_that_no_chapter_may_have_is_refused(
    tmp_path: Path, content: str, where: str, advice: str
) -> None:
    with pytest.raises(ChapterError) as caught:
        unrun(written(tmp_path, "01_a", content))
    assert str(caught.value).startswith(where)
    assert advice in str(caught.value)


def test_sources_are_found_in_order_and_chosen_by_any_part_of_their_names(tmp_path: Path) -> None:
    two = written(tmp_path, "02_event_loop", SOURCE)
    one = written(tmp_path, "01_blocking", SOURCE)
    sources = find_sources(tmp_path)
    assert sources == [one, two]
    assert select(sources, []) == [one, two]
    for name in ("02", "event_loop", "02_event_loop", "chapters/02_event_loop.ipynb"):
        assert select(sources, [name, name]) == [two]
    assert two.notebook == tmp_path / "02_event_loop.ipynb"


def test_a_chapter_that_there_is_not_is_refused_with_the_nearest(tmp_path: Path) -> None:
    sources = [written(tmp_path, "01_blocking", SOURCE)]
    with pytest.raises(ChapterError, match=r"no source of a chapter 'bloking'\. Did you mean"):
        select(sources, ["bloking"])
    with pytest.raises(ChapterError, match="There are: 01_blocking"):
        select(sources, ["x"])
