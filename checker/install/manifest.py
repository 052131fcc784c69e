"""What the course put into a folder: the version, and a fingerprint of each file.

A fingerprint answers one question: did the learner edit this file? Running a notebook is no edit,
so of a notebook only the cells' sources count.

While an update is under way, what it is about to write is in the manifest too. So the next one
knows all that an interrupted one wrote, whichever version comes next.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from checker.course import MANIFEST
from checker.install.content import is_ours

FORMAT = 1
UNKNOWN = "unknown"
CELLS = "cells:"


@dataclass(frozen=True)
class Manifest:
    """The fingerprints of a version's files, and of those that unfinished updates wrote."""

    version: str
    files: dict[str, str] = field(default_factory=dict)
    unfinished: dict[str, list[str]] = field(default_factory=dict)
    is_handout: bool = False

    def known(self, name: str) -> list[str]:
        """The fingerprints that a file may have without having been edited."""
        return [*self.unfinished.get(name, []), *filter(None, [self.files.get(name)])]

    def names(self) -> set[str]:
        """Every file that the course may have put here."""
        return {*self.files, *self.unfinished}

    def towards(self, new: dict[str, str]) -> Manifest:
        """The manifest while these fingerprints are on their way."""
        names = sorted({*self.unfinished, *new})
        before = {name: self.unfinished.get(name, []) for name in names}
        on_the_way = {
            name: list(dict.fromkeys([*before[name], *filter(None, [new.get(name)])]))
            for name in names
        }
        return Manifest(self.version, self.files, on_the_way, self.is_handout)

    def text(self) -> str:
        """The content of the manifest's file."""
        table = {"format": FORMAT, "version": self.version, "files": self.files}
        more: dict[str, object] = {"unfinished": self.unfinished} if self.unfinished else {}
        more |= {"handout": True} if self.is_handout else {}
        return json.dumps(table | more, indent=1, sort_keys=True) + "\n"


def read(folder: Path) -> Manifest | None:
    """The manifest of a course folder; None where there is none.

    One that is damaged knows of no file, so every file that differs is taken for edited and kept.
    """
    try:
        table = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError:
        return Manifest(UNKNOWN)
    if not isinstance(table, dict) or table.get("format") != FORMAT:
        return Manifest(UNKNOWN)
    version = table.get("version")
    # It names a folder of what is kept.
    if not isinstance(version, str) or not re.fullmatch(r"\w[\w.+!-]*", version):
        version = UNKNOWN
    files = {n: one for n, one in _ours(table, "files") if isinstance(one, str)}
    unfinished = {
        n: [one for one in several if isinstance(one, str)]
        for n, several in _ours(table, "unfinished")
        if isinstance(several, list)
    }
    return Manifest(version, files, unfinished, table.get("handout") is True)


def _ours(table: dict[str, object], key: str) -> list[tuple[str, object]]:
    """The entries that name a file of the course. No other path is ever touched."""
    entries = table.get(key)
    return [e for e in entries.items() if is_ours(e[0])] if isinstance(entries, dict) else []


def is_of_cells(print: str) -> bool:
    """Whether this is the fingerprint of a notebook that can be read."""
    return print.startswith(CELLS)


def fingerprint(path: Path) -> str:
    """A hash of a file's bytes; of a notebook's cells alone, where it can be read as one."""
    data = path.read_bytes()
    if path.suffix == ".ipynb":
        try:
            cells = json.loads(data)["cells"]
            sources = [[cell["cell_type"], "".join(cell["source"])] for cell in cells]
            return CELLS + hashlib.sha256(json.dumps(sources).encode()).hexdigest()
        except (ValueError, KeyError, TypeError):
            pass  # No notebook any more: it was edited, and its bytes say so.
    return "bytes:" + hashlib.sha256(data).hexdigest()
