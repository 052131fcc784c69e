"""Whose is which file: the downloads that are known, told by their shape.

Invariant: a student is named by what the download wrote, never by what a student chose, as far as
the two can be told apart; where they cannot, the whole name is the key, and a finding says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from checker.classroom.intake import metadata, place
from checker.classroom.intake.entry import (
    LARGEST_METADATA_BYTES,
    NOTEBOOK,
    TARS,
    UNREADABLE,
    ZIP,
    Entry,
    Refused,
    is_archive,
    limit_bytes,
)
from checker.classroom.intake.names import alike, key_of, shown
from checker.classroom.intake.place import METADATA, STAMP, Layout, Places
from checker.classroom.intake.submission import Notes

_UPLOAD = re.compile(r"(.+?)_(?:(LATE|late)_)?(\d+)_(\d+)_(.+)", re.DOTALL)
_ANONYMOUS = re.compile(r"()(?:(LATE|late)_)?(anon_[A-Za-z0-9]+)_(\d+)_(.+)", re.DOTALL)
_TYPED = re.compile(r"(.+?)_(?:(LATE|late)_)?(\d+)()_((?:text|link)\.html)", re.DOTALL)
_AGAIN = re.compile(r"(.+)-(\d{1,4})(\.\w+)")
_MOODLE = re.compile(r"(.+)_(\d+)_assignsubmission_[a-z]+(?:_(.*))?", re.DOTALL)
_MOODLE_MARK = re.compile(r"_\d+_assignsubmission_")
_GRADESCOPE = re.compile(r"submission_\d+")


@dataclass
class Group:
    """One student's files. `path` of each entry is relative to the student.

    marked    the download itself says who is late; times in it say nothing
    stamps    files with the time at which it was handed in
    """

    key: str
    name: str
    ids: dict[str, str] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    stamps: list[Entry] = field(default_factory=list)
    marked: bool = False
    late: bool = False
    submitted: datetime | None = None
    notes: Notes = field(default_factory=Notes)


@dataclass
class Shape:
    """What a download was recognised as, and its students, sorted."""

    words: str
    groups: list[Group]
    one: bool = False


Groups = dict[str, Group]


def recognise(entries: list[Entry], root: str, places: Places, notes: Notes) -> Shape:
    """Sort files by students. `root` is the name of the folder or archive that they are in."""
    layers = [(root, entries)]
    while len(layers) < 3 and (inner := _inside(layers[-1][1])):
        layers.append(inner)
    known: list[tuple[str, Callable[[str, list[Entry], Notes], Groups | None]]] = [
        ("a download of Gradescope", _gradescope),
        ("a download of Moodle", _moodle),
        ("a download of Canvas", _canvas),
        ("nbgrader's folder of submissions", _nbgrader),
    ]
    for words, reader in known:
        for name, layer in layers:
            if groups := reader(name, layer, notes):
                return _sorted(words, groups)
    if _is_one(entries, places):
        return _one(entries, root)
    if len(layers) > 1 and not _is_one(layers[1][1], places) and len(_tops(layers[1][1])) > 1:
        entries = layers[1][1]
    return _sorted("a folder or an archive for each student", _many(entries, notes))


def _one(entries: list[Entry], root: str) -> Shape:
    name = _student(root)
    group = Group(key_of(name), shown(name), entries=entries)
    return Shape("the work of one student", [group], one=True)


def _sorted(words: str, groups: Groups) -> Shape:
    found = sorted(groups.values(), key=lambda group: group.key)
    first: dict[str, Group] = {}
    for group in found:
        other = first.setdefault(alike(group.key), group)
        if other is not group:
            told = f"is this one person with {other.key}? They are kept apart"
            group.notes.add("twice", group.key, told)
    return Shape(words, found)


def _inside(entries: list[Entry]) -> tuple[str, list[Entry]] | None:
    """The one folder that everything is in, and what is in it."""
    first = entries[0].path.split("/")[0] if entries else ""
    if not first or not all(entry.path.startswith(f"{first}/") for entry in entries):
        return None
    return first, [_below(entry, entry.path[len(first) + 1 :]) for entry in entries]


def _below(entry: Entry, path: str) -> Entry:
    return replace(entry, path=path)


def _student(name: str) -> str:
    """The name of a folder or file, without what kind of archive it is."""
    folded = name.casefold()
    for ending in (ZIP, *TARS, *UNREADABLE, NOTEBOOK, ".py"):
        if folded.endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)]
    return name


def _gradescope(root: str, entries: list[Entry], notes: Notes) -> Groups | None:
    tops = {entry.path.split("/")[0] for entry in entries if "/" in entry.path}
    if not tops or not all(_GRADESCOPE.fullmatch(top) for top in tops):
        return None
    listed: dict[str, metadata.Handed] = {}
    for entry in entries:
        if entry.path == METADATA:
            try:
                listed = metadata.gradescope(entry.read(LARGEST_METADATA_BYTES))
            except Refused as refused:
                notes.add(refused.kind, entry.where, refused.words)
    groups: Groups = {}
    for folder, handed in listed.items():
        # Someone whose submission has no files is a student all the same.
        for person in handed.people:
            _person(groups, folder, person)
    for entry in entries:
        top, _, path = entry.path.partition("/")
        if not path:
            continue
        handed = listed.get(top, metadata.Handed())
        for person in handed.people or [{}]:
            group = _person(groups, top, person)
            group.entries.append(_below(entry, path))
            if handed.created:
                group.submitted = max(handed.created, group.submitted or handed.created)
    return groups


def _person(groups: Groups, top: str, person: dict[str, str]) -> Group:
    """Those who hand in together are one group each, with the same files."""
    told = {key: shown(person[key]) for key in ("sid", "email") if person.get(key)}
    raw = person.get("sid") or person.get("email") or top
    ids = {"gradescope_id": top.removeprefix("submission_"), **told}
    return groups.setdefault(raw, Group(key_of(raw), shown(person.get("name") or raw), ids))


def _moodle(root: str, entries: list[Entry], notes: Notes) -> Groups | None:
    groups: Groups = {}
    loose = []
    for entry in entries:
        top, _, path = entry.path.partition("/")
        found = _MOODLE.fullmatch(top)
        if not found:
            loose.append(entry)
            continue
        if len(_MOODLE_MARK.findall(top)) > 1:
            group = groups.setdefault(top, Group(key_of(top), shown(top)))
            words = "its name can be read as that of more than one student; see who it is"
            group.notes.add("name", entry.where, words)
        else:
            ids = {"moodle_id": found[2]}
            group = groups.setdefault(found[2], Group(found[2], shown(found[1]), ids))
        group.entries.append(_below(entry, path or found[3] or top))
    _loose(loose if groups else [], notes)
    return groups


def _canvas(root: str, entries: list[Entry], notes: Notes) -> Groups | None:
    groups: Groups = {}
    loose = []
    for entry in entries:
        path = entry.path
        typed = _TYPED.fullmatch(path)
        found = _ANONYMOUS.fullmatch(path) or _UPLOAD.fullmatch(path) or typed
        if "/" in entry.path or not found:
            if "/" in entry.path or limit_bytes(entry.path):
                return None
            loose.append(entry)
            continue
        name, late, user, upload, file = found.groups()
        group = groups.setdefault(user, Group(user, shown(name or user), {"canvas_id": user}))
        group.marked, group.late = True, group.late or bool(late)
        if re.search(r"_\d+_\d+_", file) or re.search(r"_\d+_", name):
            words = f"its name can be read in two ways; it was taken for one of user {user}"
            group.notes.add("name", entry.where, words)
        again = _AGAIN.fullmatch(file)
        path = f"{again[1]}{again[3]}" if again else file
        version = (int(upload[:18] or 0), int(again[2]) if again else 0)
        if typed is found:
            words = "it was typed or linked in Canvas, and not uploaded; ask for it as a file"
            group.notes.add("unknown file", entry.where, words)
            continue
        # The files' times are when Canvas packed them.
        group.entries.append(replace(entry, path=path, version=version, modified=None))
    _loose(loose if groups else [], notes)
    return groups


def _nbgrader(root: str, entries: list[Entry], notes: Notes) -> Groups | None:
    split = [entry.path.split("/") for entry in entries]
    if any(parts[0] == "submitted" and len(parts) > 3 for parts in split):
        entries = [
            _below(entry, entry.path[len("submitted/") :])
            for entry in entries
            if entry.path.startswith("submitted/")
        ]
    elif root != "submitted" and not any(len(parts) == 3 and parts[2] == STAMP for parts in split):
        return None
    groups: Groups = {}
    for entry in entries:
        name, _, path = entry.path.partition("/")
        if not path:
            _loose([entry], notes)
            continue
        ids = {"nbgrader_id": shown(name)}
        group = groups.setdefault(name, Group(key_of(name), shown(name), ids))
        if path.count("/") == 1 and path.endswith(f"/{STAMP}"):
            group.stamps.append(entry)
        else:
            group.entries.append(_below(entry, path))
    return groups


def _many(entries: list[Entry], notes: Notes) -> Groups:
    groups: Groups = {}
    for entry in entries:
        top, _, path = entry.path.partition("/")
        own = is_archive(top) or top.casefold().endswith((NOTEBOOK, *UNREADABLE))
        if not (path or own or entry.git or entry.refused):
            _loose([entry], notes)
            continue
        name = top if path else _student(top)
        group = groups.setdefault(name, Group(key_of(name), shown(name)))
        group.entries.append(_below(entry, path or ("" if entry.git else top)))
    return groups


def _loose(entries: Iterable[Entry], notes: Notes) -> None:
    for entry in entries:
        if not place.is_quiet(entry.path):
            words = "it is nobody's: it is in no student's folder; it is not read"
            notes.add("unknown file", entry.where, words)


def _tops(entries: list[Entry]) -> set[str]:
    """The folders and archives that could be students."""
    return {
        entry.path.split("/")[0]
        for entry in entries
        if "/" in entry.path or entry.git or is_archive(entry.path)
    }


def _is_one(entries: list[Entry], places: Places) -> bool:
    """Whether all this is one student's."""
    if Layout(entry.path for entry in entries).is_course:
        return True
    own = {"work", "exercises", "chapters", *places.slugs}
    tops = _tops(entries)
    if any(top in own for top in tops):
        return True
    files = [entry.path for entry in entries if "/" not in entry.path and not entry.git]
    notebooks = [path for path in files if path.casefold().endswith(NOTEBOOK)]
    if not tops:
        return len(notebooks) < 2 or any(map(place.is_chapter, notebooks))
    loose = any(places.find(path) or place.is_chapter(path) for path in files)
    return loose and len(tops) < 2
