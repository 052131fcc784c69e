"""Notes on errors that asyncio raises in the lab, and that say too little there.

An error of the program comes out as it went in. These few get a note: what is likely meant, and
what to write.
"""

from __future__ import annotations

from collections.abc import Iterator

_AWAIT = (
    "the lab runs a loop already: `await main()` in place of asyncio.run(main()) or "
    "run_until_complete(main())"
)
_OTHER_LOOP = (
    "it belongs to another loop: it was made at import, in an earlier run, or in a notebook's "
    "cell. Make it inside of the function that lab.run runs"
)
_IN_THREAD = (
    "this thread has no loop. Take the loop along from where you started the thread, and call "
    "asyncio.run_coroutine_threadsafe(function(), loop), or loop.call_soon_threadsafe(...)"
)
_HINTS = {
    "cannot be called from a running event loop": _AWAIT,
    "This event loop is already running": _AWAIT,
    "Cannot run the event loop while another loop is running": _AWAIT,
    "attached to a different loop": _OTHER_LOOP,
    "is bound to a different event loop": _OTHER_LOOP,
    "The future belongs to a different loop": _OTHER_LOOP,
    "Event loop is closed": _OTHER_LOOP,
    "no running event loop": _IN_THREAD,
    "There is no current event loop in thread": _IN_THREAD,
    "Event loop stopped before Future completed": (
        "somebody called loop.stop(), which ends the lab's own loop. Let main return instead"
    ),
}


def add_hints(error: BaseException) -> None:
    """Add a note to what is known in an error or in a group of them."""
    for each in _leaves(error):
        if isinstance(each, RuntimeError | ValueError):
            text = str(each)
            for known, hint in _HINTS.items():
                if known in text and hint not in getattr(each, "__notes__", ()):
                    each.add_note(hint)


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _leaves(each)
    else:
        yield error
