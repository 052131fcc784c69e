"""What a hostile child says: bytes, frames, and messages that look like those of an attempt.

A seed names one child, so what was found is found again.
"""

from __future__ import annotations

import json
import os
import random
import re
import select
import socket
from collections.abc import Callable
from typing import Any

from checker.attempt import guest, guest_run
from checker.attempt.frames import HEAD
from checker.attempt.lent import _ALONG, _AT_ONCE, _STEPS, READABLE

Serve = Callable[[socket.socket], None]

ATOMS: list[Any] = [
    None, True, False, 0, 1, 2, 3, -1, 7, 500_000_000, 2**31, 2**62 - 1, 2**62, 2**63, 2**64,
    10**300, -(10**20), 0.5, -0.0, 1e308, float("inf"), float("nan"), "", "a", "0", "now", "later",
    "value", "\ud800", "\x00", "x" * 5000, [], {}, [[]], [0], ["value", None], {"a": 1},
    {"$": "b", "v": "!!"}, {"$": "b", "v": "AAAA"}, {"$": "s", "v": 0}, {"$": "t", "v": [1, 2]},
    {"$": "d", "v": [[[], 1]]}, {"$": "d", "v": [[1, 2], [1, 3]]}, {"$": "f", "v": "nan"},
    {"$": {"$": "t"}, "v": []}, {"$": "d", "v": [[{"$": "t", "v": [{"$": "t", "v": []}]}, 1]]},
]  # fmt: skip
WORDS = [
    "wait", "done", "write", "drop", "blocked", "report", "ask", "loaded", "stub", "not python",
    "trace", "signs", "reply", "go", "ring", "end", "beat", "",
]  # fmt: skip
ERRORS = ["Deadlock", "Livelock", "ThreadStuck", "WrongUse", "NoNetwork", "LabError", "raised",
          "Gone", "SystemExit", "KeyboardInterrupt"]  # fmt: skip
METHODS = sorted({name for table in (_STEPS, _AT_ONCE, READABLE, _ALONG)
                  for names in table.values() for name in names})  # fmt: skip
TYPES = ["ValueError", "Exception", "TimeoutError", "SystemExit", "KeyboardInterrupt", "Skipped"]


class Dice(random.Random):
    """What a seed draws.

    wild   how often something is said that no attempt says; anything of that kind ends a check,
           so that a child that does it often does not come far
    known  numbers of calls and things that were heard of
    """

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.wild = self.choice((0.0, 0.005, 0.03, 0.2))
        self.known = [1]


def atom(dice: Dice) -> Any:
    """A value, plain or not."""
    if dice.random() < 0.1:
        value: Any = dice.choice(ATOMS)
        for _ in range(dice.choice((3, 41, 90))):
            value = [value] if dice.random() < 0.8 else {"$": "t", "v": [value]}
        return value
    return dice.choice(ATOMS)


def number(dice: Dice) -> Any:
    """What could be the number of a call, of a thing, or of a step."""
    if dice.random() < dice.wild:
        return atom(dice)
    return dice.choice(dice.known[-4:]) if dice.random() < 0.8 else dice.randrange(6)


def moment(dice: Dice) -> Any:
    """What could be a time."""
    usual = (None, 0, 1, 500_000_000, 1_000_000_000, 10**12, 2**62 - 1, -5)
    return atom(dice) if dice.random() < dice.wild else dice.choice(usual)


def raised(dice: Dice, depth: int = 0) -> Any:
    """What could be an exception."""
    inner = [raised(dice, depth + 1) for _ in range(dice.choice((0, 0, 1, 3)))] if depth < 7 else []
    return {
        "types": dice.choice([[dice.choice(TYPES), "Exception"], [], atom(dice)]),
        "message": dice.choice(["", "no", atom(dice)]),
        "lines": dice.choice([[], [[1, "f"]], [[10**30, "f"]], [atom(dice)]]),
        "exceptions": dice.choice([inner, inner, atom(dice)]),
        "passed on": dice.choice([False, False, True, atom(dice)]),
    }


def outcome(dice: Dice) -> Any:
    """What could have come of a call."""
    return dice.choice([
        lambda: ["value", atom(dice)],
        lambda: ["value"],
        lambda: ["cancelled"],
        lambda: ["raised", raised(dice)],
        lambda: ["no name", dice.choice(["x", atom(dice)])],
        lambda: ["does not cross", dice.choice(["x" * 100_000, atom(dice)])],
        lambda: atom(dice),
    ])()  # fmt: skip


def question(dice: Dice) -> Any:
    """What could be asked of the other side."""
    args = dice.choice([[], [atom(dice)], [dice.choice(["GET", "get", "a"]), atom(dice)],
                        [atom(dice) for _ in range(dice.randrange(6))]])  # fmt: skip
    kwargs = {dice.choice(["timeout", "key", "body", "self", "\ud800"]): atom(dice)
              for _ in range(dice.choice((0, 0, 1, 2)))}  # fmt: skip
    method = dice.choice([*METHODS, "__init__", "__class__", "log", "reset"])
    return dice.choice([
        lambda: ["begin", number(dice), method, args, kwargs],
        lambda: ["begin", number(dice), dice.choice(["ask", "link", "_put", "_get", "_exchange"]),
                 args, kwargs],
        lambda: ["send", number(dice), dice.choice([True, False, 3])],
        lambda: ["throw", number(dice), dice.choice([True, False])],
        lambda: ["close", number(dice)],
        lambda: ["do", number(dice), method, args, kwargs],
        lambda: ["do", number(dice), "write", [dice.choice([b"GET / HTTP/1.1\r\n\r\n".decode(),
                 {"$": "b", "v": "R0VUIC8gSFRUUC8xLjENCg0K"}])], {}],
        lambda: ["read", number(dice), method],
        lambda: ["find", dice.choice(["upstream", "upstream-1", "", atom(dice)])],
        lambda: ["hosts"],
        lambda: ["suspended", number(dice), "up.py:3", atom(dice)],
        lambda: ["await", number(dice), dice.choice(["receive", "send", "x"]),
                 dice.choice([[], [{"type": "http.response.start", "status": atom(dice)}],
                              [{"type": "http.response.body", "body": atom(dice)}], [atom(dice)]])],
        lambda: [dice.choice(WORDS), atom(dice)],
    ])()  # fmt: skip


def message(dice: Dice) -> Any:
    """What could be said."""
    if dice.random() < dice.wild:
        wild = [dice.choice(WORDS), *(atom(dice) for _ in range(dice.randrange(4)))]
        return dice.choice([wild, atom(dice), ["ask", *question(dice)], ["write", 0, 1]])
    return dice.choice([
        lambda: ["wait", moment(dice), dice.choice([0, 5, 2**70]), dice.choice([0, 9, 10**6])],
        lambda: ["wait", None, 0, 0],
        lambda: ["done", dice.choice(dice.known), outcome(dice)],
        lambda: ["drop", number(dice)],
        lambda: ["blocked", 0, "x", "up.py:1", "t"],
        lambda: _rarely(dice, ["write", number(dice), atom(dice)]),
        lambda: _rarely(dice, ["report", _report(dice)]),
    ])()  # fmt: skip


def _rarely(dice: Dice, said: Any) -> Any:
    return said if dice.random() < 0.2 else ["wait", None, 0, 0]


def _report(dice: Dice) -> Any:
    leaks = dice.choice([[], [["a", "b", "c"]]])
    error = dice.choice([None, ["raised", raised(dice)], [dice.choice(ERRORS), "x" * 30_000]])
    return {"leaks": leaks, "error": error}


def batch(dice: Dice) -> Any:
    """What could be said at a time: it ends with that there is nothing more, or with a question."""
    if dice.random() < dice.wild:
        return atom(dice)
    made = [message(dice) for _ in range(dice.choice((0, 0, 1, 2, 8)))]
    made.append(dice.choice([["wait", moment(dice), 0, 0], ["ask", *question(dice)]]))
    return made


def framed(value: Any) -> bytes:
    """A value on the wire, whatever it is."""
    data = json.dumps(value).encode()
    return HEAD.pack(len(data)) + data


def _bomb(data: bytes) -> bytes:
    return HEAD.pack(len(data) & 0xFFFFFFFF) + data


BOMBS: list[Callable[[], bytes]] = [
    lambda: _bomb(b"[" * 300_000),
    lambda: _bomb(b'[["done",1,' + b'{"a":' * 100_000),
    lambda: _bomb(b"[[" + b"[]," * 4_000_000 + b"[]]]"),
    lambda: _bomb(b'[["write",0,[' + b"{}," * 3_900_000 + b"0]]]"),
    lambda: _bomb(b'[["done",1,["value",' + b"1" * 5_000 + b"]]]"),
    lambda: _bomb(b'[["done",1,["value",1e99999]]]'),
    lambda: _bomb(b'[["done",1,["value","' + b"x" * 15_000_000 + b'"]]]'),
    lambda: _bomb(b'[["done",1,["value","' + b"\\u0100" * 2_500_000 + b'"]]]'),
    lambda: _bomb(b'[["done",1,["value",{' + b'"a":1,' * 1_000_000 + b'"a":2}]]]'),
    lambda: _bomb(b"[" + b'["ask","hosts"],' * 900_000 + b'["ask","hosts"]]'),
    lambda: _bomb(b"[" + b'["write",0,1],' * 700_000 + b'["wait",null,0,0]]'),
    lambda: _bomb(b"[" + b'["drop",1],' * 990_000 + b'["wait",null,0,0]]'),
    lambda: HEAD.pack(0xFFFFFFFF),
    lambda: HEAD.pack(0),
    lambda: HEAD.pack(16_000_000) + b"[",
    lambda: _bomb(b"\xff\xfe" * 50),
    lambda: _bomb(b"[[NaN]]"),
    lambda: _bomb(b'[["a"]]' * 2),
]


# Children.


def liar(seed: int, waits_s: float = 0.2) -> Serve:
    """Answers each batch with lies; if none comes for so long, it lies all the same."""

    def serve(sock: socket.socket) -> None:
        dice = Dice(seed)
        first = b"" if dice.random() < dice.wild / 2 else framed([["loaded"]])
        _hear(sock, dice, waits_s)
        _say(sock, dice, first)
        for _ in range(dice.choice((3, 10, 60, 400))):
            if not _hear(sock, dice, waits_s):
                return
            bomb = dice.random() < dice.wild / 10
            _say(sock, dice, dice.choice(BOMBS)() if bomb else framed(batch(dice)))
            if dice.random() < dice.wild / 10:
                os.write(1, b"x" * dice.choice((1, 50_000, 200_000)))
        _leave(sock, dice)

    return serve


def chatterbox(seed: int) -> Serve:
    """Does not listen, and talks."""

    def serve(sock: socket.socket) -> None:
        dice = Dice(seed)
        sock.sendall(framed([["loaded"]]))
        said = [framed(batch(dice)) for _ in range(dice.choice((1, 3, 30)))]
        while True:
            sock.sendall(dice.choice(said))

    return serve


def noise(seed: int) -> Serve:
    """Says bytes."""

    def serve(sock: socket.socket) -> None:
        dice = Dice(seed)
        if dice.random() < 0.5:
            sock.sendall(framed([["loaded"]]))
        for _ in range(dice.randrange(50)):
            data = dice.randbytes(dice.choice((1, 5, 100, 5000)))
            sock.sendall(HEAD.pack(len(data)) + data if dice.random() < 0.7 else data)
        _leave(sock, dice)

    return serve


def bomber(seed: int) -> Serve:
    """Throws one bomb, again and again."""

    def serve(sock: socket.socket) -> None:
        data = BOMBS[seed % len(BOMBS)]()
        sock.sendall(framed([["loaded"]]))
        while True:
            sock.sendall(data)

    return serve


def twister(seed: int) -> Serve:
    """A real program, of which some of what it says is changed on the way."""

    def serve(sock: socket.socket) -> None:
        dice = Dice(seed)
        often = dice.choice((0.02, 0.1, 0.3))

        def send(self: guest_run.Wire, said: list[Any]) -> None:
            told = _twisted(said, dice) if dice.random() < often else said
            _say(sock, dice, framed(told))

        setattr(guest_run.Wire, "send", send)  # noqa: B010 (its parameters have other names)
        guest.main(sock)

    return serve


def _twisted(said: list[Any], dice: Dice) -> Any:
    made = json.loads(json.dumps(said))
    for _ in range(dice.choice((1, 1, 2, 5))):
        at = dice.randrange(len(made) + 1)
        match dice.randrange(6):
            case 0:
                made.insert(at, message(dice))
            case 1 if made:
                made.insert(at, dice.choice(made))
            case 2 if len(made) > 1:
                made.pop(dice.randrange(len(made)))
            case 3:
                dice.shuffle(made)
            case _:
                _change(made, dice)
    return made


def _change(part: Any, dice: Dice) -> None:
    """Put something else in the place of one part, somewhere within."""
    while True:
        keys = list(range(len(part))) if type(part) is list else list(part)
        if not keys:
            return
        key = dice.choice(keys)
        if type(part[key]) not in (list, dict) or dice.random() < 0.3:
            part[key] = atom(dice)
            return
        part = part[key]


def _say(sock: socket.socket, dice: Dice, data: bytes) -> None:
    if dice.random() < dice.wild / 20:
        data = data[: dice.randrange(len(data) + 1)] + dice.randbytes(dice.choice((0, 1, 9)))
    for at in range(0, len(data), step := dice.choice((1 << 20, 1 << 16, 997))):
        sock.sendall(data[at : at + step])


_NUMBERS = re.compile(rb'\["(?:call|make|app|asgi)",(\d+)|"v":\["[a-z]+",(\d+)|"pause",(\d+)')


def _hear(sock: socket.socket, dice: Dice, waits_s: float = 0.2) -> bool:
    """Wait until something came; False where nobody is there."""
    if not select.select([sock], [], [], waits_s)[0]:
        return True
    data = sock.recv(1 << 20)
    dice.known += [int(b"".join(found)) for found in _NUMBERS.findall(data)]
    return bool(data)


def _leave(sock: socket.socket, dice: Dice) -> None:
    match dice.randrange(5):
        case 0:
            sock.shutdown(socket.SHUT_WR)
            select.select([], [], [], 60)
        case 1:
            sock.shutdown(socket.SHUT_RD)
            select.select([], [], [], 60)
        case 2:
            sock.close()
            select.select([], [], [], 60)
        case 3:
            os.kill(os.getpid(), 9)


CHILDREN = {
    "liar": liar, "twister": twister, "noise": noise, "chatterbox": chatterbox, "bomber": bomber,
}  # fmt: skip
