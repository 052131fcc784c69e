"""Attempts that mean harm. Each says what became of every step: "done", or the error it got.

Where a jail has failed, they are let loose on a machine that somebody works on, perhaps as root.
So what would harm more than the host and its zygote aims at nothing: a refusal comes before that.
"""

import ctypes
import errno
import fcntl
import mmap
import multiprocessing
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

# The zygote looks in this folder, and mypy does not.
from numbers_of_calls import NUMBERS  # type: ignore[import-not-found]

_libc = ctypes.CDLL(None, use_errno=True)
_page = ctypes.create_string_buffer(4096)
_NOWHERE = 1  # a pointer that leads to no memory


def tried(act):
    """ "done", or in what it ended."""
    try:
        act()
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))
    except BaseException as error:
        return type(error).__name__
    return "done"


def opened(path, mode="r"):
    """Nobody closes it: where it is opened, the jail has failed."""
    return open(path, mode)


def raw(name, *arguments):
    """A call by its number. "absent" where the architecture does not have it."""
    if name not in NUMBERS:
        return "absent"
    plain = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    if _libc.syscall(ctypes.c_long(NUMBERS[name]), *plain) >= 0:
        return "done"
    return errno.errorcode[ctypes.get_errno()]


def raws(*calls):
    return {name: raw(name, *arguments) for name, *arguments in calls}


# Processes and programs


def fork(wire):
    return {"fork": tried(_fork_and_end), "forkpty": tried(os.forkpty)}


def fork_by_number(wire):
    chld = int(signal.SIGCHLD)
    return raws(("fork",), ("vfork",), ("clone", chld, 0, 0, 0, 0), ("clone3", _page, 88)) | {
        "of a thread that shares nothing": raw("clone", 0x100 | chld, 0, 0, 0, 0)
    }


def fork_bomb(wire):
    forked = 0
    for _ in range(5000):
        if tried(_fork_and_end) == "done":
            forked += 1
    return {"forked": forked}


def _fork_and_end():
    if os.fork() == 0:
        os._exit(0)


def subprocesses(wire):
    command = [sys.executable, "-c", "pass"]
    return {
        "run": tried(lambda: subprocess.run(command)),
        "spawn": tried(lambda: os.posix_spawn(sys.executable, command, {})),
        "shell": os.system("true"),
        "multiprocessing": tried(multiprocessing.get_context("fork").Process(target=print).start),
    }


def programs(wire):
    return {
        "execv": tried(lambda: os.execv(sys.executable, ["python"])),
        "execveat": raw("execveat", 0, b"/bin/true", 0, 0, 0),
        "execve": raw("execve", b"/bin/sh", 0, 0),
    }


def daemon(wire):
    return {
        "fork": tried(_fork_and_end),
        "setsid": tried(os.setsid),
        "setsid by number": raw("setsid"),
    }


def memory_file_as_program(wire):
    return {"memfd": tried(lambda: os.memfd_create("x"))} | raws(
        ("memfd_create", b"x", 0), ("memfd_secret", 0)
    )


# The network and other sockets


def sockets_of_every_family(wire):
    got = {}
    for family in range(46):
        for kind in (1, 2, 3, 5):
            got.setdefault(raw("socket", family, kind, 0), []).append(family)
    return {"answers": sorted(got)}


def pairs_of_other_kinds(wire):
    unix = socket.AF_UNIX
    return {
        "stream": tried(lambda: socket.socketpair()[0].close()),
        "datagram": tried(lambda: socket.socketpair(unix, socket.SOCK_DGRAM)),
        "packets": tried(lambda: socket.socketpair(unix, socket.SOCK_SEQPACKET)),
        "tipc": tried(lambda: socket.socketpair(30, socket.SOCK_STREAM)),
    }


def connect(wire, abstract, path):
    one, two = socket.socketpair()
    got = {
        "abstract": tried(lambda: one.connect("\0" + abstract)),
        "path": tried(lambda: one.connect(path)),
        "bind": tried(lambda: one.bind("\0mine")),
        "listen": tried(two.listen),
        "accept": tried(two.accept),
        "send to": tried(lambda: one.sendto(b"x", path)),
        "fresh": tried(lambda: socket.socket(socket.AF_UNIX)),
        "internet": tried(lambda: socket.create_connection(("127.0.0.1", 9))),
    }
    message = ctypes.create_string_buffer(64)
    return got | raws(("sendmmsg", one.fileno(), message, 1, 0))


def names_of_hosts(wire):
    return {"lookup": tried(lambda: socket.getaddrinfo("localhost.example", 80))}


def send_message_to_an_address(wire, path):
    """sendmsg has its address behind a pointer. A pair does not look at it."""
    one, _two = socket.socketpair()
    return {"sendmsg": tried(lambda: one.sendmsg([b"x"], [], 0, path))}


def descriptors_into_the_host(wire):
    read, _ = os.pipe()
    sent = tried(lambda: socket.send_fds(wire, [b" "], [read] * 20))
    return {"sent": sent}


# Using things up


def threads(wire):
    def wait():
        time.sleep(30)

    count = 0
    try:
        while count < 20_000:
            threading.Thread(target=wait, daemon=True).start()
            count += 1
    except (RuntimeError, MemoryError) as error:
        return {"ended in": type(error).__name__, "a few": count < 1000}
    return {"ended in": "no end"}


def small_threads(wire):
    # Since 3.14 Python keeps a margin of each stack to itself, and refuses less than 53,248 bytes.
    threading.stack_size(32_768 if sys.version_info < (3, 14) else 53_248)
    return threads(wire)


def memory(wire):
    held = []
    try:
        for _ in range(10_000):
            held.append(bytearray(10_000_000))
    except MemoryError:
        held_bytes = 10_000_000 * len(held)
        held.clear()
        return {"ended in": "MemoryError", "within the limit": held_bytes <= 1 << 28}
    return {"ended in": "no end"}


def maps(wire):
    held, got = [], ""
    while not got:
        try:
            held.append(mmap.mmap(-1, 1 << 26))
        except OSError as error:
            got = errno.errorcode[error.errno]
    fits = len(held) <= 4
    for each in held:
        each.close()
    return {
        "ended in": got,
        "within the limit": fits,
        "a huge one": tried(lambda: mmap.mmap(-1, 1 << 40)),
        "locked": "done" if _libc.mlock(_page, 4096) == 0 else errno.errorcode[ctypes.get_errno()],
    }


def descriptors(wire):
    held = []
    got = tried(lambda: [held.append(os.pipe()) for _ in range(1000)])
    return {"ended in": got, "within the limit": 2 * len(held) < 64}


def big_pipes(wire):
    _, write = os.pipe()
    return {
        "size": tried(lambda: fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, 1 << 20)),
        "notification": tried(lambda: os.pipe2(0x80)),
    }


def print_for_ever(wire):
    while True:
        print("x" * 100_000)


def stack(wire):
    """The stack ends before memory does."""
    return {"recursion": tried(_down)}


def _down():
    return _down()


def crash(wire):
    ctypes.string_at(0)


def alarm(wire):
    signal.setitimer(signal.ITIMER_REAL, 0.001)
    while True:
        pass


# Files


def write_everywhere(wire, folders, name):
    got = {}
    for folder in folders:
        path = os.path.join(folder, name)
        got[folder] = sorted(
            {
                tried(lambda path=path: opened(path, "w")),
                tried(lambda path=path: opened(path, "ab")),
                tried(lambda path=path: os.mkdir(path)),
                tried(lambda path=path: os.symlink("/", path)),
                tried(lambda path=path: os.mkfifo(path)),
                tried(lambda path=path: os.mknod(path)),
                tried(lambda folder=folder: os.open(folder, os.O_TMPFILE | os.O_RDWR)),
            }
        )
    return got


def change_a_file(wire, file):
    folder = os.path.dirname(file)
    acts = {
        "write": lambda: opened(file, "w"),
        "append": lambda: opened(file, "a"),
        "write in place": lambda: opened(file, "r+"),
        "truncate": lambda: os.truncate(file, 0),
        "empty by reading": lambda: os.open(file, os.O_RDONLY | os.O_TRUNC),
        "empty by neither": lambda: os.open(file, os.O_TRUNC | 3),
        "remove": lambda: os.unlink(file),
        "rename": lambda: os.rename(file, file + "2"),
        "rename over": lambda: os.replace(folder, file),
        "link": lambda: os.link(file, file + "2"),
        "symlink": lambda: os.symlink(file, file + "2"),
        "mode": lambda: os.chmod(file, 0o777),
        "owner": lambda: os.chown(file, 1, 1),
        "times": lambda: os.utime(file, (0, 0)),
        "attribute": lambda: os.setxattr(file, "user.x", b"x"),
        "folder": lambda: os.mkdir(file + "3"),
        "no folder": lambda: os.rmdir(folder),
        "working folder": lambda: os.chdir(folder),
    }
    return {name: tried(act) for name, act in acts.items()}


def change_a_readable_file(wire):
    """Python's own, which it may read, and as root would be allowed to write."""
    file = os.__file__
    return {
        "write": tried(lambda: opened(file, "a")),
        "empty by reading": tried(lambda: os.open(file, os.O_RDONLY | os.O_TRUNC)),
        "mode": tried(lambda: os.chmod(file, 0o777)),
        "by its descriptor": tried(lambda: os.fchmod(os.open(file, os.O_RDONLY), 0o777)),
        "size": tried(lambda: os.ftruncate(os.open(file, os.O_RDONLY), 0)),
    }


def read(wire, files):
    return {file: tried(lambda file=file: opened(file, "rb").read(1)) for file in files}


def look_into(wire, folders):
    return {folder: tried(lambda folder=folder: os.listdir(folder)) for folder in folders}


def by_detours(wire, file):
    """The same file, by other ways to it."""
    library = os.path.dirname(os.__file__)
    up = "/".join([".."] * (library.count("/") + 1))
    folder = os.open(library, os.O_PATH)
    return {
        "through Python's folder": tried(lambda: opened(f"{library}/{up}{file}")),
        "from a descriptor": tried(lambda: os.open(f"{up}{file}", os.O_RDONLY, dir_fd=folder)),
        "by its handle": raw("open_by_handle_at", -100, _page, 0),
        "its handle": raw("name_to_handle_at", -100, file.encode(), _page, _page, 0),
        "by a descriptor to nothing but the path": tried(lambda: _through_path(file)),
        "by /proc/self/root": tried(lambda: opened(f"/proc/self/root{file}")),
    }


def _through_path(file):
    place = os.open(file, os.O_PATH)
    opened(f"/proc/self/fd/{place}")


def watch_files(wire):
    return raws(("inotify_init1", 0), ("fanotify_init", 0, 0))


def lock_files(wire):
    with open(os.__file__) as file:
        return {
            "flock": tried(lambda: fcntl.flock(file, fcntl.LOCK_SH)),
            "lockf": tried(lambda: fcntl.lockf(file, fcntl.LOCK_SH)),
            "owner": tried(lambda: fcntl.fcntl(file, fcntl.F_SETOWN, 1)),
            "lease": tried(lambda: fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)),
        }


def standing_open(wire):
    """Which descriptors there are, but for the five that a child has."""
    found = [number for number in range(256) if tried(lambda n=number: os.fstat(n)) == "done"]
    return {"open": found, "input": os.read(0, 10).decode()}


def environment(wire):
    environ = ctypes.POINTER(ctypes.c_char_p).in_dll(_libc, "environ")
    return {
        "os.environ": dict(os.environ),
        "the C library's": bool(environ) and environ[0] is not None,
        "own": tried(lambda: opened("/proc/self/environ")),
        "parent's": tried(lambda: opened(f"/proc/{os.getppid()}/environ")),
    }


# Other processes


def kill_others(wire, pids):
    own = os.getpid()
    got = {}
    for name, pid in (pids | {"parent": os.getppid(), "everybody": -1, "first": 1}).items():
        # Of those that are not ours to lose it is asked whether it may.
        number = int(signal.SIGKILL) if name in ("zygote", "bystander") else 0
        got[name] = sorted(
            {
                tried(lambda pid=pid, number=number: os.kill(pid, number)),
                raw("tkill", pid, number),
                raw("tgkill", pid, pid, number),
                raw("rt_sigqueueinfo", pid, number, _page),
                raw("rt_tgsigqueueinfo", pid, pid, number, _page),
                raw("pidfd_open", pid, 0),
                raw("pidfd_send_signal", 0, number, 0, 0),
                raw("pidfd_getfd", 0, 0, 0),
            }
        )
    got["its group"] = tried(lambda: os.kill(0, 0))
    got["another group"] = tried(lambda: os.killpg(os.getppid(), 0))
    got["itself, with nothing"] = tried(lambda: os.kill(own, 0))
    return got


def trace_others(wire, pid):
    return {
        "attach": raw("ptrace", 16, pid, 0, 0),
        "seize": raw("ptrace", 0x4206, pid, 0, 0),
        "trace me": raw("ptrace", 0, 0, 0, 0),
        "read": raw("process_vm_readv", pid, _page, 1, _page, 1, 0),
        "write": raw("process_vm_writev", pid, _page, 1, _page, 1, 0),
        "compare": raw("kcmp", pid, os.getpid(), 0, 0, 0),
        "advise": raw("process_madvise", 0, _page, 1, 4, 0),
        "move": raw("move_pages", pid, 0, 0, 0, 0, 0),
    }


def look_at_others(wire, pid):
    names = ("mem", "environ", "maps", "cmdline", "status", "root/etc/passwd", "fd/0", "stack")
    got = {name: tried(lambda name=name: opened(f"/proc/{pid}/{name}", "rb")) for name in names}
    return got | {"write": tried(lambda: opened(f"/proc/{pid}/mem", "r+b"))}


def priorities(wire, pid):
    return {
        "nice": tried(lambda: os.nice(-1)),
        "nicer": tried(lambda: os.nice(5)),
        "of the parent": raw("setpriority", 0, pid, 19),
        "scheduler": raw("sched_setscheduler", 0, 1, _page),
        "of all": raw("setpriority", 9, 0, 19),
        "cores": tried(lambda: os.sched_setaffinity(0, {0})),
        "its parent's cores": raw("sched_setaffinity", pid, 8, _page),
        "disks": raw("ioprio_set", 1, pid, 0),
    }


def signals_blocked(wire):
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    wire.sendall(b'{"blocked": "done"}\n')
    while True:
        pass


def stops_itself(wire):
    wire.sendall(b'{"stops": "done"}\n')
    os.kill(os.getpid(), signal.SIGSTOP)


def closes_the_wire(wire):
    os.closerange(0, 64)
    while True:
        pass


def lives_on_after_the_streams(wire):
    os.close(1)
    os.close(2)
    print("nobody hears this")


# The kernel


def identities(wire):
    return {
        "setuid": tried(lambda: os.setuid(0)),
        "setgid": tried(lambda: os.setgid(0)),
        "groups": tried(lambda: os.setgroups([0])),
        "setresuid": raw("setresuid", 0, 0, 0),
        "setfsuid": raw("setfsuid", 0),
        "capset": raw("capset", _page, _page),
    }


def roots_and_mounts(wire):
    return raws(
        ("chroot", b"/"),
        ("pivot_root", b"/nowhere", b"/nowhere"),
        ("mount", b"none", b"/nowhere", b"tmpfs", 0, 0),
        ("umount2", b"/nowhere", 2),
        ("open_tree", -100, b"/", 1),
        ("fsopen", b"tmpfs", 0),
        ("move_mount", 0, b"", 0, b"", 0),
        ("mount_setattr", -100, b"/", 0, _page, 32),
    )


def namespaces(wire):
    kinds = {"user": 0x10000000, "net": 0x40000000, "mount": 0x20000, "pid": 0x20000000}
    got = {f"unshare {name}": raw("unshare", flag) for name, flag in kinds.items()}
    got["clone"] = raw("clone", 0x10000000 | 0x10000 | 0x800 | 0x100, 0, 0, 0, 0)
    return got | raws(("setns", 0, 0))


def keyrings(wire):
    return raws(
        ("add_key", b"user", b"x", b"x", 1, -3),
        ("request_key", b"user", b"x", 0, -3),
        ("keyctl", 0, -3, 1),
    )


def doors_to_the_kernel(wire):
    return raws(
        ("io_uring_setup", 8, _page),
        ("bpf", 0, _page, 64),
        ("perf_event_open", _page, 0, -1, -1, 0),
        ("userfaultfd", 0),
        ("vmsplice", 1, _page, 1, 0),
        ("splice", 0, 0, 1, 0, 1, 0),
        ("pkey_alloc", 0, 0),
        ("timer_create", 0, 0, _page),
        ("set_mempolicy", 0, 0, 0),
        ("migrate_pages", 0, 0, 0, 0),
    )


def the_machine_itself(wire):
    return raws(
        ("reboot", 0, 0, 0, 0),
        ("kexec_load", 0, 0, 0, 0),
        ("init_module", _page, 0, b""),
        ("delete_module", b"x", 0),
        ("swapon", b"/dev/null", 0),
        ("settimeofday", _NOWHERE, 0),
        ("clock_settime", 0, _NOWHERE),
        ("sethostname", _NOWHERE, 1),
        ("syslog", 3, _page, 10),
        ("acct", _NOWHERE),
        ("quotactl", 0, 0, 0, 0),
    )


def shared_memory(wire):
    return raws(
        ("shmget", 0, 4096, 0o1600),
        ("semget", 0, 1, 0o1600),
        ("msgget", 0, 0o1600),
        ("mq_open", b"x", 0o102, 0o600, 0),
    )


def personality(wire):
    return {"no randomness": raw("personality", 0x0040000), "to 32 bits": raw("personality", 8)}


def limits(wire, pid):
    files = resource.RLIMIT_NOFILE
    return {
        "raise": tried(lambda: resource.setrlimit(files, (4096, 4096))),
        "raise within": tried(lambda: resource.setrlimit(resource.RLIMIT_CPU, (11, 11))),
        "of its parent": tried(lambda: resource.prlimit(pid, files, (1, 1))),
        "read its parent's": tried(lambda: resource.prlimit(pid, files)),
        "read its own": tried(lambda: resource.getrlimit(files)),
        "by number": raw("prlimit64", 0, 7, _page, 0),
    }


def undo_the_jail(wire):
    options = {
        "dumpable": (4, 1),
        "death signal": (1, 0),
        "new privileges": (38, 0),
        "tracer": (0x59616D61, os.getppid()),
        "keep capabilities": (8, 1),
        "seccomp": (22, 2),
        "subreaper": (36, 1),
    }
    got = {}
    for name, (option, value) in options.items():
        done = _libc.prctl(option, value, 0, 0, 0) >= 0
        got[name] = "done" if done else errno.errorcode[ctypes.get_errno()]
    return got | raws(("seccomp", 1, 0, _page), ("landlock_create_ruleset", _page, 8, 0))


def terminals(wire):
    return {
        "type": tried(lambda: fcntl.ioctl(1, 0x5412, b"x")),
        "take": tried(lambda: fcntl.ioctl(0, 0x540E, 0)),
        "open": tried(lambda: opened("/dev/tty", "w")),
        "console": tried(lambda: opened("/dev/console", "w")),
    }


def another_table_of_calls(wire):
    """The calls of x32: getpid, which is allowed, by its other number."""
    _libc.syscall(ctypes.c_long(0x40000000 | 39))
    return {"x32": "done"}


# What has to work


def work(wire):
    import asyncio
    import statistics
    import urllib.request
    import wsgiref.headers
    import xml.dom.minidom

    async def main():
        read, write = socket.socketpair()
        read.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(write, b"x")
        await asyncio.to_thread(time.sleep, 0)
        return (await loop.sock_recv(read, 1)).decode()

    return {
        "loop": asyncio.run(main()),
        "mean": statistics.mean([1, 2, 3]),
        "late": [urllib.request.__name__, wsgiref.headers.__name__, xml.dom.minidom.__name__],
        "null": tried(lambda: Path(os.devnull).write_text("x")),
        "random": len(os.urandom(8)),
        "lab": tried(lambda: __import__("checker.lab")),
    }
