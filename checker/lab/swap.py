"""Replaces functions of the interpreter in place, for as long as a run lasts.

A program may have taken `from time import sleep` long before the run, kept `time.monotonic` as
a default argument, or made its locks at import. Setting `time.sleep` reaches none of these. So
what is replaced here is not a name but the thing itself: the C function inside the builtin
object, and the method inside the type. Whoever holds it, from wherever, meets the replacement.

Invariant: after `Swaps.undo` every pointer and every type holds what it held before.

How a builtin is replaced: the object `time.sleep` is a struct with a pointer to a method
definition (the C function and its calling convention) and a pointer to `self`. We let `self` be
our Python function, and the C function be the interpreter's own "call this object" that takes
the same C arguments. So no C code is ours, and errors travel as usual. This is CPython's layout
since 3.8; `verify` refuses to go on where it does not hold.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Callable
from functools import cache
from types import BuiltinFunctionType, CodeType, FunctionType
from typing import Any

_api = ctypes.pythonapi


class _MethodDef(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("function", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


class _Builtin(ctypes.Structure):
    _fields_ = (
        ("head", ctypes.c_char * object.__basicsize__),
        ("definition", ctypes.c_void_p),
        ("self", ctypes.c_void_p),
    )


# A calling convention, and the interpreter's function that takes the same arguments and calls
# the first of them. A convention passes (self, args...); the caller takes (callable, args...).
_VARARGS, _KEYWORDS, _NOARGS, _O, _FASTCALL = 0x1, 0x2, 0x4, 0x8, 0x80
_CALLERS = {
    _NOARGS: _api.PyObject_CallNoArgs,
    _O: _api.PyObject_CallOneArg,
    _VARARGS: _api.PyObject_CallObject,
    _VARARGS | _KEYWORDS: _api.PyObject_Call,
    _FASTCALL | _KEYWORDS: _api.PyObject_Vectorcall,
}

_new_builtin = _api.PyCFunction_NewEx
_new_builtin.restype = ctypes.py_object
_new_builtin.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
_type_modified = _api.PyType_Modified
_type_modified.restype = None
_type_modified.argtypes = (ctypes.py_object,)


def original(builtin: Any) -> Any:
    """A second object for the same C function. It stays what it is while the first is swapped."""
    if type(builtin) is not BuiltinFunctionType:
        return builtin
    struct = _Builtin.from_address(id(builtin))
    return _new_builtin(struct.definition, struct.self, None)


class Swaps:
    """The replacements of one run, to be undone together, in reverse order."""

    def __init__(self) -> None:
        # How to undo them: a function and its three arguments, one after the other in one list. A
        # closure for each would be four or five objects, and a tuple one, at which the collector
        # and the leak search of this run would have to look.
        self._undo: list[Any] = []

    def builtin(self, target: BuiltinFunctionType, replacement: Callable[..., Any]) -> None:
        """Let the builtin function `target` call `replacement`, whoever holds it.

        Where a program has put a function of its own in its place, that one stays: it is no
        builtin, and writing into it as if it were would end the process.
        """
        if type(target) is not BuiltinFunctionType:
            return
        struct = _builtin_at(id(target))
        before, self_before = struct.definition, struct.self
        definition = _calling(before)
        # The replacement must live until then: the interpreter was not told of our reference.
        self._undo += (_restore_builtin, target, (before, self_before), replacement)
        struct.self = id(replacement)
        struct.definition = ctypes.addressof(definition)

    def method(self, owner: type, name: str, replacement: Any) -> None:
        """Let `owner.name` be `replacement`, also where `owner` is a type written in C."""
        namespace = _namespace(owner)
        self._undo += (_restore_method, owner, name, namespace[name])
        namespace[name] = replacement
        _type_modified(owner)

    def attribute(self, owner: Any, name: str, replacement: Any) -> None:
        """Set `owner.name`, where everybody looks it up at the moment of use."""
        # What was inherited is not there before.
        self._undo += (_restore_attribute, owner, name, owner.__dict__.get(name, _INHERITED))
        setattr(owner, name, replacement)

    def function(self, target: Any, replacement: Callable[..., Any]) -> None:
        """Let `target`, written in Python and without parameters, call `replacement(real)`."""
        code, real = target.__code__, FunctionType(target.__code__, target.__globals__)
        self._undo += (_restore_function, target, code, None)
        target.__kwdefaults__ = {"_do": lambda: replacement(real)}
        target.__code__ = (lambda *, _do: _do()).__code__

    def later(self, undo: Callable[[], None]) -> None:
        """Something else was changed; `undo` puts it back."""
        self._undo += (_restore_other, undo, None, None)

    def undo(self) -> None:
        """Put everything back."""
        while self._undo:
            restore, target, how, before = self._undo[-4:]
            # Before it is done: where it is stopped in the middle, the others are still undone.
            del self._undo[-4:]
            restore(target, how, before)


@cache
def _namespace(owner: type) -> dict[str, Any]:
    """The dictionary of a type, which can be written to."""
    # The proxy that hides it refers to nothing else.
    (found,) = gc.get_referents(owner.__dict__)
    namespace: dict[str, Any] = found
    return namespace


@cache
def _builtin_at(address: int) -> Any:
    """The builtin function that is at this address. It is a view, and holds nothing."""
    return _Builtin.from_address(address)


@cache
def _calling(definition: int) -> Any:
    """A copy of a builtin's method definition that calls its `self`. It lives for good.

    There are a few dozen such definitions, and they are the interpreter's own static data.
    """
    copied = _MethodDef.from_buffer_copy(_MethodDef.from_address(definition))
    caller = _CALLERS[copied.flags & 0x8F]
    copied.function = ctypes.cast(caller, ctypes.c_void_p).value
    return copied


_INHERITED: Any = object()


def _restore_builtin(target: Any, before: tuple[int, int], replacement: Any) -> None:
    struct = _builtin_at(id(target))
    struct.definition, struct.self = before


def _restore_method(owner: type, name: str, before: Any) -> None:
    _namespace(owner)[name] = before
    _type_modified(owner)


def _restore_attribute(owner: Any, name: str, before: Any) -> None:
    if before is _INHERITED:
        delattr(owner, name)
    else:
        setattr(owner, name, before)


def _restore_function(target: Any, code: CodeType, _: None) -> None:
    target.__code__, target.__kwdefaults__ = code, None


def _restore_other(undo: Callable[[], None], _: None, __: None) -> None:
    undo()


def verify() -> None:
    """Refuse to go on where the interpreter's layout is another one than we know.

    In a free-threaded build it is one, and threads that hold no baton run at the same time there:
    what is written into a type could meet a thread that reads it.
    """
    import time

    # In 3.13 and 3.14 the flag stands for `sysconfig.get_config_var("Py_GIL_DISABLED")`, which
    # takes a file to read. It says how Python was built, also where PYTHON_GIL=1 is set.
    if "t" in getattr(sys, "abiflags", ""):
        raise RuntimeError(
            f"the lab does not work in a free-threaded build of Python ({sys.executable}): it runs "
            "one thread at a time and relies on the GIL; use the usual build of the same version"
        )
    probe = original(time.monotonic)
    swaps = Swaps()
    struct = _Builtin.from_address(id(probe))
    named = _MethodDef.from_address(struct.definition).name
    known = named == b"monotonic" and struct.self == id(time)
    if known:
        swaps.builtin(probe, lambda: "swapped")
        try:
            known = probe() == "swapped"
        finally:
            swaps.undo()
    if not known or not isinstance(probe(), float):
        raise RuntimeError(
            "the lab needs CPython 3.11 or newer: this interpreter keeps builtin functions in a "
            "layout that it does not know"
        )
