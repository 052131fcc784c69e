"""The course folder: where the course's files are, whichever folder of it someone stands in.

It is one of three: a checkout of the repository; a folder that `unblocked init` made, which has
exercises and a manifest, `.unblocked/manifest.json`, of what the course put there; or a folder of a
teacher's own, laid out as a checkout is, with exercises and, in `checker/checks/`, their checks.
It refuses to guess: a folder with a manifest and without exercises is named, with the fix.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

STATE = ".unblocked"
# `unblocked` on a package index is somebody else's project. Nothing of ours may advise installing
# the course by a name: always from a wheel that somebody was given, or from a checkout.
DISTRIBUTION = "unblocked-course"
WHEEL = "unblocked_course-VERSION-py3-none-any.whl"
MANIFEST = f"{STATE}/manifest.json"
CHECKS = "checker/checks"


class NoCourse(LookupError):
    """No course folder here. The message says where was looked, and what to do."""

    def __str__(self) -> str:
        return str(self.args[0])


def find_course(start: Path) -> Path:
    """The nearest folder at or above `start` that is a course folder."""
    for folder in (start, *start.parents):
        if is_checkout(folder):
            return folder
        if has_own_checks(folder):
            return folder
        if has_manifest(folder):
            if has_exercises(folder):
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


def is_own(start: Path) -> Path | None:
    """The course folder at or above `start`, if it is one of a teacher's own."""
    try:
        found = find_course(start)
    except NoCourse:
        return None
    return None if is_checkout(found) or has_manifest(found) else found


def has_own_checks(folder: Path) -> bool:
    """Whether it has exercises, and their checks beside them."""
    return has_exercises(folder) and (folder / CHECKS).is_dir()


def checks_of(course: Path) -> Path:
    """The folder with the checks of a course: its own, or else those of the installed package.

    A folder that `unblocked init` made, and a hand-out, have none.
    """
    if has_own_checks(course) and not has_manifest(course):
        return course / CHECKS
    return Path(__file__).parent / "checks"


def has_exercises(folder: Path) -> bool:
    """Whether there are chapters in it."""
    return any((folder / "exercises").glob("*/chapter.toml"))


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
    return isinstance(table, dict) and table.get("name") == DISTRIBUTION
