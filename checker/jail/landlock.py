"""Which files an attempt can read: a list of folders and files, and nothing beside it.

Invariant: every right that the kernel can watch over is watched over, and only reading is granted;
writing to /dev/null is the one exception. TCP, signals to others and abstract sockets are refused
too, where the kernel is new enough.
"""

from __future__ import annotations

import errno
import os
import stat
import struct
from pathlib import Path

from checker.jail import kernel

_VERSION = 1
_BELOW_PATH = 1
_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3

# How many rights of each kind the interface has, by its version.
_FILE_RIGHTS = (13, 14, 15, 15, 16)
_NETWORK_SINCE, _SCOPES_SINCE, _QUIET_SINCE = 4, 6, 7
_NETWORK, _SCOPES = 0b11, 0b11
# A refusal is no entry in the system's log: an attempt could flood it.
_NO_LOG = 1


def version() -> int:
    """The version of the interface, or 0 where there is none."""
    try:
        return kernel.call("landlock_create_ruleset", 0, 0, _VERSION)
    except (OSError, NotImplementedError):
        return 0


def missing() -> str:
    """Why there is none here, or nothing."""
    try:
        kernel.call("landlock_create_ruleset", 0, 0, _VERSION)
    except NotImplementedError as error:
        return str(error)
    except OSError as error:
        name = errno.errorcode.get(error.errno or 0, "an error")
        why = {"ENOSYS": "it is older than 5.13, or a container's rules hide it"}
        return f"the kernel answers {name}: {why.get(name, 'it was started without it')}"
    return ""


def ruleset(readable: list[Path], writable: tuple[str, ...] = (os.devnull,)) -> int:
    """A descriptor of the rules, for `enforce` in any number of children."""
    known = version()
    rights = (1 << _FILE_RIGHTS[min(known, len(_FILE_RIGHTS)) - 1]) - 1
    words = [rights]
    if known >= _NETWORK_SINCE:
        words.append(_NETWORK)
    if known >= _SCOPES_SINCE:
        words.append(_SCOPES)
    data = struct.pack(f"={len(words)}Q", *words)
    rules = kernel.call("landlock_create_ruleset", data, len(data), 0)
    for path in readable:
        _allow(rules, path, _READ_FILE | _READ_DIR)
    for name in writable:
        _allow(rules, Path(name), _READ_FILE | _WRITE_FILE)
    return rules


def _allow(rules: int, path: Path, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # It is gone, or not for us to see; nothing is allowed then.
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            rights &= ~_READ_DIR
        rule = struct.pack("=Qi", rights, place)
        kernel.call("landlock_add_rule", rules, _BELOW_PATH, rule, 0)
    finally:
        os.close(place)


def enforce(rules: int) -> None:
    """Put this thread, and all that it starts, under the rules. There is no way back."""
    flags = _NO_LOG if version() >= _QUIET_SINCE else 0
    kernel.call("landlock_restrict_self", rules, flags)
