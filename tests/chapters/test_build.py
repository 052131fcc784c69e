"""Chapters are built by running them: the same bytes each time, or an error with its line."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import psutil
import pytest

from checker.chapters import Source, build_all, differences, find_sources, quick_differences
from checker.chapters.build import AT_A_TIME, Built
from checker.cli.jupyter.folder import environment, write_settings

GOOD = """\
# Good

```python
import asyncio, os
from checker import lab
print(sorted(os.listdir("..")), os.path.exists("../exercises/01_x/one.py"))
print([os.environ.get(name) for name in ("COLUMNS", "THEIRS", "TZ", "PYTHONUTF8")])
```

```python
async def main():
    await asyncio.sleep(2)
lab.run(main)
```

```python tags=["raises-exception"]
async def main():
    await asyncio.sleep(2)
    1 / 0
lab.run(main)
```

```python
open("../work.txt", "w").close()
```
"""
SOURCES = {
    "01_good": GOOD,
    "02_raises": "# Raises\n\n```python\nx = 1\n\n1 / 0\n```\n\n```python\nprint('never')\n```\n",
    "03_quiet": '# Quiet\n\n```python tags=["raises-exception"]\nx = 1\n```\n',
    "04_path": "# Path\n\n```python\nimport os\n```\n\n```python\nprint(os.getcwd())\n```\n",
    "05_dies": "# Dies\n\n```python\nimport os\nos._exit(3)\n```\n",
    "06_bash": "# Bash\n\n```bash\nls\n```\n",
}


@dataclass
class Heard:
    """Progress, as it was heard."""

    running: set[str] = field(default_factory=set)
    most_at_once: int = 0
    cells: dict[str, list[int]] = field(default_factory=dict)
    first_cell: asyncio.Event = field(default_factory=asyncio.Event)

    def began(self, source: Source, cells: int) -> None:
        self.running.add(source.name)
        self.most_at_once = max(self.most_at_once, len(self.running))
        self.cells[source.name] = [0, cells]

    def cell(self, source: Source) -> None:
        self.cells[source.name][0] += 1
        self.first_cell.set()

    def ended(self, source: Source) -> None:
        self.running.discard(source.name)


def course_with(folder: Path, sources: Mapping[str, str]) -> Path:
    """A course with one exercise, an author's work, and these sources of chapters."""
    files = {f"chapters/source/{name}.md": text for name, text in sources.items()}
    files |= {"exercises/01_x/one.py": "stub", "exercises/01_x/chapter.toml": "", "work/x": "mine"}
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def jupyter(folder: Path) -> dict[str, str]:
    """An environment for Jupyter, from one that has an author's settings in it."""
    write_settings(folder)
    theirs = {"COLUMNS": "40", "THEIRS": "set", "TZ": "Asia/Tokyo", "PYTHONWARNINGS": "error"}
    return environment(folder, os.environ | theirs)


@dataclass(frozen=True)
class Outcome:
    """All chapters, built once."""

    course: Path
    built: dict[str, Built]
    heard: Heard


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """What became of all sources."""
    course = course_with(tmp_path_factory.mktemp("course"), SOURCES)
    heard = Heard()
    environ = jupyter(tmp_path_factory.mktemp("jupyter"))
    sources = find_sources(course / "chapters")
    built = asyncio.run(build_all(sources, course=course, jupyter=environ, progress=heard))
    return Outcome(course, {one.source.name: one for one in built}, heard)


def said(notebook: str, cell: int) -> str:
    """What a code cell printed."""
    cells = [c for c in nbformat.reads(notebook, 4).cells if c.cell_type == "code"]
    return "".join(output.get("text", "") for output in cells[cell].outputs)


def test_a_chapter_is_built_with_its_outputs(outcome: Outcome) -> None:
    built = outcome.built["01_good"]
    assert built.fault == ""
    notebook = nbformat.reads(built.text, 4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == [1, 2, 3, 4]
    assert "<svg" in code[1].outputs[0].data["text/html"]
    assert code[2].outputs[-1].ename == "ZeroDivisionError"


def test_it_runs_in_a_pristine_course_and_without_the_settings_of_the_author(
    outcome: Outcome,
) -> None:
    told = said(outcome.built["01_good"].text, 0)
    assert told == "['.unblocked', 'chapters', 'exercises'] True\n[None, None, 'UTC', '1']\n"


def test_building_leaves_the_course_as_it_was(outcome: Outcome) -> None:
    found = {str(p.relative_to(outcome.course)) for p in outcome.course.rglob("*") if p.is_file()}
    sources = {f"chapters/source/{name}.md" for name in SOURCES}
    assert found == sources | {"exercises/01_x/one.py", "exercises/01_x/chapter.toml", "work/x"}


def test_at_most_two_are_built_at_a_time_and_every_cell_is_heard_of(outcome: Outcome) -> None:
    assert outcome.heard.most_at_once == AT_A_TIME == 2
    assert outcome.heard.running == set()
    assert outcome.heard.cells["01_good"] == [4, 4]
    assert outcome.heard.cells["02_raises"] == [0, 2]


def test_a_cell_that_raises_is_named_with_its_line_and_the_fix(outcome: Outcome) -> None:
    first, last = outcome.built["02_raises"].fault.splitlines()
    assert first == "source/02_raises.md:6: cell 2 raised ZeroDivisionError: division by zero"
    assert last.startswith("Next: mend the cell")
    assert "raises-exception" in last


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("03_quiet", "source/03_quiet.md:4: cell 2 is tagged raises-exception and raises none"),
        ("04_path", "source/04_path.md:8: cell 3: its output names the folder that it ran in"),
        ("05_dies", "source/05_dies.md:4: cell 2 ended the kernel's process"),
        ("06_bash", "source/06_bash.md:3: cell 2 is in no fence of python"),
    ],
)
def test_what_cannot_be_built_says_where_and_keeps_no_other_from_it(
    outcome: Outcome, name: str, fault: str
) -> None:
    assert outcome.built[name].fault.startswith(fault)
    assert outcome.built[name].text == ""


def test_the_same_source_gives_the_same_bytes_in_another_folder_and_process(
    outcome: Outcome, tmp_path: Path
) -> None:
    course = course_with(tmp_path / "änother folder", {"01_good": GOOD})
    sources = find_sources(course / "chapters")
    environ = jupyter(tmp_path / "jupyter") | {"PYTHONHASHSEED": "7", "HOME": str(tmp_path)}
    (built,) = asyncio.run(build_all(sources, course=course, jupyter=environ, progress=Heard()))
    assert built.text == outcome.built["01_good"].text


def test_a_build_that_is_stopped_leaves_no_kernel(tmp_path: Path) -> None:
    endless = "# Endless\n\n```python\nimport time\n```\n\n```python\ntime.sleep(3600)\n```\n"
    course = course_with(tmp_path, {"01_endless": endless})
    before = set(psutil.Process().children(recursive=True))

    async def main() -> list[psutil.Process]:
        heard = Heard()
        sources = find_sources(course / "chapters")
        environ = jupyter(tmp_path / "jupyter")
        build = asyncio.create_task(
            build_all(sources, course=course, jupyter=environ, progress=heard)
        )
        await heard.first_cell.wait()
        kernels = [c for c in psutil.Process().children(recursive=True) if c not in before]
        build.cancel()
        with pytest.raises(asyncio.CancelledError):
            await build
        return kernels

    kernels = asyncio.run(main())
    assert kernels
    assert [kernel for kernel in kernels if kernel.is_running()] == []


@pytest.fixture
def stored(outcome: Outcome, tmp_path: Path) -> Source:
    """A source whose notebook is up to date."""
    shutil.copytree(outcome.course / "chapters", tmp_path / "chapters")
    source = Source(tmp_path / "chapters" / "source" / "01_good.md")
    source.notebook.write_text(outcome.built["01_good"].text)
    return source


def test_a_notebook_that_was_just_built_is_up_to_date(stored: Source, outcome: Outcome) -> None:
    assert quick_differences(stored) == []
    assert differences(stored, outcome.built["01_good"].text) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("# Good", "# Better", "cell 1 has another text than in the source"),
        ('tags=["raises-exception"]', 'tags=["hard"]', "cell 4 has other tags than"),
        ("\n```python\nopen", "\n```python\n1\n```\n\n```python\nopen", "cell 5 has another text"),
        ('\n```python\nopen("../work.txt", "w").close()\n```\n', "", "it has 5 cells, and the"),
    ],
)
def test_a_source_that_changed_is_seen_without_running_it(
    stored: Source, old: str, new: str, fault: str
) -> None:
    text = stored.path.read_text()
    assert old in text
    stored.path.write_text(text.replace(old, new))
    (found,) = quick_differences(stored)
    assert found.startswith(fault)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"execution_count": 2', '"execution_count": 3', "not every cell of it was run"),
        ('"execution_count": 4', '"execution_count": null', "not every cell of it was run"),
        ('"version": "3"', '"version": "3.12.1"', "its metadata is not the course's"),
        ("{", "[", "it cannot be read as a notebook"),
    ],
)
def test_a_notebook_that_changed_is_seen_without_running_it(
    stored: Source, old: str, new: str, fault: str
) -> None:
    text = stored.notebook.read_text()
    assert old in text
    stored.notebook.write_text(text.replace(old, new))
    (found,) = quick_differences(stored)
    assert found.startswith(fault)


def test_other_outputs_are_seen_by_a_fresh_build_alone(stored: Source, outcome: Outcome) -> None:
    text = stored.notebook.read_text()
    stored.notebook.write_text(text.replace("'UTC'", "'CET'"))
    assert quick_differences(stored) == []
    assert differences(stored, outcome.built["01_good"].text) == ["other outputs in cells 2"]


def test_a_notebook_that_was_never_built_is_out_of_date(stored: Source, outcome: Outcome) -> None:
    stored.notebook.unlink()
    assert quick_differences(stored) == ["it was never built"]
    assert differences(stored, outcome.built["01_good"].text) == ["it was never built"]
