"""The program that is handed to a run: what it may be, and how it begins."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from checker.lab.errors import WrongUse

# What anyio's default limiter has, where nobody sets it.
USUAL_THREADS = 40


def check(main: Any, cores: int, threads: int) -> None:
    """Refuse what cannot be meant, before anything runs."""
    if inspect.iscoroutine(main):
        name = main.__name__
        main.close()
        raise WrongUse(
            f"lab.run takes the function, not the coroutine that it returns: write lab.run({name}) "
            f"and not lab.run({name}())"
        )
    if not callable(main):
        raise WrongUse(
            f"lab.run takes an async function, and was given a value of type "
            f"{type(main).__name__}; wrap what you want to await in `async def main(): ...` and "
            "pass main"
        )
    target = main.__func__ if inspect.ismethod(main) else main
    if inspect.isasyncgenfunction(target):
        raise WrongUse(
            f"{target.__name__} is an async generator: it has a `yield` in it; lab.run takes an "
            "async function that returns"
        )
    if inspect.isfunction(target) and not _may_be_async(target):
        raise _not_async(target.__name__, "")
    for name, value in (("cores", cores), ("threads", threads)):
        if not isinstance(value, int) or value < 1:
            raise WrongUse(f"{name}={value!r}: a machine has a whole number of them, at least 1")


def start(
    loop: asyncio.AbstractEventLoop, main: Callable[..., Any], args: Any, threads: int
) -> Coroutine[Any, Any, Any]:
    """Call `main`, and size anyio's thread limiter before its first step."""
    awaitable = main(*args)
    if inspect.isawaitable(awaitable):
        if threads != USUAL_THREADS:
            return _sized(awaitable, threads)
        return awaitable if inspect.iscoroutine(awaitable) else _wait_for(awaitable)
    name = getattr(main, "__name__", "") or type(main).__name__
    raise _not_async(name, f" it returned {awaitable!r:.60}, and that is nothing to await;")


def _may_be_async(function: Any) -> bool:
    """A lambda may return what an async function returned, and so may a decorator's wrapper."""
    if function.__name__ == "<lambda>":
        return True
    return inspect.iscoroutinefunction(inspect.unwrap(function))


def _not_async(name: str, why: str) -> WrongUse:
    known = name.isidentifier()
    return WrongUse(
        f"{name} is not async:{why} lab.run takes an async function. Write "
        f"`async def {name if known else 'main'}(...)`, and `await` in it what takes time; to run "
        "a function of threads, await asyncio.to_thread(function)"
    )


async def _wait_for(awaitable: Awaitable[Any]) -> Any:
    return await awaitable


async def _sized(awaitable: Awaitable[Any], threads: int) -> Any:
    # anyio knows its loop only within a task.
    from anyio.to_thread import current_default_thread_limiter

    current_default_thread_limiter().total_tokens = threads
    return await awaitable
