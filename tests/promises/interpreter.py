"""What we rely on inside of the interpreter itself."""

from __future__ import annotations

import _socket
import _thread
import atexit
import ctypes
import datetime
import gc
import importlib
import inspect
import os
import sys
import threading
import time
import types
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from tests.promises.promise import relied_on

_SWAPPED: tuple[Any, ...] = (
    *(time.monotonic, time.perf_counter, time.monotonic_ns, time.perf_counter_ns),
    *(time.time, time.time_ns, time.sleep, time.clock_gettime, time.clock_gettime_ns),
    *(time.gmtime, time.localtime, time.ctime, time.asctime, time.strftime),
    *(os.getpid, _thread.start_new_thread, _thread.start_new),
    *(_socket.getaddrinfo, _socket.gethostbyname),
)


# Of `PyMethodDef.ml_flags`: a tuple, a tuple with keywords, nothing, one, an array with keywords.
_CONVENTIONS = {0x1, 0x3, 0x4, 0x8, 0x82}


class _Definition(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("function", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """No finaliser runs in this block but those of what it drops itself."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _word(address: int) -> int:
    return ctypes.c_uint64.from_address(address).value


def _definition(builtin: Any) -> _Definition:
    return _Definition.from_address(_word(id(builtin) + object.__basicsize__))


@relied_on("CPython", "PyCFunctionObject.m_ml, PyCFunctionObject.m_self", "lab/swap.py")
def a_builtin_function_is_two_pointers() -> None:
    """After the head of a builtin function stand a pointer to its `PyMethodDef` and one to the
    object that C gets as `self`, which is the module. A definition is a name, a function, its
    calling convention and a docstring. `lab.swap` writes into both pointers."""
    for builtin in _SWAPPED:
        assert _definition(builtin).name == builtin.__name__.encode()
        assert _word(id(builtin) + object.__basicsize__ + 8) == id(builtin.__self__)


@relied_on("CPython", "PyMethodDef.ml_flags", "lab/swap.py")
def each_builtin_that_we_replace_is_called_in_a_way_that_we_know() -> None:
    """The calling convention of each builtin function that a run replaces is one of five, for which
    the C API has a function with the same arguments that calls an object: no argument, one, a
    tuple, a tuple with keywords, an array with keywords."""
    for builtin in _SWAPPED:
        convention = _definition(builtin).flags & 0x8F
        assert convention in _CONVENTIONS, (builtin, hex(convention))


@relied_on("CPython", "PyCFunction_NewEx", "lab/swap.py")
def a_second_builtin_can_be_made_of_the_same_definition() -> None:
    """`PyCFunction_NewEx` makes another object of a definition and a `self`. It works as the first
    does, and stays what it is while the first one is replaced."""
    new = ctypes.pythonapi.PyCFunction_NewEx
    before = new.restype, new.argtypes
    new.restype, new.argtypes = ctypes.py_object, (ctypes.c_void_p,) * 3
    try:
        second = new(_word(id(time.monotonic) + object.__basicsize__), id(time), None)
    finally:
        new.restype, new.argtypes = before
    assert second is not time.monotonic
    assert isinstance(second(), float)


@relied_on("CPython", "type.__dict__, PyType_Modified", "lab/swap.py, engine/seal.py")
def the_dictionary_of_a_type_can_be_reached_and_written() -> None:
    """The proxy `type.__dict__` refers to one object, the dictionary behind it, also for a type
    that is written in C. After a write and `PyType_Modified` every lookup finds the new entry."""
    kind = datetime.datetime
    (namespace,) = gc.get_referents(kind.__dict__)
    assert type(namespace) is dict
    before = namespace["utcnow"]
    namespace["utcnow"] = classmethod(lambda cls: "replaced")
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))
    try:
        assert kind.utcnow() == "replaced"
    finally:
        namespace["utcnow"] = before
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))
    assert kind.__dict__["utcnow"] is before


@relied_on("CPython", "PyFunctionObject.func_code", "engine/seal.py")
def a_function_has_a_pointer_to_its_code() -> None:
    """One of the words of a function is the address of its code, and it is another one as soon as
    the function has another code. The seal reads that word without touching the function."""

    def function() -> int:
        return 1

    def other() -> int:
        return 2

    words = range(object.__basicsize__, types.FunctionType.__basicsize__, 8)
    (at,) = [n for n in words if _word(id(function) + n) == id(function.__code__)]
    function.__code__ = other.__code__
    assert _word(id(function) + at) == id(other.__code__)


@relied_on("CPython", "sys.monitoring, PyEval_SetTrace", "lab/insist.py")
def an_error_can_be_raised_at_each_line() -> None:
    """What a callback for lines raises is raised at the line, in every thread, and again at the
    next one: from 3.12 on a callback of `sys.monitoring`, with a tool among 3 and 4 that is free;
    on 3.11 a trace function in C, which the interpreter keeps although it raised."""

    class Stop(BaseException):
        pass

    code = _swallows.__code__
    if sys.version_info >= (3, 12):
        monitoring = sys.monitoring
        tool = next(tool for tool in (4, 3) if monitoring.get_tool(tool) is None)

        def on_line(at: types.CodeType, line: int) -> None:
            if at is code:
                raise Stop

        monitoring.use_tool_id(tool, "promises")
        monitoring.register_callback(tool, monitoring.events.LINE, on_line)
        monitoring.set_events(tool, monitoring.events.LINE)

        def end() -> None:
            monitoring.set_events(tool, 0)
            monitoring.register_callback(tool, monitoring.events.LINE, None)
            monitoring.free_tool_id(tool)
    else:

        class Tracer:
            def __bool__(self) -> bool:
                if sys._getframe(1).f_code is code:
                    raise Stop
                return False

        before = sys.gettrace()
        api = ctypes.pythonapi
        api.PyEval_SetTrace(api.PyObject_IsTrue, ctypes.py_object(Tracer()))

        def end() -> None:
            sys.settrace(before)

    try:
        with suppress(Stop):
            _swallows()
            raise AssertionError("it was not stopped")
    finally:
        end()


def _swallows() -> None:
    for _ in range(1000):
        with suppress(BaseException):
            sum([1])


@relied_on("CPython", "PyThreadState_SetAsyncExc", "lab/insist.py, lab/ending.py")
def an_error_can_be_thrown_into_a_thread() -> None:
    """`PyThreadState_SetAsyncExc` raises an exception in another thread, by its identifier, at its
    next step in Python, and can take back one that has not arrived."""
    caught: list[BaseException] = []
    spins = [0]

    class Thrown(BaseException):
        pass

    def spin() -> None:
        while spins[0] >= 0:
            spins[0] += 1

    def run() -> None:
        try:
            spin()
        except Thrown as error:
            caught.append(error)

    thread = threading.Thread(target=run)
    throw = ctypes.pythonapi.PyThreadState_SetAsyncExc
    with collector_at_rest():  # In a finaliser, what is thrown would be lost.
        thread.start()
        while not spins[0]:
            pass
        assert throw(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(Thrown)) == 1
        thread.join(60)
    spins[0] = -1
    thread.join()
    assert len(caught) == 1


@relied_on("CPython", "Py_IncRef", "lab/ending.py")
def a_reference_can_be_kept_for_ever() -> None:
    """An object whose count of references is one too high is never collected, and its `finally`
    blocks never run: not even as the interpreter ends."""
    ran = []

    def generator() -> Any:
        try:
            yield
        finally:
            ran.append(1)

    thing = generator()
    next(thing)
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))
    address = id(thing)
    del thing
    gc.collect()
    assert ran == []
    # Given back here: the reference that is counted for the pointer is the one that was too much.
    ctypes.cast(address, ctypes.py_object).value.close()
    assert ran == [1]


@relied_on(
    "CPython",
    "async_generator_asend, async_generator_athrow, anext_awaitable, coroutine_wrapper",
    "lab/where.py",
)
def what_an_awaitable_of_the_interpreter_wraps_is_among_its_referents() -> None:
    """The awaitables of the interpreter that have no attribute for what they wrap (a step of an
    async generator, of `anext` with a default, of a coroutine's `__await__`) have these names, and
    show the generator or coroutine to the garbage collector."""

    async def numbers() -> AsyncIterator[int]:
        yield 1

    async def nothing() -> None: ...

    things: list[tuple[str, Any, Callable[[Any], bool]]] = []
    generator: Any = numbers()
    coroutine = nothing()
    things.append(("async_generator_asend", generator.__anext__(), lambda x: x is generator))
    things.append(("async_generator_athrow", generator.aclose(), lambda x: x is generator))
    things.append(("coroutine_wrapper", coroutine.__await__(), lambda x: x is coroutine))
    with_default: Any = anext(generator, None)
    try:
        for name, thing, known in things:
            assert type(thing).__name__ == name
            assert any(map(known, gc.get_referents(thing))), name
        assert type(with_default).__name__ == "anext_awaitable"
        inner = [type(each).__name__ for each in gc.get_referents(with_default)]
        assert "async_generator_asend" in inner
    finally:
        coroutine.close()
        for _, thing, _ in things[:2]:
            thing.close()
        with_default.close()


@relied_on("CPython", "warnings._warn_unawaited_coroutine", "lab/leaks.py")
def the_interpreter_asks_warnings_about_a_coroutine_that_was_never_awaited() -> None:
    """When a coroutine that never began is collected, the interpreter looks
    `warnings._warn_unawaited_coroutine` up and calls it with the coroutine."""
    warned: list[str] = []
    before = warnings._warn_unawaited_coroutine  # type: ignore[attr-defined]
    warnings._warn_unawaited_coroutine = lambda it: warned.append(it.__name__)  # type: ignore[attr-defined]

    async def forgotten() -> None: ...

    try:
        forgotten()  # type: ignore[unused-coroutine]
        gc.collect()
    finally:
        warnings._warn_unawaited_coroutine = before  # type: ignore[attr-defined]
    assert warned == ["forgotten"]


@relied_on("CPython", "sys._base_executable", "jail/bubblewrap.py")
def an_environment_knows_the_python_that_it_was_made_from() -> None:
    """`sys._base_executable` is the file of the Python outside of the virtual environment. The jail
    lets an attempt read that file."""
    base: str = sys._base_executable  # type: ignore[attr-defined]
    assert os.access(base, os.X_OK)


@relied_on("CPython", "set", "lab/tasks.py, lab/order.py")
def a_set_is_walked_in_an_order_that_follows_from_hashes() -> None:
    """The order of a set follows from the hashes of what is in it and from the order in which it
    was put in, and from nothing else: not from addresses. So a number as a hash makes a set of
    tasks the same in every process."""

    class Thing:
        def __init__(self, number: int) -> None:
            self.number = number

        def __hash__(self) -> int:
            return self.number

    orders, kept = set(), []
    for _ in range(20):
        things = {Thing(number) for number in range(50, 0, -1)}
        kept.append(things)  # So that the next ones have other addresses.
        orders.add(tuple(thing.number for thing in things))
    assert len(orders) == 1


@relied_on("CPython", "_interpreters", "lab/refusals.py")
def other_interpreters_are_made_and_asked_by_these_functions() -> None:
    """From 3.14 on, `concurrent.interpreters` and `InterpreterPoolExecutor` make interpreters and
    run code in them by builtin functions of the module `_interpreters`, called in a way that we
    know."""
    if sys.version_info < (3, 14):
        return
    pool = importlib.import_module("concurrent.futures.interpreter")
    outside = importlib.import_module("concurrent.interpreters")
    inside = sys.modules["_interpreters"]
    for name in ("create", "call", "exec", "run_func", "run_string"):
        builtin = getattr(inside, name)
        assert _definition(builtin).flags & 0x8F in _CONVENTIONS, name
    source = inspect.getsource(outside)
    assert "_interpreters.create(" in source
    assert "_interpreters.exec(" in source
    assert pool.interpreters is outside
    assert "interpreters.create()" in inspect.getsource(pool)


@relied_on("CPython", "atexit._ncallbacks", "engine/seeds.py")
def what_runs_at_the_end_of_the_process_can_be_counted() -> None:
    """`atexit._ncallbacks()` says how many functions are registered for the end of the process."""
    before = atexit._ncallbacks()

    def nothing() -> None: ...

    atexit.register(nothing)
    try:
        assert atexit._ncallbacks() == before + 1
    finally:
        atexit.unregister(nothing)
