"""The numbers of system calls that the jail speaks of, on each architecture that it knows.

Invariant: a call that an architecture does not have is absent there, and so are the rules for it.
"""

from __future__ import annotations

import platform
from typing import NamedTuple


class Architecture(NamedTuple):
    """One kind of machine, as the kernel tells it apart."""

    audit: int  # how a seccomp filter is told which table a number is from
    numbers: dict[str, int]


# name, x86_64, aarch64. aarch64 has no calls that later ones replaced.
_TABLE = """
# memory
brk                        12  214
mmap                        9  222
mprotect                   10  226
mremap                     25  216
munmap                     11  215
madvise                    28  233
# descriptors
read                        0   63
readv                      19   65
pread64                    17   67
preadv                    295   69
preadv2                   327  286
write                       1   64
writev                     20   66
pwrite64                   18   68
pwritev                   296   70
pwritev2                  328  287
close                       3   57
close_range               436  436
lseek                       8   62
dup                        32   23
dup2                       33    -
dup3                      292   24
fcntl                      72   25
ioctl                      16   29
pipe                       22    -
pipe2                     293   59
# files
open                        2    -
openat                    257   56
access                     21    -
faccessat                 269   48
faccessat2                439  439
stat                        4    -
lstat                       6    -
fstat                       5   80
newfstatat                262   79
statx                     332  291
readlink                   89    -
readlinkat                267   78
getdents                   78    -
getdents64                217   61
getcwd                     79   17
# waiting
poll                        7    -
ppoll                     271   73
select                     23    -
pselect6                  270   72
epoll_create              213    -
epoll_create1             291   20
epoll_ctl                 233   21
epoll_wait                232    -
epoll_pwait               281   22
eventfd2                  290   19
# socket pairs
socketpair                 53  199
sendto                     44  206
sendmsg                    46  211
recvfrom                   45  207
recvmsg                    47  212
shutdown                   48  210
getsockname                51  204
getpeername                52  205
getsockopt                 55  209
setsockopt                 54  208
# threads
clone                      56  220
clone3                    435  435
exit                       60   93
exit_group                231   94
futex                     202   98
set_robust_list           273   99
set_tid_address           218   96
rseq                      334  293
gettid                    186  178
sched_yield                24  124
sched_getaffinity         204  123
getcpu                    309  168
restart_syscall           219  128
# who it is
getpid                     39  172
getppid                   110  173
getpgid                   121  155
getpgrp                   111    -
getsid                    124  156
getuid                    102  174
geteuid                   107  175
getgid                    104  176
getegid                   108  177
getgroups                 115  158
getresuid                 118  148
getresgid                 120  150
# signals
rt_sigaction               13  134
rt_sigprocmask             14  135
rt_sigreturn               15  139
rt_sigpending             127  136
rt_sigsuspend             130  133
rt_sigtimedwait           128  137
sigaltstack               131  132
pause                      34    -
alarm                      37    -
getitimer                  36  102
setitimer                  38  103
kill                       62  129
tgkill                    234  131
wait4                      61  260
waitid                    247   95
# time, and the machine
clock_gettime             228  113
clock_getres              229  114
clock_nanosleep           230  115
nanosleep                  35  101
gettimeofday               96  169
time                      201    -
times                     100  153
getrusage                  98  165
getrlimit                  97  163
prlimit64                 302  261
uname                      63  160
sysinfo                    99  179
getrandom                 318  278
prctl                     157  167
# what puts the jail up
capset                    126   91
seccomp                   317  277
landlock_create_ruleset   444  444
landlock_add_rule         445  445
landlock_restrict_self    446  446
"""

# The first number that no kernel of ours had a name for when this was written. Numbers from 424 on
# are the same everywhere.
FIRST_UNKNOWN = 470


def _column(place: int) -> dict[str, int]:
    rows = [line.split() for line in _TABLE.splitlines() if line and not line.startswith("#")]
    return {row[0]: int(row[place]) for row in rows if row[place] != "-"}


ARCHITECTURES = {
    "x86_64": Architecture(0xC000003E, _column(1)),
    "aarch64": Architecture(0xC00000B7, _column(2)),
}


def here() -> Architecture | None:
    """This machine's, or None where the jail has no table for it."""
    name = {"arm64": "aarch64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())
    return ARCHITECTURES.get(name)
