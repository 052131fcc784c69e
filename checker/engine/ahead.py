"""Does before the forks, and once, what each of them would have to do again.

Invariant: nothing of an attempt is executed here, and a verdict is the same without it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from checker import lab
from checker.attempt import Attempt
from checker.attempt.guest import warm
from checker.lab import where
from checker.lab.allocator import share_arenas

# Modules whose functions stand between a program and what it waits for.
_ON_STACKS = ("_pytest", "asyncio", "checker", "concurrent", "contextlib", "pluggy", "threading")

_SLOW = {
    "anyio": ["anyio._backends._asyncio"],
    "fastapi": ["fastapi"],
    # A client of a service brings the rest of it.
    "httpx": ["httpx", "checker.lab.services.transport"],
}
_imported: set[str] = set()


def prepare(materials: list[Path]) -> None:
    """Import what a first run imports, label files, compile what is in the folders of material."""
    if hasattr(os, "fork"):
        import checker.engine.child  # noqa: F401

        share_arenas()
    _resolve("checker.lab")
    lab.run(_nothing)
    for name, module in list(sys.modules.items()):
        # To label a file asks the system about each part of its path.
        if name.startswith(_ON_STACKS) and (file := getattr(module, "__file__", None)):
            where.label(file)
    for folder in materials:
        nobody = Attempt.here(b"", "nobody.py", folder)
        for path in sorted(folder.glob("*.py")):
            with suppress(SyntaxError, ValueError):  # The check that brings it will tell of it.
                nobody.bring_file(path.stem)


def import_for(programs: Iterable[bytes]) -> bool:
    """Import of the stack what these programs name, if it takes long; whether there was any."""
    before = len(_imported)
    for program in programs:
        for package in _SLOW:
            if package not in _imported and package.encode() in program:
                _import(package)
    return len(_imported) > before


def import_next() -> bool:
    """Import a part of the stack that is not here yet; False if all of it is."""
    for package in _SLOW:
        if package not in _imported:
            _import(package)
            return True
    return False


def _import(package: str) -> None:
    _imported.add(package)
    # Where it is not installed, the attempt's own import says so, in its verdict.
    with suppress(ModuleNotFoundError):
        for module in _SLOW[package]:
            import_module(module)
        if package == "anyio":
            _resolve("anyio")
        if package == "fastapi":
            warm()  # Its first app and first request import half as much again.


def _resolve(package: str) -> None:
    """Let a package that imports its parts when they are first named import all of them."""
    module = import_module(package)
    for name in dir(module):
        getattr(module, name, None)


async def _nothing() -> None:
    """The shortest program."""
