"""What a jailed child must not be able to do, tried before any attempt is let in.

Each zygote forks one child for it when it starts. A hole that it finds ends the zygote: nothing is
graded in a jail that only seems to be one.
"""

from __future__ import annotations

import ctypes
import os
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any

from checker.jail import kernel

_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm", "/")


def holes(secrets: list[str]) -> list[str]:
    """What should have failed and did not, and what should have worked and did not."""
    found = [f"it could {what}" for what, act in _forbidden(secrets) if _done(act)]
    return found + [f"it could not {what}" for what, act in _needed() if not _done(act)]


def _done(act: Callable[[], Any]) -> bool:
    try:
        act()
    except (OSError, RuntimeError, MemoryError):
        return False
    return True


def _forbidden(secrets: list[str]) -> list[tuple[str, Callable[[], Any]]]:
    return [
        *((f"read {name}", lambda name=name: _read(name)) for name in secrets),
        *((f"write to {name}", lambda name=name: _make(name)) for name in _FOLDERS),
        ("open a socket", socket.socket),
        ("start a process", _fork),
        ("start a program", lambda: os.execv(sys.executable, ["python", "-c", ""])),
        ("signal its parent", lambda: os.kill(os.getppid(), 0)),
        ("signal everybody", lambda: os.kill(-1, 0)),
        ("change its root", lambda: os.chroot("/")),
        ("have its memory read", lambda: kernel.prctl(kernel.PR_SET_DUMPABLE, 1)),
        ("have more descriptors than its own", _one_more_descriptor),
    ]


def _needed() -> list[tuple[str, Callable[[], Any]]]:
    return [
        ("read Python's library", lambda: _read(os.__file__)),
        ("start a thread", _thread),
        ("make a pair of sockets", _pair),
        ("write to /dev/null", lambda: os.close(os.open(os.devnull, os.O_WRONLY))),
        ("have random bytes", lambda: _read("/dev/urandom")),
        ("call the C library", lambda: ctypes.CDLL(None).getpid()),
    ]


def _read(name: str) -> None:
    with open(name, "rb") as file:
        file.read(1)


def _make(folder: str) -> None:
    os.open(f"{folder}/jail-trial-{os.getpid()}", os.O_WRONLY | os.O_CREAT)


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _thread() -> None:
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()


def _pair() -> None:
    for one in socket.socketpair():
        one.close()


def _one_more_descriptor() -> None:
    """The streams, the stand and the wire are five; nothing above them is open."""
    for descriptor in range(5, 64):
        try:
            os.fstat(descriptor)
        except OSError:
            continue
        return
    raise OSError("there is none")
