"""A group of exceptions that reaches a notebook is an error without paths, the same again."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from typing import Any

import nbformat

from checker.chapters import build_all, find_sources
from checker.chapters.kernel import COLOURS
from checker.cli.jupyter.folder import environment, write_settings
from tests.chapters.test_build import Heard, course_with

GROUPS = """\
# Groups

```python
import asyncio
from checker import lab

async def ask(name):
    raise LookupError(name)
```

```python tags=["raises-exception"]
async def inner():
    async with asyncio.TaskGroup() as group:
        group.create_task(ask("ada"))

async def main():
    async with asyncio.TaskGroup() as group:
        group.create_task(ask("bob"))
        group.create_task(inner())
lab.run(main)
```

```python tags=["raises-exception"]
try:
    lab.run(main)
except ExceptionGroup:
    1 / 0
```

```python tags=["raises-exception"]
raise ExceptionGroup("many", [ValueError(number) for number in range(12)])
```
"""
UNTOLD = "# Untold\n\n```python\nraise ExceptionGroup('x', [ValueError(1)])\n```\n"


def built(folder: Path, hash_seed: str) -> tuple[str, str]:
    """A chapter with groups as it was built, and the fault of one that announces none."""
    course = course_with(folder / "course", {"01_groups": GROUPS, "02_untold": UNTOLD})
    write_settings(folder / "jupyter")
    environ = environment(folder / "jupyter", os.environ | {"PYTHONHASHSEED": hash_seed})
    sources = find_sources(course / "chapters")
    groups, untold = asyncio.run(
        build_all(sources, course=course, jupyter=environ, progress=Heard())
    )
    assert groups.fault == ""
    return groups.text, untold.fault


def errors_in(notebook: str) -> list[Any]:
    """The errors that its cells ended with."""
    cells = nbformat.reads(notebook, 4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", ())]
    assert [output.output_type for output in outputs] == ["error"] * 3
    return outputs


def test_a_group_is_an_error_without_paths_and_the_same_in_each_run(tmp_path: Path) -> None:
    first, untold = built(tmp_path / "one", "1")
    again, _ = built(tmp_path / "two", "2")
    assert first == again
    assert untold.startswith("source/02_untold.md:4: cell 2 raised ExceptionGroup: x")
    nested, handled, many = errors_in(first)
    said = COLOURS.sub("", "\n".join(nested.traceback))
    assert (nested.ename, nested.evalue) == (
        "ExceptionGroup",
        "unhandled errors in a TaskGroup (2 sub-exceptions)",
    )
    assert said.splitlines()[-3:] == [
        "  1. LookupError: bob (Cell In[1], line 5)",
        "  2. ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception) "
        "(Cell In[2], line 2)",
        "     1. LookupError: ada (Cell In[1], line 5)",
    ]
    assert "---> 9 lab.run(main)" in said
    assert handled.ename == "ZeroDivisionError"
    assert many.traceback[-1] == "  … and 2 more"
    shown = COLOURS.sub(
        "", "\n".join(part for each in (nested, handled, many) for part in each.traceback)
    )
    assert re.findall(r"\.py|site-packages|File ", shown) == []
