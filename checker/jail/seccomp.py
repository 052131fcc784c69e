"""Which system calls an attempt has: enough for Python, a loop and threads, and nothing else.

The default is no. There are no sockets but pairs, no programs, no processes, no signals to others,
and nothing that changes a file, a limit, an identity or a namespace. Which files can be read is
Landlock's business, not this one's.

Invariant: the filter reads arguments only where they are numbers. What a pointer leads to can
change between the look and the call.
"""

from __future__ import annotations

import ctypes
import errno
import struct
from collections.abc import Callable

from checker.jail import kernel, syscalls
from checker.jail.bpf import (
    ANY_BIT,
    ARCHITECTURE,
    EQUAL,
    GREATER_OR_EQUAL,
    NUMBER,
    If,
    Instruction,
    Label,
    Load,
    Return,
    assemble,
    high,
    low,
)

ALLOW = 0x7FFF0000
KILL = 0x80000000  # the process, not only the thread
_SET_FILTER, _ASK_ACTION = 1, 2
_X32 = 0x40000000

# It stands in the program for the process's own id, until there is one. No id is as large.
_OWN_PID = 0x7FFFFFF1

_PLAIN = """
brk mmap mprotect mremap munmap madvise
read readv pread64 preadv preadv2 write writev pwrite64 pwritev pwritev2 close close_range lseek
dup dup2 dup3 pipe
access faccessat faccessat2 stat lstat fstat newfstatat statx readlink readlinkat
getdents getdents64 getcwd
poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait eventfd2
recvfrom recvmsg sendmsg shutdown getsockname getpeername getsockopt
exit exit_group futex set_robust_list set_tid_address rseq gettid sched_yield sched_getaffinity
getcpu restart_syscall
getpid getppid getpgid getpgrp getsid getuid geteuid getgid getegid getgroups getresuid getresgid
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend rt_sigtimedwait sigaltstack
pause alarm getitimer setitimer wait4 waitid
clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times
getrusage getrlimit uname sysinfo getrandom
"""

_CLONE_THREAD = 0x00010000
# Namespaces of every kind, and to be traced or left alone by a tracer.
_CLONE_NEVER = 0x7E000000 | 0x00020000 | 0x00002000 | 0x00800000
_O_TRUNC, _O_WRONLY, _O_RDWR = 0x200, 1, 2
_O_NOTIFICATION_PIPE = 0x80
_F_DUPFD, _F_GETFD, _F_SETFD, _F_GETFL, _F_SETFL, _F_DUPFD_CLOEXEC = 0, 1, 2, 3, 4, 1030
_TCGETS, _TIOCGWINSZ, _FIONREAD, _FIONBIO, _FIONCLEX, _FIOCLEX = (
    0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451,
)  # fmt: skip
_PR_GET_DUMPABLE, _PR_SET_NAME, _PR_GET_NAME, _PR_SET_VMA = 3, 15, 16, 0x53564D41
_AF_UNIX, _SOCK_STREAM, _SOCK_FLAGS = 1, 1, (0, 0x800, 0x80000, 0x80800)
_SOL_SOCKET, _SO_SNDBUF, _SO_RCVBUF = 1, 7, 8


def refusal(number: int) -> int:
    """The answer that lets the call fail with this errno."""
    return 0x00050000 | number


_NO = [Return(refusal(errno.EPERM))]


def _one_of(load: Load, values: tuple[int, ...], then: list[Instruction]) -> list[Instruction]:
    """`then`, if the word is one of the values."""
    label = f"one of {load.offset} {values}"
    found: list[Instruction] = [If(EQUAL, value, then=label) for value in values]
    return [load, *found, *_NO, Label(label), *then]


def _yes() -> list[Instruction]:
    return [Return(ALLOW)]


def _null(argument: int) -> list[Instruction]:
    """If this pointer leads nowhere."""
    return _one_of(low(argument), (0,), _one_of(high(argument), (0,), _yes()))


def _threads_only() -> list[Instruction]:
    return [
        low(0),
        If(ANY_BIT, _CLONE_NEVER, then="no clone"),
        If(ANY_BIT, _CLONE_THREAD, otherwise="no clone"),
        Return(ALLOW),
        Label("no clone"),
        *_NO,
    ]


def _opened(flags: int, name: str) -> list[Instruction]:
    """Not what empties a file that is opened for reading: the first Landlocks let it pass."""
    return [
        low(flags),
        If(ANY_BIT, _O_TRUNC, otherwise=f"yes {name}"),
        If(ANY_BIT, _O_WRONLY, then=f"write only {name}"),
        If(ANY_BIT, _O_RDWR, then=f"yes {name}", otherwise=f"no {name}"),
        Label(f"write only {name}"),
        If(ANY_BIT, _O_RDWR, then=f"no {name}"),
        Label(f"yes {name}"),
        Return(ALLOW),
        Label(f"no {name}"),
        *_NO,
    ]


def _pair() -> list[Instruction]:
    kinds = tuple(_SOCK_STREAM | flags for flags in _SOCK_FLAGS)
    return _one_of(low(0), (_AF_UNIX,), _one_of(low(1), kinds, _yes()))


def _pipe() -> list[Instruction]:
    odd = If(ANY_BIT, _O_NOTIFICATION_PIPE, then="no pipe")
    return [low(1), odd, Return(ALLOW), Label("no pipe"), *_NO]


_DESCRIPTOR = (_F_DUPFD, _F_GETFD, _F_SETFD, _F_GETFL, _F_SETFL, _F_DUPFD_CLOEXEC)
_TERMINAL = (_TCGETS, _TIOCGWINSZ, _FIONREAD, _FIONBIO, _FIONCLEX, _FIOCLEX)
_NAMES = (_PR_GET_DUMPABLE, _PR_SET_NAME, _PR_GET_NAME, _PR_SET_VMA)

_RULES: dict[str, Callable[[], list[Instruction]]] = {
    "clone": _threads_only,
    # Its flags are behind a pointer. A C library that hears "no such call" takes clone.
    "clone3": lambda: [Return(refusal(errno.ENOSYS))],
    "kill": lambda: _one_of(low(0), (_OWN_PID,), _yes()),
    "tgkill": lambda: _one_of(low(0), (_OWN_PID,), _yes()),
    "open": lambda: _opened(1, "open"),
    "openat": lambda: _opened(2, "openat"),
    "pipe2": _pipe,
    "fcntl": lambda: _one_of(low(1), _DESCRIPTOR, _yes()),
    "ioctl": lambda: _one_of(low(1), _TERMINAL, _yes()),
    "prctl": lambda: _one_of(low(0), _NAMES, _yes()),
    # To read a limit of its own, not to set one.
    "prlimit64": lambda: _one_of(low(0), (0, _OWN_PID), _null(2)),
    "socketpair": _pair,
    "sendto": lambda: _null(4),  # to its own peer, not to an address
    "setsockopt": lambda: _one_of(
        low(1), (_SOL_SOCKET,), _one_of(low(2), (_SO_SNDBUF, _SO_RCVBUF), _yes())
    ),
}


def program(architecture: syscalls.Architecture) -> bytes:
    """The filter for an architecture, for a process whose id is filled in later."""
    made: list[Instruction] = [
        Load(ARCHITECTURE),
        If(EQUAL, architecture.audit, otherwise="foreign"),
        Load(NUMBER),
        If(GREATER_OR_EQUAL, _X32, otherwise="ours"),
        Label("foreign"),
        Return(KILL),
        Label("ours"),
    ]
    for name in (*_PLAIN.split(), *_RULES):
        number = architecture.numbers.get(name)
        if number is not None:
            body = _RULES[name]() if name in _RULES else _yes()
            made += [If(EQUAL, number, otherwise=f"not {name}"), *body, Label(f"not {name}")]
    # "No such call" is what a newer C library goes back to an older call on.
    made += [
        If(GREATER_OR_EQUAL, syscalls.FIRST_UNKNOWN, then="unknown"),
        *_NO,
        Label("unknown"),
        Return(refusal(errno.ENOSYS)),
    ]
    return assemble(made)


def for_process(template: bytes, pid: int) -> bytes:
    """The filter for the process with this id."""
    return template.replace(struct.pack("=I", _OWN_PID), struct.pack("=I", pid))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def install(filter: bytes) -> None:
    """Put this thread, and all that it starts, under the filter. There is no way back."""
    kernel.call("seccomp", _SET_FILTER, 0, _Program(len(filter) // 8, filter))


def missing() -> str:
    """Why there is no such filter here, or nothing."""
    if syscalls.here() is None:
        return "the jail knows x86_64 and aarch64 only"
    try:
        kernel.call("seccomp", _ASK_ACTION, 0, struct.pack("=I", KILL))
    except OSError as error:
        return f"the kernel answers {errno.errorcode.get(error.errno or 0, 'an error')}"
    return ""
