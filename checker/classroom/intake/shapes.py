"""Whose is which file: the downloads that are known, told by their shape.

Invariant: a student is named by what the download wrote, never by what a student chose, as far as
the two can be told apart; where they cannot, the whole name is the key, and a finding says so.
A shape has to hold for most of a folder, and what does not have it is read as in any other folder:
one name, or one file within a student's folder, changes nothing for anybody else, and nothing that
lies at the top is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from checker.classroom.intake import metadata, place
from checker.classroom.intake.entry import (
    LARGEST_METADATA_BYTES,
    NOTEBOOK,
    PROGRAM,
    TARS,
    UNREADABLE,
    ZIP,
    Entry,
    Refused,
    is_archive,
    limit_bytes,
)
from checker.classroom.intake.extensions import Extension
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

    marked     the download itself says who is late; times in it say nothing
    stamps     files with the time at which it was handed in
    submitted  as the download recorded it
    extension  what a teacher's file says of this student
    absent     they are on the class list, and nothing came of them
    """

    key: str
    name: str
    ids: dict[str, str] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    stamps: list[Entry] = field(default_factory=list)
    marked: bool = False
    late: bool = False
    submitted: datetime | None = None
    extension: Extension = field(default_factory=Extension)
    absent: bool = False
    notes: Notes = field(default_factory=Notes)


@dataclass
class Shape:
    """What a download was recognised as, and its students, sorted."""

    words: str
    groups: list[Group]
    one: bool = False


Groups = dict[str, Group]
Reader = Callable[[list[Entry], list[Entry], Notes], Groups]


def recognise(entries: list[Entry], root: str, places: Places, notes: Notes) -> Shape:
    """Sort files by students. `root` is the name of the folder or archive that they are in."""
    layers = [(root, entries)]
    while len(layers) < 3 and (inner := _inside(layers[-1][1])):
        layers.append(inner)
    for name, layer in layers:
        for words, mine, reader in _SHAPES:
            have = [entry for entry in layer if mine(entry.path)]
            rest = [entry for entry in layer if not mine(entry.path)]
            if len(_students(have)) > len(_students(rest)):
                return _sorted(words, _with_others(reader(have, rest, notes), rest, words, notes))
        if (found := _nbgrader(name, layer, notes)) is not None:
            return _sorted("nbgrader's folder of submissions", found)
    if _is_one(entries, places):
        return one(entries, root, places, notes)
    if len(layers) > 1 and not _is_one(layers[1][1], places) and len(_tops(layers[1][1])) > 1:
        entries = layers[1][1]
    return _sorted("a folder or an archive for each student", _many(entries, places, notes))


def _students(entries: Iterable[Entry]) -> set[str]:
    """The names at the top that could be students; for the rest nobody would look."""
    found = set()
    for entry in entries:
        top = entry.path.split("/")[0]
        if (
            "/" in entry.path
            or entry.git
            or limit_bytes(top)
            or top.casefold().endswith(UNREADABLE)
        ) or _TYPED.fullmatch(top):
            found.add(top)
    return found


def _with_others(groups: Groups, rest: list[Entry], shape: str, notes: Notes) -> Groups:
    """The students of a known download, and whatever else lies there."""
    others = _many(rest, None, notes)
    for name, group in others.items():
        words = f"its name is none that {shape.removeprefix('a download of ')} gives; see who it is"
        group.notes.add("name", group.key, words)
        while name in groups or any(group.key == each.key for each in groups.values()):
            name = f"{name}~"
            group.key = key_of(f"{group.key} (by the folder's name)")
        groups[name] = group
    return groups


def one(entries: list[Entry], root: str, places: Places, notes: Notes) -> Shape:
    """All of it as one student's."""
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


def _is_gradescope(path: str) -> bool:
    top, slash, _ = path.partition("/")
    return bool(slash) and _GRADESCOPE.fullmatch(top) is not None


def _gradescope(entries: list[Entry], rest: list[Entry], notes: Notes) -> Groups:
    listed: dict[str, metadata.Handed] = {}
    for entry in rest:
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


def _is_moodle(path: str) -> bool:
    return _MOODLE.fullmatch(path.partition("/")[0]) is not None


def _moodle(entries: list[Entry], rest: list[Entry], notes: Notes) -> Groups:
    groups: Groups = {}
    for entry in entries:
        top, _, path = entry.path.partition("/")
        found = _MOODLE.fullmatch(top)
        assert found is not None
        if len(_MOODLE_MARK.findall(top)) > 1:
            group = groups.setdefault(top, Group(key_of(top), shown(top)))
            words = "its name can be read as that of more than one student; see who it is"
            group.notes.add("name", entry.where, words)
        else:
            ids = {"moodle_id": found[2]}
            group = groups.setdefault(found[2], Group(found[2], shown(found[1]), ids))
        group.entries.append(_below(entry, path or found[3] or top))
    return groups


def _upload(path: str) -> re.Match[str] | None:
    if "/" in path:
        return None
    return _ANONYMOUS.fullmatch(path) or _UPLOAD.fullmatch(path) or _TYPED.fullmatch(path)


def _is_canvas(path: str) -> bool:
    return _upload(path) is not None


def _canvas(entries: list[Entry], rest: list[Entry], notes: Notes) -> Groups:
    groups: Groups = {}
    for entry in entries:
        found = _upload(entry.path)
        assert found is not None
        name, late, user, upload, file = found.groups()
        group = groups.setdefault(user, Group(user, shown(name or user), {"canvas_id": user}))
        group.marked, group.late = True, group.late or bool(late)
        if re.search(r"_\d+_\d+_", file) or re.search(r"_\d+_", name):
            words = f"its name can be read in two ways; it was taken for one of user {user}"
            group.notes.add("name", entry.where, words)
        again = _AGAIN.fullmatch(file)
        path = f"{again[1]}{again[3]}" if again else file
        version = (int(upload[:18] or 0), int(again[2]) if again else 0)
        if found.re is _TYPED:
            words = "it was typed or linked in Canvas, and not uploaded; hand it in as a file"
            group.notes.add("unknown file", entry.where, words)
            continue
        # The files' times are when Canvas packed them.
        group.entries.append(replace(entry, path=path, version=version, modified=None))
    return groups


_SHAPES: tuple[tuple[str, Callable[[str], bool], Reader], ...] = (
    ("a download of Gradescope", _is_gradescope, _gradescope),
    ("a download of Moodle", _is_moodle, _moodle),
    ("a download of Canvas", _is_canvas, _canvas),
)
# What lies beside `submitted` in the folder of a course of nbgrader's.
_OF_NBGRADER = {
    "source", "release", "autograded", "feedback", "gradebook.db", "nbgrader_config.py",
    ".nbgrader.log", "exchange", "downloaded",
}  # fmt: skip


def _nbgrader(root: str, entries: list[Entry], notes: Notes) -> Groups | None:
    """Its submissions, if the whole folder has its shape: `student/assignment/files`.

    A stamp is a file that a student could have put there. So each student has to have one; in a
    folder of nbgrader's own name most of them do, and there is nothing else in it.
    """
    tops = {entry.path.split("/")[0] for entry in entries}
    within = "submitted" in tops and len(tops) > 1 and tops <= _OF_NBGRADER | {"submitted"}
    if within:
        entries = [
            _below(entry, entry.path.removeprefix("submitted/"))
            for entry in entries
            if entry.path.startswith("submitted/")
        ]
    students = _students(entries)
    stamped = {entry.path.split("/")[0] for entry in entries if _is_stamp(entry.path)}
    if within or root == "submitted":
        if 2 * len(stamped) <= len(students) or not all(e.path.count("/") > 1 for e in entries):
            return None
    elif len(stamped) < 2 or stamped != students:
        return None
    if within:
        for name in sorted(tops - {"submitted"}):
            notes.add("not read", name, "it is nbgrader's own, and no submission")
    groups: Groups = {}
    for entry in entries:
        name, _, path = entry.path.partition("/")
        ids = {"nbgrader_id": shown(name)}
        group = groups.setdefault(name, Group(key_of(name), shown(name), ids))
        if _is_stamp(entry.path):
            group.stamps.append(entry)
        else:
            group.entries.append(_below(entry, path))
    return groups


def _is_stamp(path: str) -> bool:
    return path.count("/") == 2 and path.endswith(f"/{STAMP}")


def _many(entries: list[Entry], places: Places | None, notes: Notes) -> Groups:
    groups: Groups = {}
    for entry in entries:
        top, _, path = entry.path.partition("/")
        own = limit_bytes(top) or top.casefold().endswith(UNREADABLE)
        if places is not None and top.casefold().endswith(PROGRAM) and places.called(top):
            own = False  # It is called like an exercise, and so like nobody.
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
    tops = _tops(entries)
    own = {"work", "exercises", "chapters", *place.COURSE_FOLDERS}
    own |= {top for top in tops if place.is_chapters(top, places.slugs)}
    others = set(_working(entries, places)) - own
    # One folder that is called like one of the course's makes no class a single student.
    if Layout(entry.path for entry in entries).is_course or any(top in own for top in tops):
        return len(others) < 2
    files = [entry.path for entry in entries if "/" not in entry.path and not entry.git]
    notebooks = [path for path in files if path.casefold().endswith(NOTEBOOK)]
    if not tops:
        return len(notebooks) < 2 or any(map(place.is_chapter, notebooks))
    loose = any(places.called(path) or place.is_chapter(path) for path in files)
    return loose and len(tops) < 2


def _working(entries: list[Entry], places: Places) -> Iterator[str]:
    """The folders and archives at the top in which there is work."""
    for entry in entries:
        top, slash, path = entry.path.partition("/")
        if (
            entry.git
            or (not slash and is_archive(top))
            or (
                slash
                and (is_archive(path) or path.casefold().endswith(NOTEBOOK) or places.called(path))
            )
        ):
            yield top
