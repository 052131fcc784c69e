"""Which sandbox there is here.

Invariant: what is handed out was found to be there, or was asked for by name. Whether it holds is
tried by each zygote when it starts. It refuses to fall back to something weaker in silence.
"""

from __future__ import annotations

import sys
from functools import cache

from checker.jail import bubblewrap, landlock, seccomp
from checker.jail.sandbox import NoJail, Sandbox

ELSEWHERE = (
    "Attempts of others are graded on Linux only: nothing here could hold them.\n"
    "Next: grade on a Linux machine, in WSL 2, or in a Linux container. "
    "Checking your own work needs none of it."
)
_OR = (
    "Next: install bubblewrap (the package bubblewrap, the program bwrap), or take a kernel with "
    "Landlock (5.13 or newer, `landlock` among its lsm=). In a container that holds programs "
    "that you do not trust, say --sandbox=outer. `unblocked doctor` tests each layer."
)


def choose(wanted: Sandbox | None = None) -> Sandbox:
    """The one that is wanted, or else the best that is here. NoJail says what is missing."""
    if sys.platform != "linux":
        raise NoJail(ELSEWHERE)
    if wanted in (Sandbox.OUTER, Sandbox.NONE):
        return wanted
    lacks = seccomp.missing()
    if lacks:
        raise NoJail(f"No jail here, for want of seccomp: {lacks}.\n{_OR}")
    lacks = landlock.missing()
    if wanted is not Sandbox.BWRAP and not lacks:
        return Sandbox.JAIL
    if wanted is Sandbox.JAIL:
        raise NoJail(f"No jail here, for want of Landlock: {lacks}.\n{_OR}")
    wraps = wrapped()
    if wraps:
        of_both = f"Landlock ({lacks}), nor for it " if lacks else ""
        raise NoJail(f"No jail here, for want of {of_both}bubblewrap: {wraps}.\n{_OR}")
    return Sandbox.BWRAP


@cache
def wrapped() -> str:
    """Why bubblewrap holds nothing here, or nothing. Tried once: it takes as long as a Python."""
    from checker.jail.host import Zygote

    if not bubblewrap.program():
        return "there is no bwrap in /usr/bin that belongs to root"
    try:
        Zygote("checker.jail.trial:holes", Sandbox.BWRAP, preload=()).close()
    except NoJail as error:
        return str(error).partition("\n")[0]
    return ""
