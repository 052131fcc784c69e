"""What each layer of the jail is said to keep from happening, as acts that can be tried."""

from __future__ import annotations

import errno
import mmap
import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from checker.jail import bounds, identity, inside, kernel, landlock, readable, seccomp, syscalls
from checker.jail.proofs import DONE, Proof
from checker.jail.sandbox import JailLimits

_MANY_THREADS = 600
_REPORT = "report this, with the output of `uname -a`"


class Claim(NamedTuple):
    """A layer, and what proves it. `missing` says why it cannot even be tried, or nothing."""

    name: str
    needed: bool
    detail: str
    fix: str
    proofs: list[Proof]
    missing: str = ""


class Props(NamedTuple):
    """What the acts are tried on."""

    file: Path  # that can be read and written
    descriptor: int  # open, and of no child
    address: str  # of an abstract socket that listens


def claims(props: Props) -> list[Claim]:
    """Of all layers that one process puts up."""
    return [
        _descriptors(props),
        _limits(props),
        _user(),
        _closed_memory(),
        _no_new_privileges(),
        _landlock(props),
        _seccomp(),
        _network(props),
    ]


def _descriptors(props: Props) -> Claim:
    one = props.descriptor
    proof = Proof(
        "use what its parent has open",
        lambda: os.fstat(one),
        lambda: inside.take_descriptors(inside.Ends(one, one, one), None),
        "EBADF",
    )
    return Claim("descriptors", True, "a child has five, and they are its own", _REPORT, [proof])


def _limits(props: Props) -> Claim:
    # Memory enough for so many stacks, so that it is not memory that ends it.
    roomy = JailLimits(cpu_s=1, memory_bytes=1 << 40)
    who = identity.find([os.__file__])

    def bound() -> None:
        bounds.bound(JailLimits(cpu_s=1), bounds.present_bytes(), None, 0)

    def few_threads() -> None:
        most = bounds.threads_now() + _MANY_THREADS // 2
        identity.become(who)
        bounds.bound(roomy, bounds.present_bytes(), who, most)

    found = [
        Proof("take 2 GB of memory", lambda: mmap.mmap(-1, 2 << 30), bound, "ENOMEM"),
        Proof("write to a file", lambda: props.file.write_text("x"), bound, "EFBIG"),
        Proof("open 100 files", _open_many, bound, "EMFILE"),
        Proof("compute for 1.2 s", _compute, bound, "SIGXCPU"),
        Proof(f"start {_MANY_THREADS} threads", _start_many, few_threads, "ENOMEM"),
    ]
    detail = "memory, CPU time, files, descriptors, threads"
    return Claim("limits", True, detail, "raise this process's own limits (ulimit -a)", found)


def _open_many() -> None:
    for _ in range(100):
        os.open(os.devnull, os.O_RDONLY)


def _compute() -> None:
    while time.process_time() < 1.2:
        pass


def _start_many() -> None:
    end = threading.Event()
    for _ in range(_MANY_THREADS):
        threading.Thread(target=end.wait, daemon=True).start()


def _user() -> Claim:
    if os.geteuid() != 0:
        return Claim("user", False, f"{identity.Identity.SAME.value}: not root", "", [])
    files = [os.__file__, str(readable.package() / "lab" / "__init__.py")]
    who = identity.find(files)
    proof = Proof("change its root folder", lambda: os.chroot("/"), lambda: become(), "EPERM")

    def become() -> None:
        identity.become(who)

    detail = who.value
    if who is identity.Identity.ROOT:
        detail += ", since other users cannot read Python's files"
    return Claim("user", True, detail, "run it as an ordinary user", [proof])


def _closed_memory() -> Claim:
    """A process without capabilities looks into its child, which is closed or is not."""

    def look(dumpable: int) -> None:
        identity.drop_capabilities()
        ready, open_end = os.pipe()
        child = os.fork()
        if child == 0:
            kernel.prctl(kernel.PR_SET_DUMPABLE, dumpable)
            os.write(open_end, b"+")
            time.sleep(60)
            os._exit(0)
        try:
            os.read(ready, 1)
            with open(f"/proc/{child}/mem", "rb"):
                pass
        finally:
            os.kill(child, 9)
            os.waitpid(child, 0)

    flag = {"dumpable": 1}
    proof = Proof(
        "look into a process of its own user",
        lambda: look(flag["dumpable"]),
        lambda: flag.update(dumpable=0),
        "EACCES",
    )
    return Claim("closed memory", True, "neither child nor zygote can be read", _REPORT, [proof])


def _no_new_privileges() -> Claim:
    """The kernel takes a filter only from a process that can never gain a privilege."""
    architecture = syscalls.here()
    assert architecture is not None
    filter = seccomp.program(architecture)

    def install() -> None:
        identity.drop_capabilities()
        seccomp.install(filter)

    def set_it() -> None:
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)

    what = "put up a filter without privileges"
    proof = Proof(what, install, set_it, DONE, without="EACCES")
    return Claim("no new privileges", True, "no program gives any", _REPORT, [proof])


def _landlock(props: Props) -> Claim:
    missing = landlock.missing()

    def layer() -> None:
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        landlock.enforce(landlock.ruleset(readable.readable()))

    file = props.file
    found = [
        Proof("read somebody's file", file.read_bytes, layer, "EACCES"),
        Proof("write to it", lambda: file.write_bytes(b"x"), layer, "EACCES"),
        Proof("make one beside it", lambda: os.mkdir(f"{file}-{os.getpid()}"), layer, "EACCES"),
        Proof("list its folder", lambda: os.listdir(file.parent), layer, "EACCES"),
    ]
    fix = (
        "take a kernel of 5.13 or newer with `landlock` among its lsm=, and a container that lets "
        "it through; or install bubblewrap, which is taken in its place"
    )
    detail = f"version {landlock.version()}"
    return Claim("Landlock", False, detail, fix, [] if missing else found, missing)


def _seccomp() -> Claim:
    missing = seccomp.missing()
    parent = os.getpid()

    def layer() -> None:
        architecture = syscalls.here()
        assert architecture is not None
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        seccomp.install(seccomp.for_process(seccomp.program(architecture), os.getpid()))

    acts: dict[str, Callable[[], object]] = {
        "open a socket": lambda: socket.socket().close(),
        "start a process": _fork,
        "start a program": lambda: os.execv("/bin/true", ["true"]),
        "signal another process": lambda: os.kill(parent, 0),
        "raise its priority's number": lambda: os.nice(1),
    }
    found = [Proof(what, act, layer, errno.errorcode[errno.EPERM]) for what, act in acts.items()]
    fix = "take a kernel with CONFIG_SECCOMP_FILTER, and a container that lets it through"
    return Claim("seccomp", True, "calls for Python, a loop and threads", fix, found, missing)


def _fork() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def _network(props: Props) -> Claim:
    """An extra: seccomp keeps an attempt from every socket already."""

    def connect() -> None:
        with socket.socket(socket.AF_UNIX) as one:
            one.connect(props.address)

    def leave() -> None:
        if identity.leave_network() is None:
            raise OSError(errno.ENOTSUP, "no namespaces")

    proof = Proof("reach a socket outside", connect, leave, "ECONNREFUSED")
    fix = "let this user make user namespaces, if you want the extra"
    return Claim("own network", False, "none but its own, which is empty", fix, [proof])
