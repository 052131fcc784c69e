"""What may cross the boundary between a check and an attempt: plain values, copied.

Invariant: what comes out consists of the interpreter's own None, bool, int, float, str, bytes,
list and dict, made here. Nothing that the other side wrote is called on the way: an object whose
`__eq__` is always true, or whose `__iter__` never ends, is refused or read without asking it.
"""

from __future__ import annotations

from types import CoroutineType
from typing import Any

DEPTH = 40
COUNT = 200_000  # values in all
LENGTH = 10_000_000  # of texts and bytes together
BITS = 4096  # of an int

Value = None | bool | int | float | str | bytes | list["Value"] | dict[str, "Value"]


class DoesNotCross(TypeError):
    """A value that is not plain. The message says which, where in the whole it is, and the fix."""


def cross(value: Any, what: str = "the value") -> Value:
    """A plain copy of `value`; `what` names it in the message."""
    copier = _Copier()
    try:
        return copier.copy(value, 0)
    except _TooMuch as refused:
        raise DoesNotCross(f"{what} {refused}") from None
    except _Refused as refused:
        at = "".join(reversed(refused.at))
        raise DoesNotCross(f"{what}{at} {refused}") from None


class _Refused(Exception):
    """What is wrong with a value; the place is put together on the way out."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.at: list[str] = []


class _TooMuch(_Refused):
    """The whole is too large, and no part of it is to blame."""


class _Copier:
    def __init__(self) -> None:
        self._count, self._length = 0, 0

    def copy(self, value: Any, depth: int) -> Value:
        kind = type(value)
        self._count += 1
        if self._count > COUNT:
            raise _TooMuch(f"has more than {COUNT:,} parts; return less")
        if value is None or kind is bool or kind is float:
            return value  # type: ignore[no-any-return]
        # Subclasses (a NamedTuple, an IntEnum) cross as what they are made of.
        mro = bases_of(kind)
        if list in mro or tuple in mro or dict in mro:
            if depth >= DEPTH:
                raise _TooMuch(f"is nested more than {DEPTH} deep, or contains itself")
            return self._table(value, depth) if dict in mro else self._list(value, mro, depth)
        return self._leaf(value, kind, mro)

    def _list(self, value: Any, mro: tuple[type, ...], depth: int) -> list[Value]:
        copied: list[Value] = []
        try:
            for part in list.__iter__(value) if list in mro else tuple.__iter__(value):
                copied.append(self.copy(part, depth + 1))
        except _Refused as refused:
            refused.at.append(f"[{len(copied)}]")
            raise
        return copied

    def _table(self, value: Any, depth: int) -> dict[str, Value]:
        copied: dict[str, Value] = {}
        for key, part in dict.items(value):
            plain = self._key(key)
            try:
                copied[plain] = self.copy(part, depth + 1)
            except _Refused as refused:
                refused.at.append(f"[{plain[:40]!r}]")
                raise
        return copied

    def _leaf(self, value: Any, kind: type, mro: tuple[type, ...]) -> Value:
        if str in mro:
            return self._text(str.__str__(value))
        if bytes in mro or bytearray in mro:
            data = bytes(value) if kind in (bytes, bytearray) else b"".join([value])
            self._length += len(data)
            self._check_length()
            return data
        if int in mro:
            plain = int.__add__(value, 0)
            if plain.bit_length() > BITS:
                raise _Refused(f"is a number of {plain.bit_length():,} bits")
            return plain
        if float in mro:
            return float.__add__(value, 0.0)
        raise _Refused(_reason(value, kind, mro))

    def _text(self, text: str) -> str:
        self._length += len(text)
        self._check_length()
        return text

    def _check_length(self) -> None:
        if self._length > LENGTH:
            raise _TooMuch(f"is longer than {LENGTH:,} characters; return less")

    def _key(self, key: Any) -> str:
        if str not in bases_of(type(key)):
            raise _Refused(f"has a key of type {name_of(type(key))}; use texts as keys")
        return self._text(str.__str__(key))


def name_of(kind: type) -> str:
    """The name of a type, without asking its metaclass."""
    return str.__str__(_type_name(kind))


def _coroutine_name(coroutine: Any) -> str:
    """The name of the function that made it: it may be a text of the attempt's own making."""
    name = str.__str__(_qualname(coroutine)).rpartition(".")[2]
    return name if name.isidentifier() else "…"


_qualname = CoroutineType.__dict__["__qualname__"].__get__
_type_name = type.__dict__["__name__"].__get__
_mro = type.__dict__["__mro__"].__get__


def bases_of(kind: type) -> tuple[type, ...]:
    """A type and all that it is made of, without asking its metaclass."""
    found: tuple[type, ...] = _mro(kind)
    return found


def _reason(value: Any, kind: type, mro: tuple[type, ...]) -> str:
    """Why a value cannot be returned, and the likely mistake."""
    if kind is CoroutineType:
        called = _coroutine_name(value)
        return (
            f"is the coroutine object of `{called}(...)`: it was called without `await`, so "
            f"nothing of it has run. Write `await {called}(...)`"
        )
    if BaseException in mro:
        return (
            f"is the exception {name_of(kind)}, as a value. Raise it, or handle it, as the task "
            "says; `gather(..., return_exceptions=True)` returns exceptions in place of results"
        )
    return (
        f"is of type {name_of(kind)}, and a check can only read plain values: None, bool, int, "
        f"float, str, bytes, list, dict. {_advice(kind, mro)}"
    )


def _advice(kind: type, mro: tuple[type, ...]) -> str:
    name = name_of(kind)
    if name in ("Task", "Future"):
        return f"Await the {name}, and return its result."
    if name in ("generator", "async_generator"):
        return "There is a `yield` in it: `return` what is to come back."
    if name in ("function", "method", "builtin_function_or_method"):
        return "Call it, and return what comes of it."
    if set in mro or frozenset in mro:
        return "Return a sorted list in its place."
    return "Return its parts in a dict or a list."
