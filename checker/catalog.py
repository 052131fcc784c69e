"""Chapters and exercises as data, from `exercises/NN_slug/chapter.toml`.

Invariant: what is handed out is complete. A chapter.toml with a missing, misspelt or ill-typed
entry is refused with its file, its line and the fix; a catalogue with half an exercise in it
never comes to be.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

HINTS = 3  # orient, point, nearly tell
# Faults that checks tend to miss. An exercise has a wrong answer for each, or says why it cannot.
PATTERNS = {
    "two_at_once": "two calls, requests or instances at the same time share what each should own",
    "cancelled_cleanup": "it is cancelled while it cleans up",
    "left_running": "work goes on, or an error is lost, after the end",
    "falsy_or_duplicate": "0, an empty value, None, or the same key twice",
    "second_break": "a second failure, after the first was handled",
    "more_than_one": "more than one of a kind: variables, sizes, methods, deadlines",
}
SLUG = re.compile(r"\d\d_[a-z][a-z0-9_]*")
NAME = re.compile(r"[a-z][a-z0-9_]*")


class CatalogError(ValueError):
    """A chapter.toml that cannot be used: the file, the line, and the fix."""


class UnknownExercise(LookupError):
    """An id that names no exercise; the message has the nearest one that does."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Exercise:
    """One exercise."""

    chapter: str  # "01_blocking"
    name: str  # "never_block"
    title: str
    points: int
    minutes: int
    hints: tuple[str, ...]
    needs: tuple[str, ...] = ()
    out_of_scope: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()  # checks that the stub passes: they earn nothing, and must hold

    @property
    def id(self) -> str:
        """ "blocking/never_block" """
        return f"{self.chapter[3:]}/{self.name}"

    @property
    def path(self) -> str:
        """Where it is in exercises/, solutions/ and work/."""
        return f"{self.chapter}/{self.name}.py"


@dataclass(frozen=True)
class Promises:
    """How an exercise shows that its checks hold what its task says.

    requirements   words of the task, and the checks that fail where they are not met
    patterns       for each of `PATTERNS`, the wrong answers that have it, or why none can
    """

    requirements: dict[str, tuple[str, ...]]
    patterns: dict[str, str | tuple[str, ...]]


@dataclass(frozen=True)
class Chapter:
    """One chapter, with its exercises in the order in which they are met.

    promises   by the name of the exercise
    """

    slug: str  # "01_blocking"
    title: str
    claim: str
    exercises: tuple[Exercise, ...] = field(default=())
    promises: dict[str, Promises] = field(default_factory=dict, compare=False)


class Catalog:
    """All chapters of a course."""

    def __init__(self, chapters: list[Chapter]) -> None:
        self.chapters = chapters
        self.exercises = [exercise for chapter in chapters for exercise in chapter.exercises]
        self._by_id = {exercise.id: exercise for exercise in self.exercises}
        self._chapter_of = {chapter.slug: chapter for chapter in chapters}

    def promises(self, exercise: Exercise) -> Promises:
        """What the chapter's file says of an exercise's checks."""
        return self._chapter_of[exercise.chapter].promises[exercise.name]

    def find(self, name: str) -> Exercise:
        """The exercise with this id. "never_block" will do where only one has that name."""
        name = name.strip().strip("/").removesuffix(".py")
        known = self._by_id.get(re.sub(r"^\d\d_", "", name))
        if known is not None:
            return known
        named = [exercise for exercise in self.exercises if exercise.name == name]
        if len(named) == 1:
            return named[0]
        raise UnknownExercise(f"there is no exercise {name!r}. {self._advice(name, named)}")

    def _advice(self, name: str, named: list[Exercise]) -> str:
        if named:
            return "Which one: " + ", ".join(exercise.id for exercise in named) + "?"
        ids = list(self._by_id)
        last_part = {exercise.id: exercise.name for exercise in self.exercises}
        near = get_close_matches(name, ids, 1, 0.5)
        near = near or [
            id for id in ids if get_close_matches(name.split("/")[-1], [last_part[id]], 1, 0.6)
        ]
        if near:
            return f"Did you mean {near[0]}?"
        return "`unblocked list` shows them all."

    def select(self, names: list[str]) -> list[Exercise]:
        """Exercises by id, and all of a chapter by its name: "blocking" or "01_blocking"."""
        found: list[Exercise] = []
        for name in names:
            short = name.strip("/")
            chapter = [c for c in self.chapters if short in (c.slug, c.slug[3:], c.slug[:2])]
            found += chapter[0].exercises if chapter else [self.find(name)]
        return list(dict.fromkeys(found))


def names_check(name: str, check: str) -> bool:
    """Whether `name` means the check with this id; a name without [..] means all its cases."""
    return check == name or check.partition("[")[0] == name


def load(folder: Path) -> Catalog:
    """Read every `NN_slug/chapter.toml` below `folder` (the course's `exercises/`)."""
    files = sorted(folder.glob("*/chapter.toml"))
    if not files:
        raise CatalogError(f"{folder}: no chapter.toml below it; is this the folder exercises/?")
    chapters = [_read(file) for file in files]
    _check_needs(chapters, folder)
    return Catalog(chapters)


def _read(file: Path) -> Chapter:
    text = file.read_text(encoding="utf-8")
    slug = file.parent.name
    if not SLUG.fullmatch(slug):
        raise CatalogError(f"{file.parent}: name the folder NN_slug, such as 01_blocking")
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CatalogError(f"{file}: {error}; mend the TOML there") from None
    reader = _Reader(file, text)
    title = reader.take(table, "title", str, "")
    claim = reader.take(table, "claim", str, "")
    exercises = reader.take(table, "exercises", dict, "")
    reader.refuse_others(table, {"title", "claim", "exercises"}, "")
    if not exercises:
        raise reader.fault("exercises", "", "at least one [exercises.<name>] table is needed")
    made = tuple(reader.exercise(slug, name, entry) for name, entry in exercises.items())
    promises = {name: reader.promises(name, entry) for name, entry in exercises.items()}
    return Chapter(slug, title, claim, made, promises)


class _Reader:
    """Takes values out of one file, or says what is wrong with them."""

    def __init__(self, file: Path, text: str) -> None:
        self._file, self._lines = file, text.splitlines()

    def fault(self, key: str, table: str, what: str) -> CatalogError:
        name = f"{table}.{key}" if table else key
        return CatalogError(f"{self._file}:{self._line(key, table)}: {name}: {what}")

    def _line(self, key: str, table: str) -> int:
        """The line of a key, or of its table, or the first."""
        within, found = table == "", 1
        for number, line in enumerate(self._lines, 1):
            head = line.strip()
            if head.startswith("["):
                within = head.startswith(f"[{table}]") if table else head.startswith(f"[{key}")
                found = number if within else found
            if within and re.match(rf'"?{re.escape(key)}"?\s*=', head):
                return number
        return found

    def take(self, entry: dict[str, Any], key: str, kind: type, table: str) -> Any:
        if key not in entry:
            raise self.fault(key, table, f"it is missing; add `{key} = …` ({_words(kind)})")
        value = entry[key]
        if type(value) is not kind or value == "":
            raise self.fault(key, table, f"it is {value!r}, and has to be {_words(kind)}")
        return value

    def texts(self, entry: dict[str, Any], key: str, table: str) -> tuple[str, ...]:
        value = self.take(entry, key, list, table)
        if not all(type(part) is str and part.strip() for part in value):
            raise self.fault(key, table, "every entry has to be a text that is not empty")
        return tuple(part.strip() for part in value)

    def count(self, entry: dict[str, Any], key: str, table: str) -> int:
        value: int = self.take(entry, key, int, table)
        if value < 1:
            raise self.fault(key, table, f"it is {value}, and has to be at least 1")
        return value

    def refuse_others(self, entry: dict[str, Any], known: set[str], table: str) -> None:
        for key in entry:
            if key not in known:
                near = get_close_matches(key, known, 1)
                advice = f"did you mean `{near[0]}`?" if near else "remove it"
                raise self.fault(key, table, f"this is no known key; {advice}")

    def exercise(self, chapter: str, name: str, entry: Any) -> Exercise:
        table = f"exercises.{name}"
        if not isinstance(entry, dict) or not NAME.fullmatch(name):
            at = f"{self._file}:{self._line('', table)}"
            raise CatalogError(f"{at}: {table}: write it as [exercises.some_name]")
        hints = self.texts(entry, "hints", table)
        if len(hints) != HINTS:
            what = f"there are {len(hints)}; exactly three are needed: orient, point, nearly tell"
            raise self.fault("hints", table, what)
        made = Exercise(
            chapter=chapter,
            name=name,
            title=self.take(entry, "title", str, table),
            points=self.count(entry, "points", table),
            minutes=self.count(entry, "minutes", table),
            hints=hints,
            needs=self.texts(entry, "needs", table),
            out_of_scope=self.texts(entry, "out_of_scope", table),
            guards=self.texts(entry, "guards", table) if "guards" in entry else (),
        )
        self.refuse_others(entry, _KEYS, table)
        return made

    def promises(self, name: str, entry: dict[str, Any]) -> Promises:
        """The tables [exercises.<name>.requirements] and [exercises.<name>.patterns]."""
        table = f"exercises.{name}"
        requirements = self.take(entry, "requirements", dict, table) if _MAP in entry else {}
        patterns = self.take(entry, "patterns", dict, table) if "patterns" in entry else {}
        self.refuse_others(patterns, set(PATTERNS), f"{table}.patterns")
        return Promises(
            {words: self.texts(requirements, words, f"{table}.{_MAP}") for words in requirements},
            {key: self._pattern(patterns, key, f"{table}.patterns") for key in patterns},
        )

    def _pattern(self, entry: dict[str, Any], key: str, table: str) -> str | tuple[str, ...]:
        if isinstance(entry[key], list) and entry[key]:
            return self.texts(entry, key, table)
        if isinstance(entry[key], str) and entry[key].strip():
            return str(entry[key])
        what = "give a list of wrong answers that have this fault, or say why none can, as a text"
        raise self.fault(key, table, what)


_MAP = "requirements"
_KEYS = {"title", "points", "minutes", "hints", "needs", "out_of_scope"} | {
    "guards",
    "patterns",
    _MAP,
}


def _words(kind: type) -> str:
    return {str: "a text", int: "a whole number", list: "a list", dict: "a table"}[kind]


def _check_needs(chapters: list[Chapter], folder: Path) -> None:
    """What an exercise needs comes before it."""
    every = {exercise.id for chapter in chapters for exercise in chapter.exercises}
    earlier: set[str] = set()
    for chapter in chapters:
        file = folder / chapter.slug / "chapter.toml"
        reader = _Reader(file, file.read_text(encoding="utf-8"))
        for exercise in chapter.exercises:
            for need in exercise.needs:
                if need not in earlier:
                    near = get_close_matches(need, every, 1)
                    why = "comes later" if need in every else "is no exercise"
                    advice = f"; did you mean {near[0]}?" if near and need not in every else ""
                    what = f"{need!r} {why}; name one that comes earlier{advice}"
                    raise reader.fault("needs", f"exercises.{exercise.name}", what)
            earlier.add(exercise.id)
