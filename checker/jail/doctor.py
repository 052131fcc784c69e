"""Each layer of the jail, whether it is here and holds, and what to do where it does not.

Invariant: "ok" was proved by something that failed under the layer and works without it.
"""

from __future__ import annotations

import os
import platform
import socket
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from checker.jail import landlock, proofs, syscalls
from checker.jail.choose import ELSEWHERE, choose, wrapped
from checker.jail.host import Zygote
from checker.jail.sandbox import NoJail, ZygoteDied

_OUT_OF_THE_WAY = 40


class Layer(NamedTuple):
    """One layer, and what to do about it."""

    name: str
    needed: bool  # without it there is no jail
    ok: bool
    detail: str
    fix: str


def layers() -> list[Layer]:
    """All of them, each tried now."""
    here = f"{platform.system()} {platform.release()}, {platform.machine()}"
    if sys.platform != "linux":
        return [Layer("system", True, False, here, ELSEWHERE.partition("Next: ")[2])]
    if syscalls.here() is None:
        return [Layer("system", True, False, here, "grade on x86_64 or aarch64")]
    return [Layer("system", True, True, here, ""), *_proved(), _bubblewrap(), _whole()]


def _proved() -> list[Layer]:
    import fcntl

    from checker.jail.claims import Claim, Props, claims

    def layer(claim: Claim, runs: list[proofs.Running]) -> Layer:
        faults = [claim.missing, *(proofs.fault(run) for run in runs)]
        wrong = "; ".join(filter(None, faults))
        return Layer(
            claim.name, claim.needed, not wrong, wrong or claim.detail, claim.fix if wrong else ""
        )

    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
        listener.bind("")  # The kernel picks an abstract name.
        listener.listen(8)
        file = Path(folder, "somebodys")
        file.write_text("secret")
        descriptor = fcntl.fcntl(listener, fcntl.F_DUPFD, _OUT_OF_THE_WAY)
        found = claims(Props(file, descriptor, listener.getsockname()))
        try:
            # All at once, since one of them computes for a second.
            running = [[proofs.start(each) for each in claim.proofs] for claim in found]
            return [layer(claim, runs) for claim, runs in zip(found, running, strict=True)]
        finally:
            os.close(descriptor)


def _bubblewrap() -> Layer:
    lacks = wrapped()
    fix = "install the package bubblewrap, if there is no Landlock" if lacks else ""
    name = "bubblewrap, in its place"
    return Layer(name, bool(landlock.missing()), not lacks, lacks or "it holds", fix)


def _whole() -> Layer:
    """A zygote starts only if a child of it could do nothing of what is forbidden."""
    try:
        sandbox = choose()
        with Zygote("checker.jail.trial:holes", sandbox, preload=()):
            return Layer("the whole jail", True, True, f"{sandbox.value}: it holds", "")
    except (NoJail, ZygoteDied) as error:
        what, _, advice = str(error).partition("\nNext: ")
        return Layer("the whole jail", True, False, what, advice)
