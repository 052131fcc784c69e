"""A made-up attempt, and a partner that plays its check, for a zygote that is about to fork.

CPython rewrites the bytecode of a function while the function gets warm, and many parts of the
stack import or prepare something when they are first used. A forked child would do all of that
again, and copy each page that it writes to. After a rehearsal the children share the result.
"""

from __future__ import annotations

from checker.attempt.frames import HEAD, Message, decode, encode
from checker.attempt.guest_run import Wire

TIMES = 12  # Bytecode is rewritten after eight calls.
FUNCTIONS = {"rehearse": "value", "fail": "raised"}  # with what comes of each
FILE = "rehearsal.py"
STUB = b"async def rehearse(shop, keys):\n    raise NotImplementedError\n"
PROGRAM = b"""
import asyncio
from dataclasses import dataclass


@dataclass
class Answer:
    key: str
    value: object


async def ask(shop, key):
    try:
        return Answer(key, await shop.get(key))
    finally:
        await asyncio.sleep(0)


async def rehearse(shop, keys):
    first = await ask(shop, keys[0])
    async with asyncio.timeout(5):
        await asyncio.sleep(0.1)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(ask(shop, key)) for key in keys]
    others = await asyncio.gather(*(ask(shop, key) for key in keys), return_exceptions=True)
    waiting = asyncio.create_task(asyncio.sleep(60))
    await asyncio.wait({waiting}, timeout=0.1)
    waiting.cancel()
    return [first.key, [task.result().value for task in tasks], len(others), {"time": 1.5}]


async def fail(shop, keys):
    await asyncio.to_thread(shop.get_blocking, keys[0])
    raise ValueError(keys[0])
"""
_LATENCY_NS = 100_000_000
_MOST = 400  # batches of one run
_SHOP = {"$": "s", "v": ["upstream", 0, {"name": "shop"}]}


class Partner(Wire):
    """Stands for the check in one run: it answers each question, and ends the run after a call."""

    def __init__(self) -> None:
        super().__init__(-1)
        self._sent: list[Message] = []
        self._now = self._pauses = self._batches = 0
        self.outcome = ""  # of the call, in a word

    def send(self, batch: list[Message]) -> None:
        self._sent = _over_the_wire(batch)
        for message in self._sent:
            if message[0] == "done":
                self.outcome = message[2][0]

    def receive(self) -> list[Message]:
        self._batches += 1
        what, *rest = self._sent[-1]
        if self._batches > _MOST or what not in ("ask", "wait"):
            raise RuntimeError(f"the rehearsal does not end: {self._sent}")
        reply = [["reply", self._answer(rest[0])]] if what == "ask" else self._go_on(*rest)
        return _over_the_wire(reply)

    def _answer(self, question: str) -> Message:
        if question == "begin":
            self._pauses += 1
            return ["pause", self._pauses, self._now + _LATENCY_NS, None, 0, 0, False]
        return ["value", {"a": [1, 2]}]

    def _go_on(self, when: int | None, seq: int, counted: int) -> list[Message]:
        if self.outcome or when is None:
            return [["end"], ["go", self._now, counted]]
        self._now = max(self._now, when)
        return [["go", self._now, counted]]


def _over_the_wire(batch: list[Message]) -> list[Message]:
    return decode(encode(batch)[HEAD.size :])


def first_batch(function: str) -> list[Message]:
    """What a check says first, with which it calls this function of the program."""
    call = ["call", 1, False, ["attempt", None, function], [_SHOP, ["a", "b", "c"]], {}]
    return [call, ["go", 0, 1]]
