"""The attempt's process, in the jail: serves one check after the other, over a wire.

It has a machine of the lab of its own, whose clock waits for the check's before it moves. What
it says of itself is taken for feedback over there, and never for a verdict.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys

from checker import lab
from checker.attempt import rehearsal
from checker.attempt.code import NotPython, compiled, decode, same_program
from checker.attempt.frames import Message, unpack
from checker.attempt.guest_run import GuestRun, Wire
from checker.attempt.inside import Inside
from checker.attempt.signs import Signs, own_paths
from checker.lab.leaks import set_aside
from checker.lab.run import TURNS, Run, execute
from checker.lab.services import routes
from checker.trace import Trace

_LONGEST_TRACE = 300_000
_SIZE, _PATIENCE_S = {"cores": 4, "threads": 40, "seed": 0}, 3.0  # of a rehearsal
_exit = os._exit


def main(sock: socket.socket) -> None:
    """Serve until nobody is there any more."""
    # What came with the fork is shared with others, and to look for garbage in it would copy it.
    with set_aside():
        _serve(sock)


def _serve(sock: socket.socket) -> None:
    wire = Wire(sock.fileno())
    guest: _Guest | None = None
    trace: Trace | None = None
    signs = Signs()
    signs.watch()
    while True:
        batch = wire.receive()
        match batch[0]:
            case ["load", str(filename), data, stub]:
                guest, reply = _load(wire, filename, unpack(data), unpack(stub))
                wire.send([reply])
            case ["run", dict(size), patience] if guest is not None:
                trace = guest.run(batch[1:], size, patience).trace
            case ["trace"]:
                # To write it down takes as long as a run, and few are asked for.
                text = trace.dump() if trace is not None else ""
                wire.send([["trace", text if len(text) <= _LONGEST_TRACE else ""]])
            case ["signs"]:
                wire.send([["signs", list(signs.found)]])
            case _:
                _exit(2)


def warm() -> None:
    """Do what children would each do again, before there is a wall."""
    if "fastapi" in sys.modules:
        with routes.scope():
            lab.run(_use_the_stack)
    _rehearse()
    own_paths()


async def _use_the_stack() -> None:
    """Let an app, its client and the services import what they import as they go."""
    import fastapi
    import httpx

    app = fastapi.FastAPI()

    @app.get("/{n}")
    async def read(n: int) -> dict[str, int]:
        return {"n": n}

    @app.get("/threads/{n}")
    def read_in_thread(n: int) -> dict[str, int]:
        return {"n": n}

    service, store, jobs = lab.upstream(), lab.database(), lab.queue()
    async with httpx.AsyncClient() as client:
        await client.get(service.url)
    await asyncio.to_thread(service.get_blocking)
    async with store.connect() as connection:
        await connection.get("a")
    await jobs.put(1)
    async with lab.serve(app) as server, server.client() as client:
        for path in ("/1", "/a", "/threads/1"):
            await client.get(path)


def _rehearse() -> None:
    for _ in range(rehearsal.TIMES):
        for function, expected in rehearsal.FUNCTIONS.items():
            partner = rehearsal.Partner()
            guest, _reply = _load(partner, rehearsal.FILE, rehearsal.PROGRAM, rehearsal.STUB)
            assert guest is not None
            with routes.scope():
                run = guest.run(rehearsal.first_batch(function), dict(_SIZE), _PATIENCE_S)
            run.trace.dump()
            if partner.outcome != expected:
                raise RuntimeError(f"the rehearsal came to {partner.outcome!r}: {run.error!r}")
    sys.modules.pop("attempt", None)


def _load(
    wire: Wire, filename: str, data: bytes, stub: bytes | None
) -> tuple[_Guest | None, Message]:
    try:
        source = decode(data)
        if stub is not None and same_program(decode(stub), source):
            return None, ["stub"]
        program = compiled(source, filename)
    except NotPython as error:
        return None, ["not python", str(error), error.line, error.text]
    return _Guest(wire, Inside(program, filename, source)), ["loaded"]


class _Guest:
    """One program, and the runs that it is checked in."""

    def __init__(self, wire: Wire, inside: Inside) -> None:
        self.wire, self.inside = wire, inside

    def run(self, batch: list[Message], size: dict[str, int], patience: float) -> Run:
        """One run, from its first batch to the report."""
        going_on = GuestRun(self.wire, self.inside, batch)
        with routes.further(going_on.borrower.find, going_on.borrower.hosts):
            run = execute(going_on.main, (), size, turns=TURNS, patience=patience, fault=going_on)
        going_on.report(run)
        return run
