"""The filter of system calls, on both architectures, in a machine that runs filters."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from checker.jail import bpf, seccomp, syscalls
from tests.jail.bpf_machine import answer

PID = 4321
EPERM, ENOSYS = seccomp.refusal(1), seccomp.refusal(38)
THREAD = 0x3D0F00  # what the C library starts a thread with
NAMES = ("x86_64", "aarch64")


def ask(machine: str, name: str, *arguments: int) -> int:
    architecture = syscalls.ARCHITECTURES[machine]
    program = seccomp.for_process(seccomp.program(architecture), PID)
    return answer(program, architecture.audit, architecture.numbers[name], *arguments)


@pytest.mark.parametrize("machine", NAMES)
@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("read", (0,), seccomp.ALLOW),
        ("clone", (THREAD,), seccomp.ALLOW),
        ("clone", (17,), EPERM),
        ("clone", (THREAD | 0x10000000,), EPERM),
        ("clone", (THREAD | 0x02000000,), EPERM),
        ("clone", (THREAD | 0x2000,), EPERM),
        ("clone3", (), ENOSYS),
        ("kill", (PID, 9), seccomp.ALLOW),
        ("kill", (PID + 1, 9), EPERM),
        ("kill", (-1, 9), EPERM),
        ("kill", (0, 9), EPERM),
        ("tgkill", (PID, 1, 9), seccomp.ALLOW),
        ("tgkill", (1, PID, 9), EPERM),
        ("openat", (-100, 0, 0x80000), seccomp.ALLOW),
        ("openat", (-100, 0, 0x241), seccomp.ALLOW),  # "w": Landlock has a say
        ("openat", (-100, 0, 0x202), seccomp.ALLOW),
        ("openat", (-100, 0, 0x200), EPERM),
        ("openat", (-100, 0, 0x203), EPERM),
        ("socketpair", (1, 1), seccomp.ALLOW),
        ("socketpair", (1, 0x80801), seccomp.ALLOW),
        ("socketpair", (1, 2), EPERM),
        ("socketpair", (1, 5), EPERM),
        ("socketpair", (2, 1), EPERM),
        ("sendto", (3, 1, 1, 0, 0, 0), seccomp.ALLOW),
        ("sendto", (3, 1, 1, 0, 5, 0), EPERM),
        ("sendto", (3, 1, 1, 0, 1 << 40, 0), EPERM),
        ("prlimit64", (0, 7, 0, 1), seccomp.ALLOW),
        ("prlimit64", (PID, 7, 0, 1), seccomp.ALLOW),
        ("prlimit64", (1, 7, 0, 1), EPERM),
        ("prlimit64", (0, 7, 1 << 40, 0), EPERM),
        ("fcntl", (3, 3), seccomp.ALLOW),
        ("fcntl", (3, 6), EPERM),
        ("fcntl", (3, 1031), EPERM),
        ("ioctl", (0, 0x5401), seccomp.ALLOW),
        ("ioctl", (0, 0x5412), EPERM),
        ("prctl", (15,), seccomp.ALLOW),
        ("prctl", (4, 1), EPERM),
        ("prctl", (1, 0), EPERM),
        ("setsockopt", (3, 1, 7), seccomp.ALLOW),
        ("setsockopt", (3, 1, 26), EPERM),
        ("setsockopt", (3, 6, 7), EPERM),
        ("pipe2", (0, 0x80800), seccomp.ALLOW),
        ("pipe2", (0, 0x80), EPERM),
        ("seccomp", (1,), EPERM),
        ("capset", (), EPERM),
    ],
)
def test_a_call_is_answered_by_its_arguments(
    machine: str, name: str, arguments: tuple[int, ...], expected: int
) -> None:
    assert ask(machine, name, *arguments) == expected


@pytest.mark.parametrize("machine", NAMES)
def test_whatever_is_not_on_the_list_is_refused(machine: str) -> None:
    architecture = syscalls.ARCHITECTURES[machine]
    program = seccomp.program(architecture)
    allowed = {
        number
        for number in range(2000)
        if answer(program, architecture.audit, number) == 0x7FFF0000
    }
    names = {name for name, number in architecture.numbers.items() if number in allowed}
    assert len(names) == len(allowed)
    assert not names & {"fork", "kill", "clone", "socketpair", "capset", "seccomp"}
    assert {"read", "write", "futex", "exit_group", "epoll_ctl"} <= names
    others = set(range(2000)) - allowed
    got = {number: answer(program, architecture.audit, number) for number in others}
    assert {got[number] for number in others if number >= 470} == {ENOSYS}
    assert {got[number] for number in others if number < 470} == {EPERM, ENOSYS}


@pytest.mark.parametrize("machine", NAMES)
def test_another_table_of_calls_kills(machine: str) -> None:
    architecture = syscalls.ARCHITECTURES[machine]
    program = seccomp.program(architecture)
    for foreign in (0x40000003, 0x40000028, 0xC000003E, 0xC00000B7):
        if foreign != architecture.audit:
            assert answer(program, foreign, architecture.numbers["read"]) == seccomp.KILL
    assert answer(program, architecture.audit, 0x40000000) == seccomp.KILL
    assert answer(program, architecture.audit, -1) == seccomp.KILL


def test_the_numbers_are_those_of_the_systems_headers() -> None:
    headers = {
        "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
        "aarch64": Path("/usr/include/asm-generic/unistd.h"),
    }
    read = 0
    for machine, header in headers.items():
        if not header.exists():
            continue
        pairs = re.findall(
            r"#define __NR(?:3264)?_(\w+)\s+(\d+)$", header.read_text(), re.MULTILINE
        )
        known = {name: int(number) for name, number in pairs}
        if machine == "aarch64":
            # The header's own names for what 64-bit machines call so.
            known["newfstatat"] = known["fstatat"]
        table = syscalls.ARCHITECTURES[machine].numbers
        assert {n: v for n, v in table.items() if known.get(n, v) != v} == {}
        assert len(table.keys() & known.keys()) > 80
        read += 1
    if not read:
        pytest.skip("no headers of the kernel here")


def test_a_jump_goes_to_the_next_label_of_its_name() -> None:
    program = bpf.assemble(
        [
            bpf.Load(bpf.NUMBER),
            bpf.If(bpf.EQUAL, 1, then="end"),
            bpf.Return(1),
            bpf.Label("end"),
            bpf.If(bpf.EQUAL, 2, then="end"),
            bpf.Return(2),
            bpf.Label("end"),
            bpf.Return(3),
        ]
    )
    assert [answer(program, 0, number) for number in (0, 1)] == [1, 2]


def test_a_jump_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="no label 'gone'"):
        bpf.assemble([bpf.If(bpf.EQUAL, 1, then="gone"), bpf.Return(0)])
    far: list[bpf.Instruction] = [bpf.If(bpf.EQUAL, 1, then="far")]
    with pytest.raises(ValueError, match="256 instructions are too far"):
        bpf.assemble([*far, *([bpf.Return(0)] * 256), bpf.Label("far"), bpf.Return(1)])
