"""Which exercise a file is, by its path; and what is no part of anyone's work.

An exercise is found as `NN_slug/name.py`, anywhere, or by a name that only one exercise has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from checker.catalog import Catalog, Exercise
from checker.classroom.intake.names import alike

# fmt: off
REST_FOLDERS = frozenset((
    ".git", ".hg", ".svn", ".unblocked", ".ipynb_checkpoints", "__pycache__", "__macosx", ".venv",
    "venv", "node_modules", ".idea", ".vscode", ".pytest_cache", ".mypy_cache", ".ruff_cache",
    "site-packages", ".trash",
))
_REST_FILES = frozenset((
    ".ds_store", "thumbs.db", "desktop.ini", "license", "makefile", "requirements.txt",
    "pyproject.toml",
))
# fmt: on
# Read for what they say of other files.
STAMP, METADATA = "timestamp.txt", "submission_metadata.yml"
_QUIET_FILES = frozenset((STAMP, METADATA, "chapter.toml", "survivors.toml"))
_REST_ENDINGS = (".pyc", ".md", ".rst", ".csv", ".png", ".jpg", ".jpeg", ".svg", ".gif", ".log")
# Folders of the course that hold exercises' names, and nobody's work.
_COURSE_FOLDERS = ("solutions", "checker", "tests", "tools", "benchmarks", "docs", "build")
_CHAPTER = re.compile(r"\d\d_[a-z][a-z0-9_]*\.ipynb")
_ROOT = re.compile(r"(?:(.*)/)?exercises/\d\d_[a-z0-9_]+/chapter\.toml")


def is_rest(path: str) -> bool:
    """Whether this is what editors, systems and Python leave behind."""
    *folders, name = path.casefold().split("/")
    return (
        name in _REST_FILES
        or name in REST_FOLDERS
        or not REST_FOLDERS.isdisjoint(folders)
        or name.startswith(("readme", "._", ".git"))
        or name.endswith(_REST_ENDINGS)
    )


def is_quiet(path: str) -> bool:
    """Whether nobody has to be told that this is no exercise."""
    return is_rest(path) or path.casefold().rpartition("/")[2] in _QUIET_FILES


def is_chapter(path: str) -> bool:
    """Whether this is called like a chapter's notebook."""
    return _CHAPTER.fullmatch(path.rpartition("/")[2]) is not None


class Layout:
    """What the folders of one listing are: a copy of the course, or a student's own."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._roots = {found[1] or "" for path in paths if (found := _ROOT.fullmatch(path))}

    @property
    def is_course(self) -> bool:
        """Whether the listing is a whole course folder."""
        return "" in self._roots

    def counts(self, path: str) -> bool:
        """Whether a file here may be a student's: it is none of the course's own."""
        for root in self._roots:
            below = path.removeprefix(f"{root}/") if root else path
            if (not root or below != path) and below.split("/")[0] in _COURSE_FOLDERS:
                return False
        return True


def is_handed_out(path: str) -> bool:
    """Whether a file lies where the course keeps the stubs: it counts if there is no other."""
    parts = path.split("/")
    return len(parts) > 2 and parts[-3] == "exercises"


class Places:
    """The exercises of a catalogue, by path."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.slugs = {chapter.slug for chapter in catalog.chapters}
        self._by_path = {exercise.path: exercise for exercise in catalog.exercises}
        self._by_name: dict[str, list[Exercise]] = {}
        for exercise in catalog.exercises:
            self._by_name.setdefault(f"{exercise.name}.py", []).append(exercise)

    def find(self, path: str) -> Exercise | None:
        """The exercise that a file of this path is."""
        parts = alike(path).split("/")
        found = self._by_path.get("/".join(parts[-2:]))
        if found is not None:
            return found
        named = self._by_name.get(parts[-1], [])
        return named[0] if len(named) == 1 else None

    def advice(self, path: str) -> str:
        """What a file that is no exercise should have been called."""
        name = alike(path).rpartition("/")[2][:80]
        stem = name.split(".")[0]
        named = self._by_name.get(name, [])
        if named:
            options = " or ".join(exercise.path for exercise in named)
            return f"more than one exercise has this name; put it in its folder: {options}"
        near = get_close_matches(f"{stem}.py", list(self._by_name), 1, 0.7)
        near = near or [known for known in self._by_name if known.removesuffix(".py") in stem]
        if near:
            options = " or ".join(exercise.path for exercise in self._by_name[near[-1]])
            return f"no exercise has this name; the nearest is {options}"
        return "no exercise has this name, and none a similar one"
