"""Proves a layer by an act that must fail under it, and must work without it.

Both are done in forks of their own, so that whoever asks keeps all that he has. An act that fails
either way proves nothing, and is said to.
"""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable
from typing import NamedTuple

Act = Callable[[], object]
DONE = "done"
_ERROR = 255


class Proof(NamedTuple):
    """Of one act: how it has to end, which is by an error's name or a signal's."""

    what: str
    act: Act
    layer: Act
    ends_in: str
    without: str = DONE


class Running(NamedTuple):
    """A proof under way."""

    proof: Proof
    off: int
    on: int


def start(proof: Proof) -> Running:
    """Fork for both halves."""

    def under() -> None:
        proof.layer()
        proof.act()

    return Running(proof, _forked(proof.act), _forked(under))


def fault(running: Running) -> str:
    """What is wrong with it, or nothing."""
    proof, off, on = running.proof, _outcome(running.off), _outcome(running.on)
    if off != proof.without:
        return f"to {proof.what} ends in {off} even without it, so nothing is proved"
    if on != proof.ends_in:
        return f"to {proof.what} ended in {on} under it, not in {proof.ends_in}"
    return ""


def _forked(act: Act) -> int:
    """The id of a fork that acts, and says in its exit code how that ended."""
    pid = os.fork()
    if pid:
        return pid
    code = _ERROR
    try:
        act()
        code = 0
    except OSError as error:
        code = error.errno or _ERROR
    except (MemoryError, RuntimeError):
        code = errno.ENOMEM
    finally:
        os._exit(code)


def _outcome(pid: int) -> str:
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code < 0:
        return signal.Signals(-code).name
    return DONE if code == 0 else errno.errorcode.get(code, "an error of another kind")
