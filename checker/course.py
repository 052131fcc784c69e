"""The course folder: where the course's files are, whichever folder of it someone stands in.

It is a checkout of the repository, or a folder that `unblocked init` made: that one has exercises
and a manifest, `.unblocked/manifest.json`, of what the course put there.
It refuses to guess: a folder with one of the two and not the other is named, with the fix.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

STATE = ".unblocked"
MANIFEST = f"{STATE}/manifest.json"


class NoCourse(LookupError):
    """No course folder here. The message says where was looked, and what to do."""

    def __str__(self) -> str:
        return str(self.args[0])


def find_course(start: Path) -> Path:
    """The nearest folder at or above `start` that is a course folder."""
    for folder in (start, *start.parents):
        if is_checkout(folder):
            return folder
        if has_manifest(folder):
            if any((folder / "exercises").glob("*/chapter.toml")):
                return folder
            raise NoCourse(
                f"The course in {folder} is not whole: it has no exercises/*/chapter.toml.\n"
                f"Next: `unblocked update` there brings back what is missing."
            )
    raise NoCourse(
        f"No course here: neither {start} nor a folder above it is a course folder.\n"
        f"Next: cd to your copy of the course, then run the same command again. "
        f"`unblocked init FOLDER` makes a new one."
    )


def has_manifest(folder: Path) -> bool:
    """Whether `unblocked init` made this folder, or began to."""
    return (folder / MANIFEST).is_file()


def is_checkout(folder: Path) -> bool:
    """Whether this is the repository: its pyproject.toml is the course's."""
    try:
        project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    table = project.get("project")
    return isinstance(table, dict) and table.get("name") == "unblocked"
