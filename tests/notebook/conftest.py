"""A learner's course folder, and a kernel in its chapters."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.kernel import Notebook, Output

ROOT = Path(__file__).resolve().parents[2]
IMPORTS = (
    "import os, sys, threading, time\n"
    "from checker import (check, compare, hint, history, lab, predict, progress, reset,\n"
    "                     solution, start)"
)


def new_course(folder: Path) -> Path:
    """A course folder as `unblocked init` makes it."""
    for name in ("exercises", "solutions"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("chapters", ".unblocked"):
        (folder / name).mkdir()
    (folder / ".unblocked" / "manifest.json").write_text('{"version": "0", "files": {}}')
    return folder


class Learner(Notebook):
    """A kernel in the chapters of a course, and the learner's folder."""

    def __init__(self, course: Path, folder: Path) -> None:
        super().__init__(folder, cwd=course / "chapters")
        self.course = course
        self.work = course / "work"
        assert self.run(IMPORTS) == []

    def forget(self) -> None:
        """Nothing was written and nothing was checked."""
        shutil.rmtree(self.work, ignore_errors=True)
        for file in (self.course / ".unblocked").glob("history*"):
            file.unlink()

    def shown(self, code: str) -> tuple[str, str]:
        """What a cell displays, as HTML and in words."""
        (output,) = self.run(code)
        assert output.kind == "display_data", output.text
        return output.content["data"]["text/html"], output.text

    def words(self, code: str) -> str:
        return self.shown(code)[1]

    def refused(self, code: str) -> str:
        """What a cell that cannot be run says, without a traceback."""
        (output,) = self.run(code)
        assert output.kind == "error"
        (line,) = output.content["traceback"]
        return str(line)

    def exercise(self, id: str, text: str) -> tuple[str, str]:
        return self.shown(f"%%exercise {id}\n{text}")

    def becomes(self, code: str) -> tuple[list[Output], str | None]:
        """What a cell displays, and what it becomes, if it becomes something."""
        message = self.client.execute(code)
        while True:
            reply: Any = self.client.get_shell_msg(timeout=60)
            if reply["parent_header"]["msg_id"] == message:
                break
        payloads = reply["content"].get("payload", [])
        texts = [each["text"] for each in payloads if each["source"] == "set_next_input"]
        assert all(each["replace"] for each in payloads)
        return self.run("pass"), texts[0] if texts else None


@pytest.fixture(scope="package")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Learner]:
    course = new_course(tmp_path_factory.mktemp("a course"))
    learner = Learner(course, tmp_path_factory.mktemp("kernel"))
    try:
        yield learner
    finally:
        learner.close()


@pytest.fixture
def learner(kernel: Learner) -> Learner:
    kernel.forget()
    return kernel
