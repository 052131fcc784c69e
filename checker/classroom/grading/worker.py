"""A process that grades: it has the checks, and a jail for the attempts.

    python -m checker.classroom.grading.worker DESCRIPTOR

Over the descriptor come the settings, and then one attempt after the other; back go verdicts.
Both ends are ours, so what is sent is trusted.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import socket
import struct
import sys
import tempfile
from pathlib import Path
from typing import Any

from checker.catalog import Catalog, load
from checker.classroom.grading.settings import Settings, write_hidden
from checker.course import checks_of
from checker.engine.cores import stay_on
from checker.engine.engine import Engine, engine, versions
from checker.engine.job import Job
from checker.engine.limits import Limits
from checker.install.content import shipped
from checker.jail import JailLimits, NoJail, Sandbox, ZygoteDied, Zygotes

HEAD = struct.Struct("!I")


def packed(table: dict[str, Any]) -> bytes:
    """One table, as it is sent."""
    data = json.dumps(table).encode()
    return HEAD.pack(len(data)) + data


def send(sock: socket.socket, table: dict[str, Any]) -> None:
    """Send one table."""
    sock.sendall(packed(table))


def tables_in(heard: bytearray) -> list[dict[str, Any]]:
    """Take the tables that have come in completely."""
    found = []
    while len(heard) >= HEAD.size:
        end = HEAD.size + HEAD.unpack_from(heard)[0]
        if len(heard) < end:
            break
        found.append(json.loads(bytes(heard[HEAD.size : end])))
        del heard[:end]
    return found


def folder_prefix(pid: int) -> str:
    """How the names of this worker's temporary folders begin."""
    return f"unblocked-{pid}-"


def course_folder(settings: Settings) -> Path:
    """Where exercises/ is."""
    return Path(settings.course) if settings.course else shipped().root


def package_path() -> str:
    """Where this package is imported from, for a process that starts elsewhere."""
    import checker

    home = os.path.dirname(os.path.dirname(os.path.abspath(checker.__file__)))
    return os.pathsep.join(filter(None, [home, os.environ.get("PYTHONPATH", "")]))


def main(descriptor: int) -> None:
    """Serve until the other end is closed."""
    sock = socket.socket(fileno=descriptor)
    heard = bytearray()
    first = _next(sock, heard)
    if first is None:
        return
    stay_on(first["core"])
    settings = Settings.from_json(first["settings"])
    folder = course_folder(settings) / "exercises"
    catalog = load(folder)
    limits = Limits(settings.real_s, settings.memory_bytes, settings.printed_bytes)
    with contextlib.ExitStack() as stack:
        hidden = None
        if settings.hidden:
            prefix = folder_prefix(os.getpid())
            hidden = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=prefix)))
            write_hidden(settings.hidden, hidden)
        jail = stack.enter_context(Zygotes(Sandbox(settings.sandbox), _jail_limits(settings)))
        chosen = [catalog.find(name) for name in settings.exercises]

        def use(grader: Engine) -> None:
            stamps = {exercise.id: grader.stamp(exercise) for exercise in chosen}
            send(sock, {"ready": {"stamps": stamps, "versions": versions()}})
            while (table := _next(sock, heard)) is not None:
                job = _job(table, catalog, folder, settings)
                verdict = grader.check(job, limits)
                told = {"key": table["key"], "verdict": verdict.to_json(), "rss": _rss()}
                send(sock, told)

        engine(chosen, use, checks_of(folder.parent), jail=jail, hidden=hidden)


def _jail_limits(settings: Settings) -> JailLimits:
    return JailLimits(
        real_s=settings.real_s,
        memory_bytes=settings.memory_bytes,
        printed_bytes=settings.printed_bytes,
    )


def _rss() -> int:
    """How much memory this process has, where the system tells."""
    try:
        return int(Path("/proc/self/statm").read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _job(table: dict[str, Any], catalog: Catalog, folder: Path, settings: Settings) -> Job:
    exercise = catalog.find(table["exercise"])
    stub = (folder / exercise.chapter / f"{exercise.name}.py").read_bytes()
    data = base64.b64decode(table["data"])
    return Job(exercise, f"{exercise.name}.py", data, stub, settings.seed)


def _next(sock: socket.socket, heard: bytearray) -> dict[str, Any] | None:
    while len(heard) < HEAD.size or len(heard) < HEAD.size + HEAD.unpack_from(heard)[0]:
        data = sock.recv(1 << 18)
        if not data:
            return None
        heard += data
    end = HEAD.size + HEAD.unpack_from(heard)[0]
    table: dict[str, Any] = json.loads(bytes(heard[HEAD.size : end]))
    del heard[:end]
    return table


if __name__ == "__main__":
    # What checks print is nobody's message.
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    try:
        main(int(sys.argv[1]))
    except (NoJail, ZygoteDied) as error:
        sys.exit(str(error))
    except BrokenPipeError:
        # Whoever was to have the verdict was killed.
        sys.exit(1)
