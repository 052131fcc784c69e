"""A small course for tests of the gate: a sound exercise, and copies of it with a fault."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

STUB = '''\
"""Add

Write `add`.
"""


async def add(a, b):
    """The sum of two numbers."""
    raise NotImplementedError
'''
SOLUTION = STUB.replace("raise NotImplementedError", "return a + b")
CHECKS = '''\
"""Checks of add."""


async def test_sum(attempt, draw):
    """It returns the sum."""
    a, b = draw.randint(1, 9), draw.randint(10, 99)
    answer = await attempt.call("add", a, b)
    assert answer == a + b, f"add({a}, {b}) is {a + b}. Both numbers count."


async def test_no_time(attempt, clock):
    """It takes no time."""
    await attempt.call("add", 1, 2)
    assert clock.now == 0, "Adding needs no sleep: take it away."
'''


def answer(body: str) -> str:
    """An answer with this body."""
    return f"import asyncio\n\n\nasync def add(a, b):\n    {body}\n"


def wrong(claim: str, body: str) -> str:
    """A wrong answer that makes this claim."""
    return f"# {claim}\n{answer(body)}"


FIRST = "fails: sum | says: both numbers count"
WRONG = {
    "only_a": wrong(FIRST, "return a"),
    "only_b": wrong(FIRST, "return b"),
    "sleeps": wrong(
        "fails: no_time | says: take it away", "await asyncio.sleep(1)\n    return a + b"
    ),
}
RIGHT = {"the_other_way": answer("return b + a")}


# What chapter.toml says of the checks, as tables of the exercise {name}.
PROMISES = """
[exercises.{name}.requirements]
"The sum of two numbers" = ["sum"]
"Write `add`" = ["no_time"]

[exercises.{name}.patterns]
two_at_once = "It keeps nothing."
cancelled_cleanup = "It awaits nothing."
left_running = "It starts nothing."
falsy_or_duplicate = "Numbers are only added."
second_break = "It cannot fail."
more_than_one = "There is one sum."
"""


class Course:
    """A folder with a course in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._toml: dict[str, str] = {}
        self.write("pyproject.toml", '[project]\nname = "unblocked-course"\n')

    def write(self, name: str, text: str) -> None:
        """A file of the course."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def exercise(self, name: str, chapter: str = "01_sums", **changed: Any) -> None:
        """A sound exercise, but for what is given.

        changed   stub, solution, checks, wrong, right; promises, and guards
        """
        files = {"stub": STUB, "solution": SOLUTION, "checks": CHECKS}
        files |= {key: text for key, text in changed.items() if key in files}
        self.write(f"exercises/{chapter}/{name}.py", files["stub"])
        self.write(f"solutions/{chapter}/{name}.py", files["solution"])
        self.write(f"checker/checks/{chapter}/test_{name}.py", files["checks"])
        for kind, usual in (("wrong", WRONG), ("right", RIGHT)):
            for stem, text in changed.get(kind, usual).items():
                self.write(f"tests/{kind}_answers/{chapter}/{name}/{stem}.py", text)
        toml = self._toml.setdefault(chapter, f'title = "{chapter}"\nclaim = "So it is."\n')
        self._toml[chapter] = toml + (
            f'\n[exercises.{name}]\ntitle = "{name}"\npoints = 4\nminutes = 1\nneeds = []\n'
            'out_of_scope = []\nhints = ["one", "two", "three"]\n'
            f"guards = {json.dumps(changed.get('guards', []))}\n"
        )
        self._toml[chapter] += changed.get("promises", PROMISES).format(name=name)
        self.write(f"exercises/{chapter}/chapter.toml", self._toml[chapter])

    def run(self, *arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
        """`unblocked verify` in this folder, in a process of its own: it forks.

        changed   variables of its environment
        """
        # -P: this folder has a folder `checker`, too, which is not to be imported.
        command = [sys.executable, "-P", "-m", "checker.cli", "verify", *arguments]
        env = os.environ | {"CI": "1"} | changed
        return subprocess.run(
            command, cwd=self.root, env=env, capture_output=True, text=True, check=False
        )

    def report(self, *arguments: str, **changed: str) -> dict[str, Any]:
        """The report, as its JSON says."""
        done = self.run(*arguments, "--json", **changed)
        assert done.stderr == ""
        report: dict[str, Any] = json.loads(done.stdout)
        assert done.returncode == (1 if report["findings"] else 0)
        return report


def findings(report: dict[str, Any], exercise: str) -> list[str]:
    """What was found in one exercise: place and what, without the fix."""
    return [
        f"{each['file']}:{each['line']}: {each['what']}"
        for each in report["findings"]
        if each["exercise"] == exercise
    ]
