"""Programs that mean harm: what each got, and what was seen of it from outside.

Every one of them runs beside another child of the same zygote. After each, nothing of it may be
left, and the other child, the zygote and the host have to go on; a next child does honest work.
"""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from checker.jail import readable
from tests.jail.wardens import OPEN, ORDINARY, ROOT, WRAPPED, Warden

NO_CALL = "EPERM"
# A file that is not there, one that is not shown, one that cannot be written to.
NO_FILE = {"EACCES", "EPERM", "ENOENT", "EROFS"}
WORK = {
    "loop": "x",
    "mean": 2,
    "late": ["urllib.request", "wsgiref.headers", "xml.dom.minidom"],
    "null": "done",
    "random": 8,
    "lab": "done",
}


def harmless(seen: dict[str, Any]) -> None:
    """What holds after every attack."""
    assert seen["processes"] in (["bystander", "child"], ["child", "bystander"])
    assert seen["processes_left"] == ["bystander"]
    assert seen["grandchildren"] == 0
    assert seen["descriptors"] == 0
    assert seen["next"] == WORK


def killed(seen: dict[str, Any]) -> dict[str, Any]:
    """What the attack got, when it had to be killed in the end."""
    harmless(seen)
    assert (seen["why"], seen["death"]["detail"]) == ("answered", "SIGKILL")
    got: dict[str, Any] = seen["got"]
    return got


def all_refused(got: dict[str, Any], answers: set[str]) -> None:
    assert got
    assert {key: value for key, value in got.items() if value not in answers} == {}


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may write to, as far as its mode says."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o777)
        yield Path(name)


def test_the_children_are_nobody_with_nothing(warden: Warden) -> None:
    status = warden.about["status"]
    assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == 0
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    uids = {int(uid) for uid in status["Uid"].split()}
    if warden.kind == OPEN:
        assert len(uids) == 1
        assert min(uids) > 1_000_000_000
    elif warden.kind == ORDINARY:
        assert uids == {warden.about["uid"]} == {54_321}


def test_honest_work_works(warden: Warden) -> None:
    assert killed(warden.attack("work")) == WORK


# Each of these is refused the system call itself.
CALLS: dict[str, set[str]] = {
    "fork_by_number": {NO_CALL, "ENOSYS", "absent"},
    "programs": {NO_CALL},
    "daemon": {NO_CALL},
    "memory_file_as_program": {NO_CALL},
    "watch_files": {NO_CALL},
    "lock_files": {NO_CALL},
    "big_pipes": {NO_CALL},
    "identities": {NO_CALL},
    "roots_and_mounts": {NO_CALL},
    "namespaces": {NO_CALL},
    "keyrings": {NO_CALL},
    "doors_to_the_kernel": {NO_CALL},
    "the_machine_itself": {NO_CALL},
    "shared_memory": {NO_CALL},
    "personality": {NO_CALL},
    "undo_the_jail": {NO_CALL},
    "terminals": {NO_CALL} | NO_FILE,
}


@pytest.mark.parametrize("name", CALLS)
def test_what_no_attempt_has_a_use_for_is_refused(warden: Warden, name: str) -> None:
    all_refused(killed(warden.attack(name)), CALLS[name])


def test_no_process_is_forked(warden: Warden) -> None:
    got = killed(warden.attack("fork"))
    assert got["fork"] == NO_CALL
    # It opens a terminal first. Python 3.15 has lost the reason by the time it raises.
    lost = {"[Errno 0] Error"} if sys.version_info >= (3, 15) else set()
    assert got["forkpty"] in NO_FILE | lost


def test_a_fork_bomb_does_not_begin(warden: Warden) -> None:
    assert killed(warden.attack("fork_bomb")) == {"forked": 0}


def test_no_subprocess_is_started(warden: Warden) -> None:
    got = killed(warden.attack("subprocesses"))
    not_found = 127 << 8  # what system(3) answers when it can start nothing
    assert got == {
        "run": NO_CALL,
        "spawn": NO_CALL,
        "shell": not_found,
        "multiprocessing": NO_CALL,
    }


def test_there_are_no_sockets_of_any_family(warden: Warden) -> None:
    got = killed(warden.attack("sockets_of_every_family"))
    assert got == {"answers": [NO_CALL]}


def test_pairs_are_of_streams_alone(warden: Warden) -> None:
    got = killed(warden.attack("pairs_of_other_kinds"))
    assert got == {"stream": "done", "datagram": NO_CALL, "packets": NO_CALL, "tipc": NO_CALL}


def test_no_socket_outside_is_reached(warden: Warden, open_folder: Path) -> None:
    abstract, path = f"jail-test-{os.getpid()}-{id(warden)}", str(open_folder / "socket")
    listeners = [socket.socket(socket.AF_UNIX) for _ in range(2)]
    for listener, address in zip(listeners, ("\0" + abstract, path), strict=True):
        listener.bind(address)
        listener.listen(8)
        listener.setblocking(False)
    os.chmod(path, 0o777)
    all_refused(killed(warden.attack("connect", abstract=abstract, path=path)), {NO_CALL})
    for listener in listeners:
        with listener, pytest.raises(BlockingIOError):
            listener.accept()


def test_no_host_is_looked_up(warden: Warden) -> None:
    got = killed(warden.attack("names_of_hosts"))
    assert "done" not in got.values()


def test_a_message_goes_to_no_address(warden: Warden, open_folder: Path) -> None:
    path = str(open_folder / "socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(path)
        receiver.setblocking(False)
        os.chmod(path, 0o777)
        got = killed(warden.attack("send_message_to_an_address", path=path))
        assert got == {"sendmsg": "EISCONN"}
        with pytest.raises(BlockingIOError):
            receiver.recv(10)


def test_descriptors_sent_to_the_host_do_not_stay_there(warden: Warden) -> None:
    assert killed(warden.attack("descriptors_into_the_host")) == {"sent": "done"}


@pytest.mark.parametrize("kind", ["threads", "small_threads"])
def test_a_flood_of_threads_ends(warden: Warden, kind: str) -> None:
    got = killed(warden.attack(kind))
    assert got["ended in"] in ("RuntimeError", "MemoryError")
    assert got["a few"]


def test_memory_ends(warden: Warden) -> None:
    got = killed(warden.attack("memory"))
    assert got == {"ended in": "MemoryError", "within the limit": True}


def test_maps_of_memory_end(warden: Warden) -> None:
    got = killed(warden.attack("maps"))
    assert got == {
        "ended in": "ENOMEM",
        "within the limit": True,
        "a huge one": "ENOMEM",
        "locked": NO_CALL,
    }


def test_descriptors_end(warden: Warden) -> None:
    got = killed(warden.attack("descriptors"))
    assert got == {"ended in": "EMFILE", "within the limit": True}


def test_a_flood_of_output_is_stopped_by_the_host(warden: Warden) -> None:
    seen = warden.attack("print_for_ever")
    harmless(seen)
    assert (seen["why"], seen["death"]["detail"]) == ("printed too much", "SIGKILL")
    assert seen["printed_bytes"] < 2_000_000


def test_recursion_ends(warden: Warden) -> None:
    assert killed(warden.attack("stack")) == {"recursion": "RecursionError"}


@pytest.mark.parametrize(
    ("name", "signal_name"),
    [("crash", "SIGSEGV"), ("alarm", "SIGALRM"), ("another_table_of_calls", "SIGSYS")],
)
def test_what_kills_itself_dies_alone(warden: Warden, name: str, signal_name: str) -> None:
    if name == "another_table_of_calls" and os.uname().machine != "x86_64":
        pytest.skip("only x86_64 has a second table of calls")
    seen = warden.attack(name)
    harmless(seen)
    assert (seen["why"], seen["death"]["detail"]) == ("hung up", signal_name)


def test_nothing_is_written_anywhere(warden: Warden, open_folder: Path) -> None:
    name = f"jail-test-{os.getpid()}"
    package = readable.package()
    folders = ["/", "/tmp", "/dev/shm", "/dev", "/var/tmp", "/run", "/etc", "/proc/self", "/sys"]
    folders += [str(Path.home()), str(ROOT), str(package), str(package / "lab"), str(open_folder)]
    folders += [os.path.dirname(os.__file__), os.path.dirname(pytest.__file__)]
    got = killed(warden.attack("write_everywhere", folders=folders, name=name))
    assert {folder: set(answers) - NO_FILE for folder, answers in got.items()} == {
        folder: set() for folder in folders
    }
    assert [folder for folder in folders if os.path.lexists(os.path.join(folder, name))] == []


def test_a_file_that_all_may_write_to_stays_as_it_is(warden: Warden, open_folder: Path) -> None:
    file = open_folder / "file"
    file.write_text("kept")
    os.chmod(file, 0o666)
    before = file.stat(), sorted(os.listdir(open_folder))
    all_refused(killed(warden.attack("change_a_file", file=str(file))), NO_FILE)
    assert file.read_text() == "kept"
    assert (file.stat().st_mode, file.stat().st_mtime_ns) == (
        before[0].st_mode,
        before[0].st_mtime_ns,
    )
    assert sorted(os.listdir(open_folder)) == before[1]


def test_pythons_own_files_stay_as_they_are(warden: Warden) -> None:
    before = os.stat(os.__file__)
    all_refused(killed(warden.attack("change_a_readable_file")), NO_FILE)
    after = os.stat(os.__file__)
    assert (after.st_size, after.st_mode) == (before.st_size, before.st_mode)


def some_secrets(folder: Path) -> list[str]:
    """What there is to find out, with a file of somebody else's that all may read."""
    other = folder / "submission.py"
    other.write_text("secret")
    os.chmod(other, 0o644)
    here = ["README.md", "pyproject.toml", "tests/jail/warden.py", "tests/conftest.py"]
    found = [ROOT / name for name in here]
    found += [next(ROOT.glob(f"{name}/0*/*.py")) for name in ("solutions", "exercises")]
    package = ROOT / "checker"
    found += [next(package.glob("checks/0*/test_*.py")), package / "checks" / "conftest.py"]
    found += [package / name for name in ("catalog.py", "engine/fork.py", "cli/doctor.py")]
    found += [Path("/etc/passwd"), Path("/etc/hostname"), other]
    assert all(path.is_file() for path in found)
    return [str(path) for path in found]


def test_nothing_of_the_course_or_of_others_is_read(warden: Warden, open_folder: Path) -> None:
    files = some_secrets(open_folder)
    got = killed(warden.attack("read", files=files))
    assert list(got) == files
    all_refused(got, NO_FILE)


def test_what_is_meant_to_be_read_is_read(warden: Warden) -> None:
    files = [os.__file__, str(ROOT / "checker" / "lab" / "run.py"), "/dev/urandom"]
    assert set(killed(warden.attack("read", files=files)).values()) == {"done"}


def test_no_folder_of_others_is_listed(warden: Warden, open_folder: Path) -> None:
    folders = [str(ROOT), str(ROOT / "solutions"), str(ROOT / "checker" / "checks"), "/etc"]
    folders += [str(Path.home()), str(open_folder), "/proc"]
    got = killed(warden.attack("look_into", folders=folders))
    if warden.kind == WRAPPED:
        # There the root is another one: what can be listed is a way to what can be read.
        assert got[str(ROOT / "solutions")] == got["/proc"] == "ENOENT"
    else:
        all_refused(got, NO_FILE)


def test_no_detour_leads_to_a_file(warden: Warden, open_folder: Path) -> None:
    secret = some_secrets(open_folder)[-1]
    all_refused(killed(warden.attack("by_detours", file=secret)), NO_FILE)


def test_a_link_among_what_is_readable_leads_nowhere(warden: Warden, open_folder: Path) -> None:
    secret = some_secrets(open_folder)[-1]
    link = open_folder / "link"
    link.symlink_to(secret)
    all_refused(killed(warden.attack("read", files=[str(link)])), NO_FILE)


def test_nothing_is_inherited(warden: Warden) -> None:
    got = killed(warden.attack("standing_open"))
    assert got == {"open": [0, 1, 2, 3, 4], "input": ""}
    got = killed(warden.attack("environment"))
    assert (got.pop("os.environ"), got.pop("the C library's")) == ({}, False)
    all_refused(got, NO_FILE)


def test_nobody_else_is_signalled(warden: Warden) -> None:
    got = killed(warden.attack("kill_others", pids=warden.about["pids"] | {"us": os.getpid()}))
    assert got.pop("itself, with nothing") == "done"
    assert (got.pop("its group"), got.pop("another group")) == (NO_CALL, NO_CALL)
    assert {name: answers for name, answers in got.items() if answers != [NO_CALL]} == {}
    assert set(got) == {"host", "zygote", "bystander", "us", "parent", "everybody", "first"}


@pytest.mark.parametrize("who", ["host", "zygote", "bystander"])
def test_nobody_else_is_looked_into(warden: Warden, who: str) -> None:
    pid = warden.about["pids"][who]
    all_refused(killed(warden.attack("trace_others", pid=pid)), {NO_CALL})
    all_refused(killed(warden.attack("look_at_others", pid=pid)), NO_FILE)


def test_nobody_is_slowed_down(warden: Warden) -> None:
    pid = warden.about["pids"]["zygote"]
    before = os.getpriority(os.PRIO_PROCESS, pid), os.sched_getaffinity(pid)
    all_refused(killed(warden.attack("priorities", pid=pid)), {NO_CALL})
    assert (os.getpriority(os.PRIO_PROCESS, pid), os.sched_getaffinity(pid)) == before


def test_no_limit_is_raised(warden: Warden) -> None:
    got = killed(warden.attack("limits", pid=warden.about["pids"]["zygote"]))
    assert got.pop("read its own") == "done"
    all_refused(got, {NO_CALL, "ValueError"})  # which is what Python makes of EPERM


def test_who_blocks_all_signals_is_killed(warden: Warden) -> None:
    assert killed(warden.attack("signals_blocked")) == {"blocked": "done"}


def test_who_stops_itself_is_killed(warden: Warden) -> None:
    assert killed(warden.attack("stops_itself")) == {"stops": "done"}


def test_who_closes_everything_is_killed(warden: Warden) -> None:
    seen = warden.attack("closes_the_wire")
    harmless(seen)
    assert (seen["why"], seen["death"]["detail"]) == ("hung up", "SIGKILL")


def test_who_has_no_output_left_still_ends(warden: Warden) -> None:
    seen = warden.attack("lives_on_after_the_streams")
    harmless(seen)
    assert (seen["why"], seen["death"]["detail"]) == ("hung up", "exit code 1")


def test_every_attack_is_let_loose_here() -> None:
    inside = Path(__file__).parent / "inside" / "attacks.py"
    names = [
        line.removeprefix("def ").partition("(")[0]
        for line in inside.read_text().splitlines()
        if line.startswith("def ") and "(wire" in line
    ]
    tests = Path(__file__).read_text()
    assert [name for name in names if f'"{name}"' not in tests] == []
    assert len(names) > 40
