"""Each program gets a child of the zygote that suits it, and all of them the same jail."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from checker.attempt.frames import HEAD, decode, encode, pack
from checker.jail import Child, NoJail, Zygotes, choose

LEAN, HEAVY = b"import asyncio\n", b"import fastapi\n"


@pytest.fixture
def zygotes() -> Iterator[Zygotes]:
    try:
        with Zygotes(choose()) as found:
            yield found
    except NoJail as error:
        pytest.skip(str(error))


def _said(child: Child, *batch: list[object]) -> list[list[object]]:
    child.wire.sendall(encode(list(batch)))
    data = b""
    while len(data) < HEAD.size or len(data) < HEAD.size + HEAD.unpack_from(data)[0]:
        data += child.wire.recv(1 << 16)
    return decode(data[HEAD.size :])


def test_what_names_the_web_stack_gets_a_zygote_that_has_it(zygotes: Zygotes) -> None:
    (lean,) = zygotes.pids()  # It is started at once.
    zygotes.spawn((LEAN,)).end()
    assert zygotes.pids() == [lean]
    zygotes.spawn((LEAN, HEAVY)).end()
    assert len(zygotes.pids()) == 2
    zygotes.spawn((LEAN,)).end()
    zygotes.spawn().end()
    assert len(zygotes.pids()) == 2


@pytest.mark.parametrize("text", [LEAN, HEAVY])
def test_nothing_of_the_rehearsal_is_left_for_a_program(zygotes: Zygotes, text: bytes) -> None:
    program = text + (
        b"import sys\n\n"
        b"def found():\n"
        b"    return sorted(name for name in ('attempt', 'rehearsal') if name in sys.modules\n"
        b"                  and sys.modules[name].__dict__ is not globals())\n"
    )
    child = zygotes.spawn((program,))
    try:
        assert _said(child, ["load", "up.py", pack(program), None]) == [["loaded"]]
        call = ["call", 1, False, ["attempt", None, "found"], [], {}]
        size = {"cores": 4, "threads": 40, "seed": 0}
        told = _said(child, ["run", size, 3.0], call, ["go", 0, 1])
        assert ["done", 1, ["value", []]] in told
    finally:
        child.end()


def test_one_that_died_is_replaced(zygotes: Zygotes) -> None:
    (lean,) = zygotes.pids()
    os.kill(lean, signal.SIGKILL)
    zygotes.spawn((LEAN,)).end()
    (fresh,) = zygotes.pids()
    assert fresh != lean
