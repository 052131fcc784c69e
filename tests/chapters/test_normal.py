"""What was run comes out the same each time, or is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from checker.chapters import ChapterError, Source
from checker.chapters.normal import normalise, refuse_what_differs


@pytest.fixture
def source(tmp_path: Path) -> Source:
    """A source with one cell, on its third line."""
    path = tmp_path / "chapters" / "source" / "01_x.md"
    path.parent.mkdir(parents=True)
    path.write_text("# X\n\n```python\nrun()\n```\n")
    return Source(path)


def said(text: str) -> list[object]:
    """Every output that can say a text."""
    return [
        new_output("stream", name="stdout", text=text),
        new_output("display_data", {"text/html": f"<a href='{text}'>x</a>"}),
        new_output("execute_result", {"text/plain": text}, execution_count=7),
        new_output("error", ename="OSError", evalue=text, traceback=[]),
    ]


def notebook(*outputs: object) -> Any:
    """A notebook of that one cell, with these outputs."""
    cell = new_code_cell("run()", outputs=list(outputs))
    return new_notebook(cells=[new_markdown_cell("# X"), cell])


def test_counts_and_metadata_say_nothing_of_the_run() -> None:
    result = new_output(
        "execute_result",
        {"text/plain": "1", "application/vnd.jupyter.widget-view+json": {"model_id": "7f3a"}},
        execution_count=7,
    )
    kept = {"tags": ["hard"]}
    first = new_code_cell("a", metadata={"execution": {"idle": "12:00"}, **kept})
    cell = new_code_cell("b", execution_count=7, outputs=[result])
    made = new_notebook(cells=[first, new_markdown_cell("x"), cell])
    normalise(made)
    assert [c.execution_count for c in (first, cell)] == [1, 2]
    assert first.metadata == kept
    assert result.execution_count == 2
    assert result.data == {"text/plain": "1"}


def test_a_traceback_keeps_the_frames_of_cells_alone() -> None:
    colour, end = "\x1b[36m", "\x1b[39m"
    library = f"{colour}File {end}/usr/lib/python/asyncio/tasks.py:10, in x"
    frame = f"{colour}Cell{end} In[2], line 1"
    hidden = f"    {colour}[... skipping hidden 2 frame]{end}"
    error = new_output(
        "error", ename="E", evalue="x", traceback=["---", frame, library, hidden, "E: x"]
    )
    normalise(new_notebook(cells=[new_code_cell("a", outputs=[error])]))
    assert error.traceback == ["---", frame, "E: x"]


def test_a_cell_that_runs_for_real_keeps_no_output() -> None:
    tags = {"tags": ["real", "nbval-ignore-output"]}
    real = new_code_cell("a", metadata=tags, outputs=said("took 1.0073 s"))
    lab = new_code_cell("b", outputs=said("took 1.0 s"))
    normalise(new_notebook(cells=[real, lab]))
    assert [real.execution_count, lab.execution_count] == [1, 2]
    assert [len(real.outputs), len(lab.outputs)] == [0, 4]


@pytest.mark.parametrize("tags", [["real", "nbval-ignore-output"], ["real"]])
def test_the_output_of_a_real_cell_must_not_be_compared(source: Source, tags: list[str]) -> None:
    made = notebook()
    made.cells[1].metadata["tags"] = tags
    if "nbval-ignore-output" in tags:
        refuse_what_differs(source, made, [])
        return
    with pytest.raises(ChapterError, match=r"01_x\.md:4: cell 2: .* tag it nbval-ignore-output"):
        refuse_what_differs(source, made, [])


@pytest.mark.parametrize("kind", range(4))
def test_an_output_that_names_the_folder_it_ran_in_is_refused(
    source: Source, tmp_path: Path, kind: int
) -> None:
    output = said(f"{tmp_path}/chapters/x.txt")[kind]
    with pytest.raises(ChapterError) as caught:
        refuse_what_differs(source, notebook(output), [tmp_path])
    assert str(caught.value).startswith("source/01_x.md:4: cell 2: its output names the folder")


@pytest.mark.parametrize("kind", range(4))
def test_an_output_with_the_address_of_an_object_is_refused(source: Source, kind: int) -> None:
    output = said("<object at 0x7f3a1c0d2e90>")[kind]
    with pytest.raises(ChapterError, match=r"source/01_x\.md:4: cell 2: .*0x7f3a1c0d2e90"):
        refuse_what_differs(source, notebook(output), [])


def test_a_group_of_exceptions_is_refused_with_a_way_to_show_it(source: Source) -> None:
    group = new_output(
        "stream", name="stderr", text="  + Exception Group Traceback (most recent call last):\n"
    )
    with pytest.raises(ChapterError, match=r"except\*"):
        refuse_what_differs(source, notebook(group), [])


@pytest.mark.parametrize(
    "text", ["took 2.0 s", "0x1f", "see ../exercises/01_x/one.py", "{folder}2/x", "a{folder}"]
)
def test_an_output_that_is_the_same_everywhere_is_accepted(
    source: Source, tmp_path: Path, text: str
) -> None:
    text = text.format(folder=tmp_path)
    refuse_what_differs(source, notebook(*said(text)), [tmp_path])
