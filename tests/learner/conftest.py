"""A course folder of its own for each test: two chapters, three exercises."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.learner.desk import Desk

STUB = '''"""Say hello."""


async def greet(name):
    """A greeting."""
    raise NotImplementedError
'''
SOLUTION = STUB.replace("raise NotImplementedError", 'return f"Hello, {name}!"')


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """The desk of a learner who has not begun."""
    for chapter, names in (("00_start", ["one", "two"]), ("01_next", ["three"])):
        folder = tmp_path / "exercises" / chapter
        folder.mkdir(parents=True)
        text = f'title = "{chapter}"\nclaim = "It works."\n'
        for name in names:
            needs = (
                '["start/one"]' if name == "two" else '["start/two"]' if name == "three" else "[]"
            )
            text += f'[exercises.{name}]\ntitle = "{name}"\npoints = 10\nminutes = 5\n'
            text += f'needs = {needs}\nout_of_scope = []\nhints = ["a", "b", "c"]\n'
            (folder / f"{name}.py").write_text(STUB)
            solution = tmp_path / "solutions" / chapter / f"{name}.py"
            solution.parent.mkdir(parents=True, exist_ok=True)
            solution.write_text(SOLUTION)
        (folder / "chapter.toml").write_text(text)
    return Desk(tmp_path)
