"""Which exercise a file is, by its path; and what is no part of anyone's work.

An exercise is found as `NN_slug/name.py`, anywhere, or by its name alone. A browser's or a disk's
second copy (`name (1).py`, `Copy of Name.py`) has the name of the first. Where several exercises
have one name, its text decides, then what is graded, then the folders and the chapter around it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
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
COURSE_FOLDERS = ("solutions", "checker", "tests", "tools", "benchmarks", "docs", "build")
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
            if (not root or below != path) and below.split("/")[0] in COURSE_FOLDERS:
                return False
        return True


def is_handed_out(path: str) -> bool:
    """Whether a file lies where the course keeps the stubs: it counts if there is no other."""
    parts = path.split("/")
    return len(parts) > 2 and parts[-3] == "exercises"


class Places:
    """The exercises of a catalogue, by path.

    chosen   the ids that are graded; all without it
    stubs    by id; by what they define, exercises of one name are told apart
    """

    def __init__(
        self,
        catalog: Catalog,
        chosen: Collection[str] = (),
        stubs: Mapping[str, bytes] | None = None,
    ) -> None:
        self.catalog, self._chosen = catalog, set(chosen)
        self.slugs = {chapter.slug for chapter in catalog.chapters}
        self._by_path = {exercise.path: exercise for exercise in catalog.exercises}
        self._by_name: dict[str, list[Exercise]] = {}
        for exercise in catalog.exercises:
            self._by_name.setdefault(f"{exercise.name}.py", []).append(exercise)
        self._defines = _telling({id: defined(stub) for id, stub in (stubs or {}).items()})

    def find(
        self, path: str, data: bytes = b"", around: Collection[str] = ()
    ) -> tuple[Exercise | None, str]:
        """The exercise that a file of this path is; and why, where its name says too little.

        data     its text
        around   other paths of the same student, such as the chapter that came with it
        """
        parts = alike(path).split("/")
        name = self._name(parts[-1])
        found = self._by_path.get("/".join([*parts[-2:-1], name]))
        if found is not None:
            return found, ""
        named = self._by_name.get(name, [])
        if len(named) < 2:
            return (named[0], "") if named else self._by_text(data)
        return self._one_of(named, path, data, around)

    def is_left_out(self, path: str) -> bool:
        """Whether a file has the name of exercises of which none is graded."""
        named = self._by_name.get(self._name(alike(path).rpartition("/")[2]), [])
        return bool(named and self._chosen) and not any(each.id in self._chosen for each in named)

    def called(self, path: str) -> bool:
        """Whether a file has the name of an exercise, of whichever."""
        return self._name(alike(path).rpartition("/")[2]) in self._by_name

    def _name(self, name: str) -> str:
        """The name that a file's was made from, as far as an exercise has it."""
        plain, _ = original(name)
        if plain in self._by_name:
            return plain
        shorter = re.sub(r"_\d{1,2}(?=\.py$)", "", plain)  # Safari's copies: `name-1.py`.
        return shorter if shorter in self._by_name else plain

    def _one_of(
        self, named: list[Exercise], path: str, data: bytes, around: Collection[str]
    ) -> tuple[Exercise | None, str]:
        text = [each for each in named if each.id == self._told_by(data, named)]
        graded = [each for each in named if each.id in self._chosen]
        folders = [each for each in named if _in_folder(path, each)]
        beside = [each for each in named if any(_is_of(other, each) for other in around)]
        for found, why in (
            (text, "it defines the functions of that exercise"),
            (graded, "of the exercises with this name only that one is graded"),
            (folders, "it is in a folder of that chapter"),
            (beside, "it came with that chapter"),
        ):
            if len(found) == 1:
                return found[0], why
        return None, ""

    def _by_text(self, data: bytes) -> tuple[Exercise | None, str]:
        """By what it defines, where the name is that of no exercise."""
        id = self._told_by(data, self.catalog.exercises, whole=True)
        if not id:
            return None, ""
        why = "its name is that of no exercise, but it defines the functions of that one"
        return self.catalog.find(id), why

    def _told_by(self, data: bytes, among: Iterable[Exercise], *, whole: bool = False) -> str:
        """The id of the one exercise whose own names a text defines; `whole`: all of them."""
        names = defined(data)
        fits = []
        for each in among:
            own = self._defines.get(each.id, set())
            if own and (own <= names if whole else own & names):
                fits.append(each.id)
        return fits[0] if len(fits) == 1 else ""

    def advice(self, path: str) -> str:
        """What a file that is no exercise should have been called."""
        name = self._name(alike(path).rpartition("/")[2][:80])
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


_COPIES = (
    re.compile(r"(?P<name>.+?)[ _]?\((?P<number>\d{1,3})\)"),  # Chrome, Edge, Firefox, Moodle
    re.compile(
        r"(?P<name>.+?)[ _]-[ _](?:copy|kopie|copie|copia|kopia)(?:[ _]\((?P<number>\d{1,3})\))?"
    ),
    re.compile(r"(?P<name>.+?)[ _](?:copy|kopie|copie|copia)(?:[ _](?P<number>\d{1,3}))?"),
    re.compile(
        r"(?:copy(?:[ _]\((?P<number>\d{1,3})\))?[ _]of|kopie[ _]von|copie[ _]de|copia[ _]de|"
        r"kopie[ _]van)[ _](?P<name>.+)"
    ),
)
_MOST_COPIES = 4
_DEFINES = re.compile(rb"^(?:async[ \t]+def|def|class)[ \t]+([A-Za-z_]\w{0,80})", re.MULTILINE)


def original(name: str) -> tuple[str, int]:
    """The name that a copy's name was made from, with `_` for blanks, and the copy's number.

    `name` is as `alike` makes it. The number is 0 for a name that says of no copy.
    """
    stem, dot, ending = name.rpartition(".")
    if not dot:
        return name, 0
    count = 0
    for _ in range(_MOST_COPIES):
        found = next((found for each in _COPIES if (found := each.fullmatch(stem))), None)
        if found is None:
            break
        stem, count = found["name"], count + int(found["number"] or 1)
    plain = re.sub(r"[ \-_]+", "_", stem.strip())
    return f"{plain}.{ending.strip()}", count


def defined(data: bytes) -> set[bytes]:
    """The functions and classes at the top of a program, read without parsing it."""
    return set(_DEFINES.findall(data))


def _telling(names: Mapping[str, set[bytes]]) -> dict[str, set[bytes]]:
    """Of each exercise's names those that no other exercise has."""
    return {
        id: own - set[bytes]().union(*(other for each, other in names.items() if each != id))
        for id, own in names.items()
    }


def _in_folder(path: str, exercise: Exercise) -> bool:
    """Whether a folder around a file is called like the exercise's chapter."""
    folders = alike(path.rpartition(": ")[2]).split("/")[:-1]
    return any(_names_chapter(re.sub(r"[ \-]+", "_", each), exercise.chapter) for each in folders)


def is_chapters(folder: str, slugs: Collection[str]) -> bool:
    """Whether a folder is called like a chapter. A number alone may be a student's, too."""
    name = re.sub(r"[ \-]+", "_", alike(folder))
    return not name.isdecimal() and any(_names_chapter(name, slug) for slug in slugs)


def _names_chapter(folder: str, chapter: str) -> bool:
    number, _, slug = chapter.partition("_")
    usual = {chapter, slug, number}
    found = re.fullmatch(r"(?:ch|chap|chapter|kapitel)_?0*(\d{1,2})", folder)
    return folder in usual or (found is not None and int(found[1]) == int(number))


def _is_of(path: str, exercise: Exercise) -> bool:
    """Whether another file of the student's is of the exercise's chapter."""
    parts = alike(path).split("/")
    return exercise.chapter in parts[:-1] or original(parts[-1])[0] == f"{exercise.chapter}.ipynb"
