"""How an upstream behaves: what it answers to a call, how late, and what goes wrong.

Invariant: what happens to a call depends on its number, its own content and the seed. So the
same calls meet the same fate, whatever the order in which they are answered.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from checker.lab.services import reply
from checker.lab.services.calls import Call
from checker.lab.services.clock import finite_ns
from checker.lab.services.latency import Delay, Draws, Latency
from checker.lab.services.reply import Answer
from checker.lab.services.which import Choice, Which

Failure: TypeAlias = "int | BaseException | type[BaseException]"
Streams: TypeAlias = Callable[[str, int], Draws]
ECHO: Any = object()  # the reply of an upstream that was given none


@dataclass(kw_only=True)
class Behaviour:
    """What an upstream was told to do. Wrong values are refused when it is made."""

    name: str
    latency: Latency
    reply: Any
    fail: Which | Failure
    error: Failure
    hang: Which
    disconnect: Which
    drip: float
    pieces: int

    def __post_init__(self) -> None:
        which: Any = self.fail
        if _is_failure(which):
            which, self.error = True, which
        elif isinstance(self.fail, int) and not isinstance(self.fail, bool):
            raise TypeError(
                f"fail={self.fail}: a status lies between 400 and 599; for one in so many calls "
                "give a probability such as 0.1, for certain calls a list such as [1, 2]"
            )
        if not _is_failure(self.error):
            raise TypeError(f"error={self.error!r}: give a status from 400 to 599, or an exception")
        at_least_one("pieces", self.pieces)
        self._delay: Delay[Call] = Delay(self.latency, "latency")
        self._fails = Choice(which, "fail")
        self._hangs = Choice(self.hang, "hang")
        self._cuts = Choice(self.disconnect, "disconnect")
        self._gap_ns = finite_ns(self.drip, "drip")
        self._what = f"the reply of upstream {self.name!r}"

    def answer(self, call: Call, draws: Streams, *, whole: bool) -> Answer:
        """Decide on a call. `whole`: its caller takes the answer in one piece."""
        number = call.number
        failure = self._fails.picks(call, draws("fail", number))
        if failure:
            answer = self._failing(self.error if failure is True else failure)
        else:
            answer = reply.read_reply(self._reply_to(call), self._what)
        answer.latency_ns = self._delay.ns(call, draws("latency", number))
        if self._hangs.picks(call, draws("hang", number)):
            answer.latency_ns = None
        answer.cut = bool(self._cuts.picks(call, draws("disconnect", number)))
        self._divide(answer, whole)
        return answer

    def _reply_to(self, call: Call) -> Any:
        if self.reply is ECHO:
            return self.name if call.key is None else f"{self.name}/{call.key}"
        return self.reply(call) if callable(self.reply) else self.reply

    def _failing(self, failure: Any) -> Answer:
        if not _is_failure(failure):
            raise TypeError(
                f"fail: the function returned {failure!r}; let it return False, True, a status "
                "from 400 to 599, or an exception"
            )
        if isinstance(failure, int):
            return Answer(failure, {"error": f"{self.name} failed"}, {})
        answer = Answer(500, None, {})
        # Each call raises an exception of its own, since raising one changes it.
        made = failure(f"{self.name} failed") if isinstance(failure, type) else copy.copy(failure)
        answer.error = made
        return answer

    def _divide(self, answer: Answer, whole: bool) -> None:
        """Make the body ready to be sent, and find out in how many pieces."""
        answer.gap_ns = self._gap_ns
        if reply.is_stream(answer.body):
            answer.count = None
            if whole:
                made = list(reply.pieces(answer.body, self._what))
                answer.body, answer.count = b"".join(made), max(1, len(made))
            return
        if whole and not self._gap_ns and not answer.cut:
            # A direct call gets the value itself, which need not be one that HTTP can carry.
            return
        answer.data, answer.content_type = reply.encode(answer.body, self._what)
        if self._gap_ns or answer.cut:
            wanted = self.pieces if self._gap_ns else 2
            answer.count = max(1, min(wanted, len(answer.data)))


def at_least_one(what: str, number: object) -> None:
    """Refuse what is no number of things."""
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise ValueError(f"{what}={number!r}: give a whole number of 1 or more")


def _is_failure(value: Any) -> bool:
    if isinstance(value, type):
        return issubclass(value, BaseException)
    if isinstance(value, bool):
        return False
    return isinstance(value, BaseException) or (isinstance(value, int) and 400 <= value <= 599)
