"""What may cross the boundary between a check and an attempt: plain values, copied.

Invariant: what comes out consists of the interpreter's own None, bool, int, float, str, bytes,
list and dict, made here. Nothing that the other side wrote is called on the way: an object whose
`__eq__` is always true, or whose `__iter__` never ends, is refused or read without asking it.
"""

from __future__ import annotations

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
    return _Copier(what).copy(value, "", 0)


class _Copier:
    def __init__(self, what: str) -> None:
        self._what, self._count, self._length = what, 0, 0

    def copy(self, value: Any, at: str, depth: int) -> Value:
        kind = type(value)
        self._count += 1
        if self._count > COUNT:
            raise DoesNotCross(f"{self._what} has more than {COUNT:,} parts; return less")
        if depth > DEPTH:
            raise DoesNotCross(f"{self._what} is nested more than {DEPTH} deep, or contains itself")
        if value is None or kind is bool or kind is float:
            return value  # type: ignore[no-any-return]
        # Subclasses (a NamedTuple, an IntEnum) cross as what they are made of.
        mro = type.mro(kind)
        if list in mro or tuple in mro:
            parts = list.__iter__(value) if list in mro else tuple.__iter__(value)
            return [self.copy(part, f"{at}[{n}]", depth + 1) for n, part in enumerate(parts)]
        if dict in mro:
            return {
                self._key(key, at): self.copy(part, f"{at}[{_short(key)}]", depth + 1)
                for key, part in dict.items(value)
            }
        return self._leaf(value, kind, mro, at)

    def _leaf(self, value: Any, kind: type, mro: list[type], at: str) -> Value:
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
                raise DoesNotCross(f"{self._what}{at} is a number of {plain.bit_length():,} bits")
            return plain
        if float in mro:
            return float.__add__(value, 0.0)
        raise DoesNotCross(
            f"{self._what}{at} is a {_name(kind)}, and only plain values come back to the check: "
            f"None, bool, int, float, str, bytes, list, dict. {_advice(kind, mro)}"
        )

    def _text(self, text: str) -> str:
        self._length += len(text)
        self._check_length()
        return text

    def _check_length(self) -> None:
        if self._length > LENGTH:
            raise DoesNotCross(f"{self._what} is longer than {LENGTH:,} characters; return less")

    def _key(self, key: Any, at: str) -> str:
        if str not in type.mro(type(key)):
            raise DoesNotCross(
                f"{self._what}{at} has a key of type {_name(type(key))}; use texts as keys"
            )
        return self._text(str.__str__(key))


def _short(key: Any) -> str:
    return repr(key[:40]) if type(key) is str else "…"


def _name(kind: type) -> str:
    return type.__getattribute__(kind, "__name__")  # type: ignore[no-any-return]


def _advice(kind: type, mro: list[type]) -> str:
    name = _name(kind)
    if name in ("coroutine", "async_generator", "Task", "Future", "generator"):
        return "Is an `await` missing?" if name != "generator" else "Make a list of it."
    if set in mro or frozenset in mro:
        return "Return a sorted list in its place."
    return "Return its parts in a dict or a list."
