"""Notices when an attempt has replaced a function that others use.

A program that puts its own `asyncio.sleep` in place of the real one breaks every other program of
its process, and the checks with it. Before an attempt runs, what belongs to the interpreter, to
pytest and to the checker is remembered; after the checks it has to be the same.

Refuses nothing by itself, and is no jail: it tells an honest learner what happened.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import (
    BuiltinFunctionType,
    CodeType,
    FunctionType,
    MethodDescriptorType,
    ModuleType,
)
from typing import Any

_WATCHED = (
    "_pytest",
    "anyio",
    "asyncio",
    "builtins",
    "checker",
    "concurrent",
    "json",
    "os",
    "pluggy",
    "pytest",
    "queue",
    "random",
    "sys",
    "threading",
    "time",
)
_FUNCTIONS = (FunctionType, BuiltinFunctionType, MethodDescriptorType)
_CHANGES = {("sys", "unraisablehook"), ("sys", "excepthook"), ("sys", "displayhook")}


class Seal:
    """What everything was when this was made."""

    def __init__(self) -> None:
        self._codes: list[tuple[str, FunctionType, CodeType]] = []
        self._was: list[tuple[Any, str, dict[str, Any]]] = []
        for module in _modules():
            name = module.__name__
            self._add(module, name, (type, *_FUNCTIONS))
            for key, value in list(vars(module).items()):
                if isinstance(value, type) and value.__module__ == name:
                    self._add(value, f"{name}.{key}", _FUNCTIONS)

    def _add(self, owner: Any, name: str, kinds: tuple[type, ...]) -> None:
        was = {
            key: value
            for key, value in list(vars(owner).items())
            if isinstance(value, kinds) and (name, key) not in _CHANGES
        }
        self._was.append((owner, name, was))
        self._codes += [
            (f"{name}.{key}", value, value.__code__)
            for key, value in was.items()
            if type(value) is FunctionType
        ]

    def broken(self) -> list[str]:
        """The names of what is another thing now."""
        found = []
        for owner, name, was in self._was:
            now = vars(owner)
            found += [f"{name}.{key}" for key, value in was.items() if now.get(key) is not value]
        return found + [name for name, value, code in self._codes if value.__code__ is not code]


def _modules() -> Iterator[ModuleType]:
    for name, module in sorted(sys.modules.items()):
        ours = name.split(".")[0] in _WATCHED and not name.startswith("checker.checks")
        if ours and isinstance(module, ModuleType):
            yield module
