"""The host's side: a zygote and its children, as whoever grades meets them.

Invariant: what is closed or ended leaves no process and no descriptor. Whatever a child does, the
host only waits for the zygote, which does nothing but fork, kill and reap.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from checker.jail import bubblewrap, readable
from checker.jail.orders import MESSAGE_BYTES, Orders
from checker.jail.sandbox import Death, JailLimits, NoJail, Sandbox, ZygoteDied, death

# What attempts of the course import. What is missing here is left out.
STACK = (
    "asyncio",
    "anyio",
    "anyio._backends._asyncio",
    "fastapi",
    "httpx",
    "starlette",
    "traceback",
    "checker.lab",
)
_BEGIN = (
    "import sys; home = sys.argv[1]; home in sys.path or sys.path.insert(0, home); "
    "from checker.jail.zygote import run; run(sys.argv[2])"
)
_START_S, _ANSWER_S, _CLOSE_S = 120.0, 30.0, 5.0
_STAND_S, _STAND_BYTES = 0.5, 20_000


class Child:
    """A jailed child. `wire` and `output` are the caller's to read until `end`."""

    def __init__(self, zygote: Zygote, pid: int, wire: socket.socket, output: int, stand: int):
        self.wire, self.output, self.pid = wire, output, pid
        self._zygote, self._stand = zygote, stand
        self._death: Death | None = None

    def ask_where(self) -> str:
        """Where its threads stand, as faulthandler writes it; "" if it does not answer.

        It writes line by line and says nothing at the end. So it is asked once more as soon as it
        begins: where the second answer begins, the first is whole.
        """
        if self._death is not None:
            return ""
        said, asked = bytearray(), 0
        ears = select.poll()
        ears.register(self._stand, select.POLLIN)
        end = time.monotonic() + _STAND_S
        while (left := end - time.monotonic()) > 0 and len(said) < _STAND_BYTES:
            begun = said.count(b"Current thread")
            if begun > 1:
                break
            if asked == begun:
                asked += 1
                with suppress(OSError):
                    os.kill(self.pid, signal.SIGUSR1)
            if ears.poll(min(left, 0.05) * 1000):
                data = os.read(self._stand, _STAND_BYTES)
                if not data:
                    break
                said += data
        return _first_answer(said.decode("utf-8", "replace"))

    def kill(self) -> None:
        """SIGKILL, to all that it may have started too. It is there to be asked until `end`."""
        if self._death is None:
            for kill in (os.killpg, os.kill):
                with suppress(OSError):
                    kill(self.pid, signal.SIGKILL)

    def end(self) -> Death:
        """Kill it if it still runs, and leave nothing of it."""
        if self._death is None:
            self._death = self._zygote._end(self.pid)
            self.wire.close()
            os.close(self.output)
            os.close(self._stand)
        return self._death


class Zygote:
    """A warm process that forks a jailed child for each attempt.

    main         what a child does, as "module:function" with one argument, its end of the wire
    preload      modules to import beforehand; `warm` of main's module is called, too
    import_from  folders that main's module may be in, where it is not installed
    """

    def __init__(
        self,
        main: str = "checker.attempt.guest:main",
        sandbox: Sandbox = Sandbox.JAIL,
        limits: JailLimits = JailLimits(),  # noqa: B008 (it is a tuple)
        *,
        preload: Sequence[str] = STACK,
        import_from: Sequence[Path] = (),
    ) -> None:
        if sys.platform != "linux":
            raise NoJail("attempts of others are held on Linux only")
        self.sandbox, self.limits = sandbox, limits
        self._lock = threading.Lock()
        self._children: dict[int, Child] = {}
        self._control, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.settimeout(_START_S)
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 (`close` closes it)
        host = os.pidfd_open(os.getpid()) if hasattr(os, "pidfd_open") else -1
        main_thread = threading.current_thread() is threading.main_thread()
        orders = Orders(
            control=its.fileno(),
            host=host,
            # The signal comes when a thread ends, too, and another may go on with this zygote.
            with_host=main_thread,
            main=main,
            sandbox=sandbox.value,
            limits=list(limits),
            preload=list(preload),
            import_from=[str(Path(folder).resolve()) for folder in import_from],
            secrets=_some_secrets(),
        )
        passed = [its.fileno()] + ([host] if host >= 0 else [])
        try:
            self._process = subprocess.Popen(
                _command(orders),
                env={},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._log,
                pass_fds=passed,
                start_new_session=True,
            )
        except BaseException:
            self._control.close()
            self._log.close()
            raise
        finally:
            its.close()
            if host >= 0:
                os.close(host)
        self._hello()

    def __enter__(self) -> Zygote:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The zygote's process id."""
        return self._pid

    def spawn(self) -> Child:
        """Fork a child, which goes to jail and then runs main."""
        mine, its = socket.socketpair()
        output, write = os.pipe()
        stand, write_stand = os.pipe()
        try:
            pid = self._ask({"do": "spawn"}, [its.fileno(), write, write_stand])["pid"]
        except BaseException:
            mine.close()
            os.close(output)
            os.close(stand)
            raise
        finally:
            its.close()
            os.close(write)
            os.close(write_stand)
        child = self._children[pid] = Child(self, pid, mine, output, stand)
        return child

    def close(self) -> None:
        """End all children, and the zygote."""
        for child in list(self._children.values()):
            child.end()
        self._control.close()
        try:
            self._process.wait(_CLOSE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def _hello(self) -> None:
        try:
            answer = json.loads(self._control.recv(MESSAGE_BYTES) or b"{}")
        except (OSError, ValueError):
            answer = {}
        if "pid" not in answer:
            why = answer.get("cannot") or answer.get("failed") or self._last_words()
            self._process.kill()
            self.close()
            if "failed" in answer:
                raise ZygoteDied(f"the zygote could not import what it forks with: {why}")
            raise NoJail(
                f"no zygote could be started ({self.sandbox.value}): {why}\n"
                f"Next: `unblocked doctor` tests each layer of the jail."
            )
        self._pid = int(answer["pid"])
        self._control.settimeout(_ANSWER_S)

    def _end(self, pid: int) -> Death:
        self._children.pop(pid, None)
        try:
            answer = self._ask({"do": "end", "pid": pid})
        except ZygoteDied:
            # Its death killed the child: how far that one had come, nobody knows.
            return Death("signal", signal.SIGKILL, "SIGKILL, with its zygote", 0.0, 0)
        return death(answer["status"], answer["cpu_s"], answer["rss"])

    def _ask(self, order: dict[str, Any], descriptors: Sequence[int] = ()) -> dict[str, Any]:
        with self._lock:
            try:
                socket.send_fds(self._control, [json.dumps(order).encode()], descriptors)
                data = self._control.recv(MESSAGE_BYTES)
            except OSError as error:
                raise self._died(f"{type(error).__name__}: {error}") from None
        if not data:
            raise self._died("it closed its end")
        answer: dict[str, Any] = json.loads(data)
        if "cannot" in answer:
            raise ZygoteDied(f"the zygote cannot {order['do']}: {answer['cannot']}")
        return answer

    def _died(self, what: str) -> ZygoteDied:
        return ZygoteDied(
            f"the zygote is gone ({what}). {self._last_words()}\nNext: start a new one"
        )

    def _last_words(self) -> str:
        if self._log.closed:
            return ""
        self._log.seek(0)
        return self._log.read(MESSAGE_BYTES).decode("utf-8", "replace").strip()


def _first_answer(text: str) -> str:
    """Up to where the second begins: its first line, or what came of it, is that of the first."""
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines[1:], 1):
        if line == lines[0] or (number + 1 == len(lines) and lines[0].startswith(line)):
            return "".join(lines[:number])
    return text


def _command(orders: Orders) -> list[str]:
    # -E and -P: nothing of the environment, nothing of the folder that it is started in.
    home = str(readable.package().parent)
    command = [sys.executable, "-E", "-P", "-X", "utf8", "-c", _BEGIN, home]
    command.append(json.dumps(orders._asdict()))
    if orders.sandbox == Sandbox.BWRAP.value:
        return bubblewrap.around(command, orders.import_from, orders.with_host)
    return command


def _some_secrets() -> list[str]:
    """Files of which each zygote tries whether its children can read them."""
    package = readable.package()
    found = [package / "engine" / "__init__.py", *sorted(package.glob("checks/*/test_*.py"))[:1]]
    found += [Path("/etc/passwd"), Path(f"/proc/{os.getpid()}/environ")]
    return [str(path) for path in found if path.exists()]
