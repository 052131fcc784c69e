"""Makes a course folder, and brings one to another version, by a manifest of fingerprints.

A file that nobody edited is replaced. One that was edited is kept whole below `.unblocked/kept/`,
then replaced; nothing is ever merged. A notebook that was edited stays as it is where the new
version has the same cells, since there is nothing new to bring.

Invariant: nothing outside of chapters/, exercises/, solutions/ and .unblocked/ is touched. Whenever
it is interrupted, nothing is lost, and running it again finishes.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from checker.course import MANIFEST, STATE, WHEEL, has_manifest, is_checkout
from checker.install import files, manifest
from checker.install.content import FOLDERS, Content
from checker.install.files import InstallError
from checker.install.manifest import Manifest, fingerprint, is_of_cells


@dataclass
class Changes:
    """What was done to a course folder, as paths in it."""

    before: str | None
    after: str
    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    # What the learner had edited, and where it is now. Where it stayed, that is its own place.
    edited: dict[str, str] = field(default_factory=dict)


def make(content: Content, folder: Path) -> Changes:
    """Make a course folder. It may exist, as long as nothing of the course's is in it."""
    if is_checkout(folder):
        raise InstallError(
            f"{folder} is a checkout of the course, which is a course folder already.\n"
            f"Next: `make lab` there opens it."
        )
    if has_manifest(folder):
        raise InstallError(
            f"{folder} is a course folder already.\n"
            f"Next: `unblocked update` in it brings it to version {content.version}."
        )
    outer = next((parent for parent in folder.parents if has_manifest(parent)), None)
    if outer is not None:
        raise InstallError(
            f"{folder} would be inside of the course folder {outer}.\n"
            f"Next: name a folder outside of it."
        )
    if folder.exists() and not folder.is_dir():
        raise InstallError(f"{folder} is a file.\nNext: name a folder, or one that is yet to be.")
    for name in FOLDERS:
        if os.path.lexists(folder / name):
            raise InstallError(
                f"{folder / name} is there already, and is not the course's.\n"
                f"Next: name a new folder."
            )
    return bring(content, folder)


def bring(content: Content, folder: Path) -> Changes:
    """Bring a course folder to the version of `content`."""
    sources = content.files()
    if not sources:
        raise InstallError(
            "This installation has no chapters and no exercises.\n"
            f'Next: pip install --force-reinstall "{WHEEL}[course]"'
        )
    (folder / STATE).mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        found = manifest.read(folder)
        old = found or Manifest(content.version, is_handout=content.is_handout)
        _refuse_other_kind(old, content, folder)
        files.refuse_links([*sources, *old.names()], folder)
        new = {name: fingerprint(path) for name, path in sources.items()}
        old = old.towards(new)
        files.put_text(old.text(), folder / MANIFEST, folder)
        changes = Changes(found.version if found else None, content.version)
        for name, source in sources.items():
            _bring_one(name, source, folder, old, changes)
        for name in sorted(old.names() - set(new)):
            _remove_one(name, folder, old, changes)
        done = Manifest(content.version, new, is_handout=content.is_handout)
        files.put_text(done.text(), folder / MANIFEST, folder)
        shutil.rmtree(folder / STATE / "part")
    return changes


def _refuse_other_kind(old: Manifest, content: Content, folder: Path) -> None:
    """A hand-out never becomes the whole course, which has the solutions, nor the other way."""
    if old.is_handout and not content.is_handout:
        raise InstallError(
            f"{folder} is a hand-out: it changes only when a new one is handed out.\n"
            f"Next: get the newest from whoever gave it to you, and copy your work/ into it."
        )
    if content.is_handout and not old.is_handout:
        raise InstallError(
            f"{folder} is a course folder, and no hand-out.\nNext: name another folder."
        )


def _bring_one(name: str, source: Path, folder: Path, old: Manifest, changes: Changes) -> None:
    target = folder / name
    _make_room(target.parent, folder, old, changes)
    if target.is_dir():
        _keep(target, folder, old, changes)
    elif target.exists():
        if not target.is_symlink() and target.read_bytes() == source.read_bytes():
            return
        mine = fingerprint(target)
        if mine not in old.known(name):
            if is_of_cells(mine) and fingerprint(source) == old.files.get(name):
                changes.edited[name] = name
                return
            _keep(target, folder, old, changes)
    files.put(source, target, folder)
    changes.written.append(name)


def _make_room(parent: Path, folder: Path, old: Manifest, changes: Changes) -> None:
    """Keep a file that is where a folder has to be."""
    for place in reversed([parent, *parent.parents]):
        if folder in place.parents and place.is_file():
            _keep(place, folder, old, changes)
            place.unlink()


def _keep(target: Path, folder: Path, old: Manifest, changes: Changes) -> None:
    kept = files.keep(target, folder, old.version)
    changes.edited[target.relative_to(folder).as_posix()] = kept.relative_to(folder).as_posix()


def _remove_one(name: str, folder: Path, old: Manifest, changes: Changes) -> None:
    """Remove what the course no longer has. What was edited stays where it is."""
    target = folder / name
    if not target.is_file() or target.is_symlink():
        return
    if fingerprint(target) in old.known(name):
        files.remove(target, folder)
        changes.removed.append(name)
    else:
        changes.edited[name] = name


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One update of a folder at a time."""
    lock = os.open(folder / STATE, os.O_RDONLY)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InstallError(
                f"Another update of {folder} is under way.\nNext: wait until it has ended."
            ) from None
        yield
    finally:
        os.close(lock)
