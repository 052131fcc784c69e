"""Verdicts that the gate has seen before, kept in `.unblocked/gate`, so that an author who changed
one exercise waits for that one alone.

Invariant: a verdict is used again only where everything that it comes from is the same, byte for
byte: the attempt, its stub, its checks and their material, the code of the checker, the installed
packages, this Python, and the road. All of that is in the name of its file.

A file that cannot be read, or that is about something else, counts as missing. Verdicts that
depend on real time, or are our fault, are never kept. CI does not use this at all.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

import checker
from checker.engine.verdict import Verdict
from checker.gate.folders import Folders
from checker.gate.runs import Run

FOLDER = ".unblocked/gate"
_PACKAGE = Path(checker.__file__).parent


def allowed() -> bool:
    """Whether a cache may be used at all."""
    return not os.environ.get("CI")


class Cache:
    """The verdicts on attempts at the exercises of one course."""

    def __init__(self, folders: Folders) -> None:
        self._folders, self._folder = folders, folders.root / FOLDER
        self._used: set[str] = set()

    def read(self, attempt: Sequence[Run], road: str) -> list[Verdict] | None:
        """The verdicts on the runs of one attempt, if they are known."""
        try:
            kept = json.loads(self._file(attempt, road).read_bytes())
            verdicts = [Verdict.from_json(text) for text in kept]
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None
        ours = [(run.exercise.id, run.seed) for run in attempt]
        return verdicts if ours == [(each.exercise, each.seed) for each in verdicts] else None

    def keep(self, attempt: Sequence[Run], road: str, verdicts: Sequence[Verdict]) -> None:
        """Keep the verdicts on the runs of one attempt, if they will be the same next time."""
        if not all(map(_is_certain, verdicts)):
            return
        file = self._file(attempt, road)
        part = file.with_suffix(f".{os.getpid()}")
        # Where it cannot be written, the next run is as long as this one.
        with contextlib.suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps([verdict.to_json() for verdict in verdicts]), "utf-8")
            part.replace(file)

    def drop_unused(self) -> None:
        """Remove what this run did not ask for: it is about files as they once were."""
        with contextlib.suppress(OSError):
            for path in self._folder.iterdir():
                if path.name not in self._used:
                    path.unlink()

    def _file(self, attempt: Sequence[Run], road: str) -> Path:
        first = attempt[0]
        name = self._folders.name(first.path)
        parts = [self._world, self._checks_of(first), repr(first.exercise), road, first.kind, name]
        parts += [str(run.seed) for run in attempt]
        parts += [_digest([self._folders.stub(first.exercise).read_bytes()]), _digest([first.data])]
        file = f"{_digest(part.encode() for part in parts)}.json"
        self._used.add(file)
        return self._folder / file

    def _checks_of(self, run: Run) -> str:
        check_file = self._folders.check_file(run.exercise)
        material = sorted((check_file.parent / "material").rglob("*"))
        shared = sorted(self._folders.checks.glob("*.py"))
        files = [check_file, *material, *shared]
        return _digest(_named(path for path in files if path.suffix != ".pyc"))

    @cached_property
    def _world(self) -> str:
        """What all verdicts come from."""
        checks = _PACKAGE / "checks"
        code = [path for path in sorted(_PACKAGE.rglob("*.py")) if checks not in path.parents]
        # The folders of the installed packages are named after their versions.
        packages = sorted(Path(sysconfig.get_path("purelib")).glob("*.dist-info"))
        told = [sys.version, str(self._folders.root), *(path.name for path in packages)]
        return _digest([*(text.encode() for text in told), *_named(code)])


def _is_certain(verdict: Verdict) -> bool:
    blocked = verdict.ended in ("blocked", "interrupted", "no checks")
    ours = verdict.outcome == "checker_error"
    return not (blocked or ours or any(c.outcome == "checker_error" for c in verdict.checks))


def _named(paths: Iterable[Path]) -> Iterator[bytes]:
    for path in paths:
        if path.is_file():
            yield str(path).encode()
            yield path.read_bytes()


def _digest(parts: Iterable[bytes]) -> str:
    """Of parts, each with its length, so that nothing can move from one into the next."""
    found = hashlib.sha256()
    for part in parts:
        found.update(b"%d:" % len(part) + part)
    return found.hexdigest()
