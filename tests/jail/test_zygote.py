"""A zygote and its children, as whoever grades meets them."""

from __future__ import annotations

import ast
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from checker.jail import Child, JailLimits, NoJail, Sandbox, Zygote, ZygoteDied
from tests.jail.conftest import INSIDE


@pytest.fixture
def zygote(nothing_is_left: None) -> Iterator[Zygote]:
    with Zygote("inmates:spin", preload=(), import_from=[INSIDE]) as found:
        yield found


def wait_gone(pidfd: int) -> None:
    """Until the process of this pidfd has ended, and before its CPU time would end it."""
    assert select.select([pidfd], [], [], 5)[0], "it lives on"
    os.close(pidfd)


def ask(child: Child, text: bytes) -> bytes:
    child.wire.sendall(text)
    return child.wire.recv(100)


def start(main: str, **options: Any) -> Zygote:
    return Zygote(f"inmates:{main}", preload=(), import_from=[INSIDE], **options)


def test_a_child_does_what_main_says_over_its_wire(echoes: Zygote) -> None:
    child = echoes.spawn()
    assert ask(child, b"hello") == b"hello"
    death = child.end()
    assert (death.how, death.code, death.detail) == ("signal", 9, "SIGKILL")
    assert death.cpu_s >= 0.0
    assert death.max_rss_bytes > 1_000_000
    assert child.end() == death
    assert child.wire.fileno() == -1


@pytest.mark.parametrize("code", [0, 3])
def test_an_exit_code_is_told(code: int) -> None:
    with start("leave") as zygote:
        child = zygote.spawn()
        child.wire.sendall(str(code).encode())
        assert child.wire.recv(1) == b""
        death = child.end()
        assert (death.how, death.code, death.detail) == ("exit", code, f"exit code {code}")


def test_what_breaks_says_where_on_its_output() -> None:
    with start("fail") as zygote:
        child = zygote.spawn()
        printed = b""
        while data := os.read(child.output, 4096):
            printed += data
        assert printed.endswith(b"ValueError: the attempt broke\n")
        assert child.end().detail == "exit code 1"


def test_a_spin_says_where_it_stands(zygote: Zygote) -> None:
    child = zygote.spawn()
    assert child.wire.recv(100) == b"spinning\n"
    said = child.ask_where()
    assert "inmates.py" in said
    assert "in spin" in said
    assert said.count("most recent call first") == 1
    child.end()
    assert child.ask_where() == ""


def test_a_killed_child_can_be_asked_how_it_died(zygote: Zygote) -> None:
    child = zygote.spawn()
    child.kill()
    assert child.wire.recv(100) in (b"", b"spinning\n")
    assert child.end().detail == "SIGKILL"
    child.kill()


def test_children_live_side_by_side(echoes: Zygote) -> None:
    children = [echoes.spawn() for _ in range(8)]
    assert len({child.pid for child in children}) == 8
    assert [ask(child, b"%d" % n) for n, child in enumerate(children)] == [
        b"%d" % n for n in range(8)
    ]
    for child in children:
        child.end()


def test_a_thousand_children_leave_nothing(echoes: Zygote) -> None:
    def standing() -> tuple[int, str, int]:
        status = Path(f"/proc/{echoes.pid}/status").read_text()
        rss = int(status.partition("VmRSS:")[2].split()[0])
        children = Path(f"/proc/{echoes.pid}/task/{echoes.pid}/children").read_text()
        return len(os.listdir("/proc/self/fd")), children, rss

    for _ in range(10):
        echoes.spawn().end()
    before = standing()
    for n in range(1000):
        child = echoes.spawn()
        if n % 10 == 0:
            assert ask(child, b"x") == b"x"
        child.end()
    after = standing()
    assert after[:2] == before[:2]
    assert before[1] == ""
    assert after[2] - before[2] < 1000  # kB: one for each child would be too many
    if os.geteuid() == 0:
        assert len(os.listdir(f"/proc/{echoes.pid}/fd")) < 10


def test_what_children_have_for_themselves_is_little() -> None:
    if os.geteuid() != 0:
        pytest.skip("a child's memory is closed to others, us included, unless we are root")
    with Zygote("inmates:echo", import_from=[INSIDE]) as zygote:
        child = zygote.spawn()
        assert ask(child, b"x") == b"x"
        rows = Path(f"/proc/{child.pid}/smaps_rollup").read_text().splitlines()[1:]
        kilobytes = {row.split(":")[0]: int(row.split()[1]) for row in rows}
        private = kilobytes["Private_Dirty"] + kilobytes["Private_Clean"]
        child.end()
    assert 0 < private < 15_000


def test_close_ends_all_children() -> None:
    zygote = start("spin")
    children = [zygote.spawn() for _ in range(3)]
    pidfds = [os.pidfd_open(pid) for pid in (zygote.pid, *(child.pid for child in children))]
    zygote.close()
    for pidfd in pidfds:
        wait_gone(pidfd)
    assert {child.end().detail for child in children} == {"SIGKILL"}
    with pytest.raises(ZygoteDied, match="Next: start a new one"):
        zygote.spawn()


def test_a_zygote_that_died_is_told_and_takes_its_children_along(nothing_is_left: None) -> None:
    zygote = start("spin")
    child = zygote.spawn()
    assert child.wire.recv(100) == b"spinning\n"
    pidfd = os.pidfd_open(child.pid)
    os.kill(zygote.pid, signal.SIGKILL)
    wait_gone(pidfd)
    with pytest.raises(ZygoteDied, match="Next: start a new one"):
        zygote.spawn()
    assert child.end().detail == "SIGKILL, with its zygote"
    zygote.close()


HOST = """
import sys, threading, pathlib
from checker.jail import Zygote
def grade():
    zygote = Zygote("inmates:spin", preload=(), import_from=[pathlib.Path(sys.argv[1])])
    print(zygote.pid, zygote.spawn().pid, flush=True)
    kept.append(zygote)
kept = []
if sys.argv[2] == "thread":
    thread = threading.Thread(target=grade)
    thread.start()
    thread.join()
else:
    grade()
sys.stdin.read(1)
print(all(zygote.spawn() for zygote in kept), flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("where", ["main", "thread"])
def test_a_host_that_dies_takes_all_along(where: str) -> None:
    """Also one whose thread started the zygote, and whose thread's end is not the host's."""
    command = [sys.executable, "-c", HOST, str(INSIDE), where]
    root = str(Path(__file__).parents[2])
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd="/",
        env=os.environ | {"PYTHONPATH": root},
    ) as host:
        assert host.stdout is not None
        assert host.stdin is not None
        pidfds = [os.pidfd_open(int(pid)) for pid in host.stdout.readline().split()]
        host.stdin.write(b"x")
        host.stdin.flush()
        assert host.stdout.readline() == b"True\n"
        assert select.select(pidfds, [], [], 0)[0] == []
        host.kill()
        for pidfd in pidfds:
            wait_gone(pidfd)


def test_cpu_time_ends() -> None:
    with start("spin", limits=JailLimits(cpu_s=1)) as zygote:
        child = zygote.spawn()
        assert child.wire.recv(100) == b"spinning\n"
        assert child.wire.recv(100) == b""
        death = child.end()
    assert death.detail == "SIGXCPU"
    assert death.cpu_s < 2.0  # where the kernel would have killed it


def test_the_zygote_has_an_empty_environment_and_no_module_of_the_checks(tmp_path: Path) -> None:
    (tmp_path / "tells.py").write_text(
        "import os, sys\nknown = sorted(sys.modules), dict(os.environ)\n"
        "def main(wire):\n    wire.sendall(repr(known).encode() + b'\\n')\n    wire.recv(1)\n"
    )
    with Zygote("tells:main", import_from=[tmp_path]) as zygote:
        child = zygote.spawn()
        modules, environment = ast.literal_eval(child.wire.makefile().readline())
        child.end()
    allowed = ("checker.jail", "checker.lab", "checker.trace", "checker.timeline", "checker.course")
    ours = [name for name in modules if name.startswith("checker.")]
    assert "checker.lab" in ours
    assert [name for name in ours if not name.startswith(allowed)] == []
    assert set(environment) <= {"LC_CTYPE"}


@pytest.mark.parametrize("name", ["no_such_module:main", "inmates:no_such_function"])
def test_a_main_that_is_not_there_is_named(nothing_is_left: None, name: str) -> None:
    with pytest.raises(ZygoteDied, match="no_such"):
        Zygote(name, preload=(), import_from=[INSIDE])


def test_a_warm_up_that_leaves_a_thread_is_refused(nothing_is_left: None, tmp_path: Path) -> None:
    text = "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True, "
    (tmp_path / "left.py").write_text(text + 'name="left over").start()\ndef main(wire): pass\n')
    with pytest.raises(NoJail, match="left over"):
        Zygote("left:main", preload=(), import_from=[tmp_path])


@pytest.mark.parametrize("sandbox", [Sandbox.OUTER, Sandbox.NONE])
def test_without_a_jail_nothing_is_left_of_what_a_child_started(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """A child that leaves its session behind and ends; what it started comes up to the zygote."""
    text = """
import os, time
def main(wire):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            wire.sendall(b"%d" % os.getpid())
            time.sleep(600)
        os._exit(0)
    time.sleep(600)
"""
    (tmp_path / "forks.py").write_text(text)
    with Zygote("forks:main", sandbox, preload=(), import_from=[tmp_path]) as zygote:
        child = zygote.spawn()
        said = child.wire.recv(100)
        if sandbox is Sandbox.OUTER:
            # It takes what there is of the jail, which here includes seccomp.
            assert said == b""
            assert child.end().detail == "exit code 1"
            return
        pidfd = os.pidfd_open(int(said))
        child.end()
        wait_gone(pidfd)
