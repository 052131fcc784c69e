"""What few programs of the course have a reason to do: told to the teacher, and never a verdict.

The interpreter tells of it (`sys.addaudithook`). A program that means harm can hide from that,
and is stopped by other means; this is for those who try and do not mean it, or do not hide.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cache
from types import FrameType
from typing import Any

from checker.lab import where

MOST, LONGEST = 20, 200
_WORDS = {
    "ctypes.dlopen": "loaded a C library",
    "ctypes.dlsym": "looked for a C function",
    "gc.get_objects": "looked through all objects of its process",
    "gc.get_referents": "looked through the objects of others",
    "gc.get_referrers": "looked through the objects of others",
    "os.exec": "tried to start another program",
    "os.fork": "tried to start another process",
    "os.forkpty": "tried to start another process",
    "os.kill": "tried to send a signal",
    "os.listdir": "listed a folder",
    "os.posix_spawn": "tried to start another program",
    "os.putenv": "changed the environment",
    "os.scandir": "listed a folder",
    "os.system": "tried to start another program",
    "pickle.find_class": "read a pickle",
    "signal.pthread_kill": "tried to send a signal",
    "socket.bind": "tried to listen on a network",
    "socket.connect": "tried to reach a network",
    "socket.getaddrinfo": "looked for a host",
    "socket.sendto": "tried to reach a network",
    "subprocess.Popen": "tried to start another program",
    "sys._current_frames": "looked at the frames of all threads",
    "sys.setprofile": "set a profiler",
    "sys.settrace": "set a tracer",
}


@cache
def own_paths() -> tuple[str, ...]:
    """The folders that modules are imported from. To find them asks the system about each part."""
    return tuple({os.path.realpath(path) for path in sys.path if path})


_Note = Callable[[str, tuple[Any, ...], FrameType], None]


def _hearing(note: _Note) -> Callable[[str, tuple[Any, ...]], None]:
    """A hook that passes on the few events that matter.

    The interpreter calls it thousands of times in each run, so it is a plain function that does
    nothing but look an event up.
    """
    wanted = frozenset(_WORDS) | {"open"}

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event in wanted:
            note(event, args, sys._getframe(1))

    return hook


class Signs:
    """What was seen in this process."""

    def __init__(self) -> None:
        self.found: dict[str, None] = {}
        self._own = own_paths()
        self._looking = False
        # Where everything in this process starts from, also when no program runs.
        self._start = where.of_frame(sys._getframe())

    def watch(self) -> None:
        """From now on, and for good."""
        sys.addaudithook(_hearing(self._note))

    def _note(self, event: str, args: tuple[Any, ...], frame: FrameType) -> None:
        """Write down an event that came from this frame, if a program caused it."""
        # The lab itself looks at objects and files, and often.
        if self._looking or len(self.found) >= MOST or where.is_lab(frame.f_code.co_filename):
            return
        self._looking = True
        try:
            words = self._of_open(args) if event == "open" else _WORDS[event]
            at = where.of_frame(frame) if words else ""
            if at and at != self._start:
                self.found[f"{words} at {at}"[:LONGEST]] = None
        finally:
            self._looking = False

    def _of_open(self, args: tuple[Any, ...]) -> str:
        path = args[0] if args else None
        if type(path) is not str or path.startswith(self._own) or path.endswith(".pyc"):
            return ""
        return f"opened the file {path[:100]!r}"
