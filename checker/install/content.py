"""What the course puts into a folder: chapters, exercises and solutions.

A wheel carries them as `checker/content/`; a checkout has them beside the package.
Invariant: every path begins with one of three folders, or is a hand-out's README.md or wheel, so
none is in a learner's work/.

The build of the wheel loads this file by itself, so it imports nothing of ours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import ClassVar

FOLDERS = ("chapters", "exercises", "solutions")
README = "README.md"  # A hand-out has one; a course folder's, if any, is the learner's.
WHEELS = re.compile(r"unblocked_course-[\w.+!]+-py3-none-any\.whl")  # A hand-out has one of these.
# A chapter's source is the author's; the rest is what tools leave behind.
LEFT_OUT = ("source", ".*", "__pycache__", "*.pyc", "*~")


@dataclass(frozen=True)
class Content:
    """One version of the course."""

    root: Path
    version: str
    left_out: tuple[str, ...] = ()  # Beside what never belongs to the course.

    is_handout: ClassVar[bool] = False

    def files(self) -> dict[str, Path]:
        """Every file by its path in a course folder, in order."""
        return files(self.root, self.left_out)


def files(root: Path, left_out: tuple[str, ...] = ()) -> dict[str, Path]:
    """The files of the course below a folder, by their paths from there."""
    found = {}
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.is_file() and not _is_left_out(name, (*LEFT_OUT, *left_out)):
                found[name] = path
    return found


def is_ours(name: str) -> bool:
    """Whether a relative path is one that the course may write to."""
    path = PurePosixPath(name)
    inside = len(path.parts) > 1 and path.parts[0] in FOLDERS
    proper = ".." not in path.parts and "\\" not in name and str(path) == name
    return name == README or WHEELS.fullmatch(name) is not None or (inside and proper)


def shipped() -> Content:
    """What this installation carries."""
    package = Path(__file__).resolve().parent.parent
    carried = package / "content"
    root = carried if carried.is_dir() else package.parent
    try:
        version = metadata.version("unblocked-course")
    except metadata.PackageNotFoundError:  # The package is on the path, and not installed.
        version = "unknown"
    return Content(root, version)


def _is_left_out(name: str, patterns: tuple[str, ...]) -> bool:
    parts = name.split("/")
    return any(fnmatch(part, pattern) for part in parts for pattern in patterns)
