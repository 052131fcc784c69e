"""What a batch is graded with: kept with the results, so that a later command goes on with it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from checker.catalog import Exercise


@dataclass(frozen=True)
class Settings:
    """What decides a verdict, and how late work counts.

    course     the folder with exercises/; "" is what this installation carries
    exercises  the ids that are graded
    hidden     a teacher's own checks: their texts by their paths, such as
               "01_blocking/test_never_block.py"
    allow_ungraded   whether gradebooks are written although some works could not be graded
    """

    title: str
    exercises: tuple[str, ...]
    course: str = ""
    hidden: dict[str, str] = field(default_factory=dict)
    seed: int = 0
    sandbox: str = "jail"
    real_s: float = 10.0
    memory_bytes: int = 1 << 30
    printed_bytes: int = 1_000_000
    late: str = "flag"
    due: str = ""
    formats: tuple[str, ...] = ("csv", "jsonl")
    canvas_template: str = ""
    moodle_worksheet: str = ""
    allow_ungraded: bool = False

    def to_json(self) -> str:
        """The same settings give the same text."""
        return json.dumps(asdict(self), sort_keys=True)

    @staticmethod
    def from_json(text: str) -> Settings:
        """What `to_json` wrote."""
        table = json.loads(text)
        for name in ("exercises", "formats"):
            table[name] = tuple(table[name])
        return Settings(**table)


def hidden_file(exercise: Exercise) -> str:
    """The name of the hidden checks of an exercise, below their folder."""
    return f"{exercise.chapter}/test_{exercise.name}.py"


def read_hidden(folder: Path) -> dict[str, str]:
    """The checks in a folder, and their material, by path."""
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in sorted(folder.glob("*/**/*.py"))
        if "__pycache__" not in path.parts
    }


def write_hidden(hidden: dict[str, str], folder: Path) -> None:
    """Lay them out again, for pytest to collect."""
    for name, text in hidden.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
