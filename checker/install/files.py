"""Copies, keeps and removes files of a course folder, each in one step.

Invariant: at every moment each file is there whole, as it was or as it will be, and what a learner
edited is in `.unblocked/kept/` before it is gone from its place.
It refuses to write through links: where they lead is not the course's.
"""

from __future__ import annotations

import filecmp
import os
import shutil
from pathlib import Path

from checker.course import STATE


class InstallError(Exception):
    """A course folder that cannot be made or updated; the message names the fix."""


def put(source: Path, target: Path, course: Path) -> None:
    """Copy a file to its place."""
    part = _part(course)
    with source.open("rb") as original, part.open("wb") as copy:
        shutil.copyfileobj(original, copy)
        _flush(copy.fileno())
    _move(part, target)


def put_text(text: str, target: Path, course: Path) -> None:
    """Write a text to its place."""
    part = _part(course)
    with part.open("w", encoding="utf-8", newline="\n") as copy:
        copy.write(text)
        copy.flush()
        _flush(copy.fileno())
    _move(part, target)


def keep(target: Path, course: Path, version: str) -> Path:
    """Put what is at `target` into the folder of what is kept; returns where it is now.

    A file is copied, for it is replaced next, in one step. A folder in a file's place is moved.
    """
    wanted = course / STATE / "kept" / version / target.relative_to(course)
    place, number = wanted, 1
    while os.path.lexists(place):
        if target.is_file() and place.is_file() and filecmp.cmp(target, place, shallow=False):
            return place  # An update that was interrupted has kept it already.
        number += 1
        place = wanted.with_name(f"{wanted.stem}.{number}{wanted.suffix}")
    if target.is_dir():
        _move(target, place)
    else:
        put(target, place, course)
    return place


def remove(target: Path, course: Path) -> None:
    """Remove a file, and the folders that are empty without it."""
    target.unlink()
    for folder in target.parents:
        if folder == course or any(folder.iterdir()):
            return
        folder.rmdir()


def refuse_links(names: list[str], course: Path) -> None:
    """Refuse a course folder in which a folder of ours is a link."""
    for folder in sorted({parent for name in names for parent in Path(name).parents}):
        if (course / folder).is_symlink() and folder != Path("."):
            raise InstallError(
                f"{course / folder} is a link, and the course does not write through links.\n"
                f"Next: put a folder in its place, then run the same command again."
            )


def _part(course: Path) -> Path:
    folder = course / STATE / "part"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "part"


def _flush(file: int) -> None:
    os.fsync(file)


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(source, target)
