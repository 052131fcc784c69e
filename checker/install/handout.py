"""A hand-out: the part of the course that a teacher gives to a class, as a folder and as a zip.

Chosen chapters with their notebooks, the stubs of chosen exercises, hints, and a wheel of the
course to install from, which has the checks in it.
Invariant: what goes in is named file by file, so no solution and nothing of a maintainer's gets in.
The same course and choice give the same bytes. It refuses a notebook that somebody worked in.
"""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from checker.catalog import Catalog, CatalogError, Chapter, UnknownExercise, load
from checker.course import MANIFEST, STATE
from checker.install import manifest
from checker.install.content import FOLDERS, README, WHEELS, Content
from checker.install.files import InstallError
from checker.install.handout_words import chapter_toml, readme
from checker.install.manifest import Manifest, fingerprint
from checker.install.update import Changes, bring
from checker.install.wheel import wheel_for_learners

TOP = "unblocked"  # The one folder in the zip.
# The oldest time that a zip can hold; so that none is told.
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = 0o100644 << 16


@dataclass(frozen=True)
class Choice:
    """What is handed out, in the order of the course."""

    chapters: tuple[Chapter, ...]  # with the chosen exercises alone, and the needs among them
    needs_left_out: dict[str, tuple[str, ...]]  # by exercise
    left_out: tuple[str, ...]  # exercises of these chapters

    @property
    def exercises(self) -> list[str]:
        """Their ids."""
        return [exercise.id for chapter in self.chapters for exercise in chapter.exercises]


class Handout(Content):
    """What a hand-out's folder holds: what a course folder does, a README, and a wheel."""

    is_handout = True

    def files(self) -> dict[str, Path]:
        """Every file by its path, in order."""
        wheels = [path for path in self.root.iterdir() if WHEELS.fullmatch(path.name)]
        top = {README: self.root / README} | {path.name: path for path in wheels}
        return {**top, **super().files()}


def choose(content: Content, names: Sequence[str]) -> Choice:
    """These chapters and exercises of a course; all where none is named."""
    try:
        catalog = load(content.root / "exercises")
        chosen = set(catalog.select(list(names)) if names else catalog.exercises)
    except (CatalogError, UnknownExercise) as error:
        raise InstallError(f"Nothing was handed out: {error}") from None
    return _narrowed(catalog, {exercise.id for exercise in chosen})


def release(content: Content, choice: Choice, folder: Path) -> Changes:
    """Make a hand-out in a folder, or bring the one that is there to this choice."""
    _refuse_place(content, folder)
    with tempfile.TemporaryDirectory() as staged:
        return bring(_stage(content, choice, Path(staged)), folder)


def write_zip(content: Content, choice: Choice, file: Path) -> None:
    """Write a hand-out as a zip. Of a folder it knows nothing, so no work can get in."""
    if os.path.lexists(file) and not _is_handouts_zip(file):
        raise InstallError(
            f"{file} is there already, and is no hand-out.\n"
            f"Next: move it away, or name another folder; the zip goes beside it."
        )
    with tempfile.TemporaryDirectory() as staged:
        handout = _stage(content, choice, Path(staged))
        members = {name: path.read_bytes() for name, path in handout.files().items()}
        prints = {name: fingerprint(path) for name, path in handout.files().items()}
    members[MANIFEST] = Manifest(content.version, prints, is_handout=True).text().encode()
    part = file.with_name(f".{file.name}.part")
    try:
        # Not compressed: the bytes would be those of this machine's zlib.
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
            for name in sorted(members):
                entry = zipfile.ZipInfo(f"{TOP}/{name}", _LONG_AGO)
                entry.create_system, entry.external_attr = 3, _PLAIN_FILE
                archive.writestr(entry, members[name])
        os.replace(part, file)
    finally:
        part.unlink(missing_ok=True)


def _narrowed(catalog: Catalog, chosen: set[str]) -> Choice:
    chapters: list[Chapter] = []
    needs_left_out: dict[str, tuple[str, ...]] = {}
    left_out: list[str] = []
    for chapter in catalog.chapters:
        kept = []
        for exercise in chapter.exercises:
            if exercise.id in chosen:
                needs = tuple(need for need in exercise.needs if need in chosen)
                if needs != exercise.needs:
                    gone = tuple(need for need in exercise.needs if need not in chosen)
                    needs_left_out[exercise.id] = gone
                kept.append(replace(exercise, needs=needs))
        if kept:
            left_out += [each.id for each in chapter.exercises if each.id not in chosen]
            chapters.append(replace(chapter, exercises=tuple(kept)))
    return Choice(tuple(chapters), needs_left_out, tuple(left_out))


def wheel_of(content: Content, choice: Choice) -> tuple[str, bytes]:
    """The file name and the bytes of a wheel that carries this choice."""
    return wheel_for_learners(_data(content, choice))


def _stage(content: Content, choice: Choice, folder: Path) -> Handout:
    """Put everything that is handed out into a folder."""
    data = _data(content, choice)
    wheel, built = wheel_for_learners(data)
    words = readme(wheel, choice.chapters, choice.left_out, choice.needs_left_out)
    data |= {wheel: built, README: words.encode()}
    for name, each in data.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(each)
    return Handout(folder, content.version)


def _data(content: Content, choice: Choice) -> dict[str, bytes]:
    """What a course folder has of this choice, by path."""
    texts: dict[str, str] = {}
    copies: list[str] = []
    for chapter in choice.chapters:
        texts[f"exercises/{chapter.slug}/chapter.toml"] = chapter_toml(chapter)
        copies += [f"exercises/{exercise.path}" for exercise in chapter.exercises]
        notebook = f"chapters/{chapter.slug}.ipynb"
        if (content.root / notebook).is_file():
            _refuse_work(content.root / notebook)
            copies.append(notebook)
    data = {name: text.encode() for name, text in texts.items()}
    return data | {name: (content.root / name).read_bytes() for name in copies}


def _refuse_work(notebook: Path) -> None:
    """Refuse a notebook with an answer in it: `start` turns a cell into `%%exercise`."""
    try:
        cells = json.loads(notebook.read_bytes())["cells"]
        texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError) as error:
        raise InstallError(
            f"{notebook} cannot be read as a notebook: {error}\n"
            f"Next: bring it back as it came, then run the same command again."
        ) from None
    for number, text in enumerate(texts, 1):
        if text.lstrip().startswith("%%exercise"):
            raise InstallError(
                f"{notebook}, code cell {number}: somebody worked on an exercise there, and the "
                f"answer would be handed out.\n"
                f"Next: bring the notebook back as it came, then run the same command again."
            )


def _refuse_place(content: Content, folder: Path) -> None:
    """Refuse a folder with something else in it, and one inside of the course's own folders."""
    for name in (*FOLDERS, "work", STATE):
        if (content.root / name).resolve() in (folder, *folder.parents):
            raise InstallError(
                f"{folder} would be inside of the course's own {name}/.\n"
                f"Next: name a folder outside of it."
            )
    if folder.exists() and not folder.is_dir():
        raise InstallError(f"{folder} is a file.\nNext: name a folder, or one that is yet to be.")
    found = manifest.read(folder)
    if found is not None and found.is_handout:
        return
    if folder.exists() and any(path.name != STATE for path in folder.iterdir()):
        raise InstallError(
            f"{folder} is not empty, and is no hand-out.\n"
            f"Next: name a new folder, or one that an earlier release made."
        )


def _is_handouts_zip(file: Path) -> bool:
    with suppress(OSError, ValueError, KeyError, zipfile.BadZipFile):
        with zipfile.ZipFile(file) as archive:
            table = json.loads(archive.read(f"{TOP}/{MANIFEST}"))
        return isinstance(table, dict) and table.get("handout") is True
    return False
