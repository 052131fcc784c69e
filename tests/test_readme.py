"""What the README shows is what the code does."""

from __future__ import annotations

import re
from typing import Any

from tools import readme

TEXT = (readme.ROOT / "README.md").read_text()


def test_the_picture_is_what_the_lab_draws_today() -> None:
    assert readme.PICTURE.read_text() == readme.picture(), "run: python -m tools.readme"


def test_the_program_does_what_the_comments_beside_it_say() -> None:
    source = re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert source is not None
    lines = source[1].rpartition("run = ")[0]
    found: dict[str, Any] = {}
    exec(compile(lines, "app.py", "exec"), found)
    lab, main = found["lab"], found["main"]
    run = lab.run(main)
    assert run.elapsed == 4.5
    assert [(held.at, held.seconds, held.what) for held in run.blocked] == [
        (1.5, 2.0, "time.sleep(2)")
    ]
    line = lines.splitlines().index("        time.sleep(2)                      # a mistake") + 1
    assert run.blocked[0].where == f"app.py:{line}"
    assert f"where='app.py:{line}'" in source[1]


def test_every_name_of_the_lab_that_it_mentions_is_there() -> None:
    from checker import lab

    names = set(re.findall(r"`lab\.(\w+)", TEXT))
    missing = [name for name in sorted(names) if not hasattr(lab, name)]
    assert names
    assert missing == []
