"""Notices when an attempt has replaced something that others use.

A program that puts its own `asyncio.sleep` in place of the real one breaks every other program of
its process, and the checks with it. Before an attempt runs, what belongs to the interpreter, to
pytest and to the checker is remembered; after the checks it has to be the same.

Refuses nothing by itself, and is no jail: it tells an honest learner what happened.

Looking at an object counts a reference to it, which in a fork copies the page that it lies on;
for all that is remembered here that would cost as much as the checks. So it is looked at from
outside first: CPython gives a dictionary another version with each change, and a function has a
pointer to its code. Where the interpreter has no such versions, everything is looked at.
"""

from __future__ import annotations

import builtins
import ctypes
import gc
import sys
from array import array
from collections.abc import Iterator
from itertools import islice
from types import (
    BuiltinFunctionType,
    ClassMethodDescriptorType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    ModuleType,
    WrapperDescriptorType,
)
from typing import Any, NamedTuple

_WATCHED = (
    "_asyncio",
    "_pytest",
    "_thread",
    "anyio",
    "asyncio",
    "builtins",
    "checker",
    "collections",
    "concurrent",
    "contextlib",
    "functools",
    "heapq",
    "inspect",
    "io",
    "itertools",
    "json",
    "math",
    "operator",
    "os",
    "pluggy",
    "posix",
    "pytest",
    "queue",
    "random",
    "re",
    "signal",
    "sys",
    "threading",
    "time",
    "weakref",
)
# Where a program may have put code of its own into a function.
_WITH_CODE = ("asyncio", "checker", "contextlib", "json", "random", "threading")
_IN_TYPES = (
    BuiltinFunctionType,
    ClassMethodDescriptorType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    WrapperDescriptorType,
    classmethod,
    property,
    staticmethod,
)
_IN_MODULES = (type, BuiltinFunctionType, FunctionType)
# What belongs to whoever runs the program, and changes as a matter of course.
_CHANGES = {("sys", "unraisablehook"), ("sys", "excepthook"), ("sys", "displayhook")}

# The interpreter makes the first three when something first asks a type for its annotations, and
# `copyreg` the last when one of its objects is first copied or pickled.
_MADE_WHEN_ASKED = (
    "__annotate_func__",
    "__annotations__",
    "__annotations_cache__",
    "__slotnames__",
)

_SIZE_AT = object.__basicsize__  # in a dictionary, the count of its entries
_VERSION_AT = _SIZE_AT + 8


class _Owned(NamedTuple):
    """What a module or a type had."""

    name: str
    owner: Any
    namespace: dict[str, Any]
    was: dict[str, Any]

    def mend(self) -> list[str]:
        """Put back what is another thing now, and return its names."""
        changed = [key for key, value in self.was.items() if self.namespace.get(key) is not value]
        for key in changed:
            setattr(self.owner, key, self.was[key])
        return [f"{self.name}.{key}" for key in changed]


class Seal:
    """What everything was when this was made."""

    def __init__(self) -> None:
        owned = list(_everything())
        self._owned = [
            *filter(_is_module, owned),
            *(each for each in owned if not _is_module(each)),
        ]
        self._shallow = sum(map(_is_module, owned))
        self._versions = array("Q", (_version(owned.namespace) for owned in self._owned))
        self._version_at = array("Q", (id(each.namespace) + _VERSION_AT for each in self._owned))
        self._sizes = array("Q", (_word(id(each.namespace) + _SIZE_AT) for each in self._owned))
        self._modules = {module.__name__: module for module in _modules()}
        functions = [
            (f"{owned.name}.{key}", function)
            for owned in self._owned
            for key, value in owned.was.items()
            if owned.name.startswith(_WITH_CODE)
            and type(function := _function(value)) is FunctionType
        ]
        self._names = [name for name, _ in functions]
        # The functions live for as long as `_owned` does, so the addresses stay theirs.
        self._code_at = array("Q", (id(function) + _CODE_AT for _, function in functions))
        self._functions = [(function, function.__code__) for _, function in functions]
        self._codes = array("Q", (id(function.__code__) for _, function in functions))
        self._builtins = dict(vars(builtins))

    def mend(self, *, deep: bool = True) -> list[str]:
        """Put back what is another thing now, and return its names.

        deep   look into types and functions too; it takes ten times as long
        """
        names = vars(builtins)
        # Before anything here is called that an attempt could have replaced.
        was = self._builtins
        found = [f"builtins.{key}" for key in was if names.get(key) is not was[key]]
        if found:
            names.update(was)
        for name, module in self._modules.items():
            if sys.modules.get(name) is not module:
                found.append(f"sys.modules[{name!r}]")
                sys.modules[name] = module
        for number in self._changed(len(self._owned) if deep else self._shallow):
            found += self._owned[number].mend()
        if deep:
            found += self._mend_code()
        return found

    def added(self) -> list[str]:
        """The names that types have by now, and did not have when this was made."""
        found = []
        for number in range(self._shallow, len(self._owned)):
            owned, size = self._owned[number], self._sizes[number]
            if _word(self._version_at[number] - _VERSION_AT + _SIZE_AT) > size:
                names = islice(list(owned.namespace), size, None)
                found += [f"{owned.name}.{key}" for key in names if key not in _MADE_WHEN_ASKED]
        return found

    def _mend_code(self) -> list[str]:
        found = []
        for number, (at, known) in enumerate(zip(self._code_at, self._codes, strict=True)):
            if _word(at) != known:
                found.append(self._names[number])
                function, code = self._functions[number]
                function.__code__ = code
        return found

    def _changed(self, most: int) -> Iterator[int]:
        """Which of the first dictionaries may hold something else than before."""
        for number in range(most):
            if not _VERSIONED or _word(self._version_at[number]) != self._versions[number]:
                yield number


def _everything() -> Iterator[_Owned]:
    for module in _modules():
        name = module.__name__
        yield _owned(name, module, vars(module), _IN_MODULES)
        for key, value in list(vars(module).items()):
            if isinstance(value, type) and value.__module__ == name:
                # The proxy that hides the dictionary of a type refers to nothing else.
                (namespace,) = gc.get_referents(value.__dict__)
                yield _owned(f"{name}.{key}", value, namespace, _IN_TYPES)


def _owned(name: str, owner: Any, namespace: dict[str, Any], kinds: tuple[type, ...]) -> _Owned:
    was = {
        key: value
        for key, value in list(namespace.items())
        if isinstance(value, kinds) and (name, key) not in _CHANGES
    }
    return _Owned(name, owner, namespace, was)


def _modules() -> Iterator[ModuleType]:
    for name, module in sorted(sys.modules.items()):
        ours = name.split(".")[0] in _WATCHED and not name.startswith("checker.checks")
        if ours and isinstance(module, ModuleType) and module.__name__ == name:
            yield module


def _function(value: Any) -> Any:
    if isinstance(value, classmethod | staticmethod):
        return value.__func__
    return value.fget if isinstance(value, property) else value


def _is_module(owned: _Owned) -> bool:
    return isinstance(owned.owner, ModuleType)


_at = ctypes.c_uint64.from_address


def _word(address: int) -> int:
    """What stands in memory; the object itself is not touched."""
    return _at(address).value


def _version(namespace: dict[str, Any]) -> int:
    return _word(id(namespace) + _VERSION_AT)


def _code_at() -> int:
    """Where in a function the pointer to its code is."""
    for offset in range(object.__basicsize__, FunctionType.__basicsize__, 8):
        if _word(id(_version) + offset) == id(_version.__code__):
            return offset
    raise RuntimeError("the checker needs CPython, whose functions have a pointer to their code")


def _versioned() -> bool:
    """Whether a dictionary has another version after each kind of change."""
    sample = {"a": _word, "b": _version}
    seen = [_version(sample)]
    for key, value in (("a", _version), ("c", _word), ("a", _word)):
        sample[key] = value
        seen.append(_version(sample))
    del sample["c"]
    seen.append(_version(sample))
    return len(set(seen)) == len(seen)


_CODE_AT = _code_at()
_VERSIONED = _versioned()
