"""Grades nobody: a host with a zygote, that lets attacks run and says what was seen from outside.

Started by the tests as a process, under one user or another; one line of JSON in, one out.
"""

from __future__ import annotations

import json
import os
import select
import sys
import time
from pathlib import Path
from typing import Any

from checker.jail import Child, JailLimits, Sandbox, Zygote

INSIDE = Path(__file__).resolve().parent / "inside"
_MOST_PRINTED_BYTES = 1_000_000


def listen(child: Child, patience_s: float) -> tuple[bytes, int, str]:
    """What it says on the wire until the end of a line, how much it prints, and why this ended."""
    said, printed, ears, end = b"", 0, select.poll(), time.monotonic() + patience_s
    ears.register(child.wire, select.POLLIN)
    ears.register(child.output, select.POLLIN)
    while b"\n" not in said:
        ready = ears.poll(max(0.0, end - time.monotonic()) * 1000)
        if not ready:
            return said, printed, "out of time"
        for descriptor, _ in ready:
            data = os.read(descriptor, 1 << 16)
            if not data:
                ears.unregister(descriptor)
                if descriptor == child.wire.fileno():
                    return said, printed, "hung up"
            elif descriptor == child.output:
                printed += len(data)
                if printed > _MOST_PRINTED_BYTES:
                    return said, printed, "printed too much"
            else:
                said += data
    return said, printed, "answered"


def children_of(pid: int) -> list[int]:
    """As the kernel tells them, of a process with one thread."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Warden:
    """One zygote, and a child in it that has to live through everything."""

    def __init__(self, sandbox: Sandbox) -> None:
        limits = JailLimits(memory_bytes=1 << 28)
        self.zygote = Zygote("inmates:obey", sandbox, limits, import_from=[INSIDE])
        self.bystander = self.zygote.spawn()
        self._works(self.bystander)

    def attack(self, do: str, patience_s: float, args: dict[str, Any]) -> dict[str, Any]:
        before = len(os.listdir("/proc/self/fd"))
        child = self.zygote.spawn()
        child.wire.sendall(json.dumps({"do": do, "args": args}).encode() + b"\n")
        said, printed, why = listen(child, patience_s)
        during = children_of(self.zygote.pid)
        death = child.end()
        seen = {
            "got": json.loads(said) if why == "answered" else None,
            "why": why,
            "printed_bytes": printed,
            "death": death._asdict(),
            "processes": [self._name(pid, child.pid) for pid in sorted(during)],
            "processes_left": [self._name(pid, child.pid) for pid in children_of(self.zygote.pid)],
            "grandchildren": sum(len(children_of(pid)) for pid in children_of(self.zygote.pid)),
            "descriptors": len(os.listdir("/proc/self/fd")) - before,
        }
        after = self.zygote.spawn()
        seen["next"] = self._works(after)
        after.end()
        return seen

    def _name(self, pid: int, child: int) -> str:
        return {self.bystander.pid: "bystander", child: "child"}.get(pid, "somebody else")

    def _works(self, child: Child) -> dict[str, Any] | None:
        """What the honest work comes to. The child then waits."""
        child.wire.sendall(b'{"do": "work", "args": {}}\n')
        said, _, why = listen(child, 10.0)
        return json.loads(said) if why == "answered" else None

    def about(self) -> dict[str, Any]:
        pids = {"host": os.getpid(), "zygote": self.zygote.pid, "bystander": self.bystander.pid}
        status = Path(f"/proc/{self.bystander.pid}/status").read_text().splitlines()
        wanted = ("Uid", "CapEff", "CapPrm", "NoNewPrivs", "Seccomp")
        fields = dict(line.split(":\t", 1) for line in status if ":\t" in line)
        return {"pids": pids, "uid": os.getuid(), "status": {k: fields[k] for k in wanted}}


def main() -> None:
    warden = Warden(Sandbox(sys.argv[1]))
    print(json.dumps(warden.about()), flush=True)
    for line in sys.stdin:
        print(json.dumps(warden.attack(**json.loads(line))), flush=True)
    warden.zygote.close()


if __name__ == "__main__":
    main()
