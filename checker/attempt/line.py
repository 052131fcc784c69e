"""The check's end of the wire to a process that is not trusted, and of what it prints.

Invariant: nothing here waits longer than until the deadline, and nothing grows beyond its cap.
Refuses whatever is too large, comes too late, or never comes: that is `Gone`, with the reason.
"""

from __future__ import annotations

import os
import select
from collections.abc import Iterable
from traceback import clear_frames

from checker.attempt.frames import (
    HEAD,
    LARGEST_BYTES,
    READ_BYTES,
    Broken,
    Message,
    decode,
    encode,
    parts,
)
from checker.lab.originals import monotonic

KEPT_BYTES = 20_000  # of what it printed
_MOST_BYTES = 200_000_000  # that may come over one wire, in all
_MOST_PARTS = 3_000_000  # values among them: an empty list of two bytes takes thirty times as many
_MOST_PARTS_AT_ONCE = 1_000_000
_MOST_READ_BYTES = 1 << 18  # by one read

# The lab watches these in programs; here they are meant as they are.
_read, _write, _poll = os.read, os.write, select.poll


class Gone(BaseException):
    """The other side is no more, or is no good any more.

    how   "blocked" (out of time), "crashed", "printed too much", "broke the wire"
    """

    lets_clean_up = True  # It ends a run of a check, which is not what went wrong.

    def __init__(self, how: str, detail: str = "") -> None:
        super().__init__(how, detail)
        self.how, self.detail = how, detail

    def __str__(self) -> str:
        return f"{self.how}: {self.detail}" if self.detail else self.how


def forget_what_came(error: BaseException | None) -> None:
    """The frames that an error went by can hold megabytes, and are cleared late if left alone."""
    while error is not None:
        clear_frames(error.__traceback__)
        error = error.__context__


class Line:
    """A wire, and a pipe with what is printed."""

    def __init__(self, wire: int, output: int, printed_bytes: int, real_s: float) -> None:
        self._wire, self._output = wire, output
        os.set_blocking(wire, False)
        os.set_blocking(output, False)
        self._printed_most = printed_bytes
        self._printed_bytes = self._came_bytes = self._came_parts = 0
        self._kept = bytearray()
        self._inbox = bytearray()
        self._read_bytes = READ_BYTES
        self._poll = _poll()
        self._poll.register(wire, select.POLLIN)
        self._poll.register(output, select.POLLIN)
        self.deadline = monotonic() + real_s
        self.gone: Gone | None = None

    @property
    def printed(self) -> str:
        """What it printed, up to a length."""
        return self._kept.decode("utf-8", "replace")

    def send(self, batch: Iterable[Message]) -> None:
        """Send a batch."""
        data = memoryview(encode(list(batch)))
        while data:
            try:
                data = data[_write(self._wire, data) :]
            except BlockingIOError:
                self._poll.modify(self._wire, select.POLLOUT)
                self._wait(reading=False)
                self._poll.modify(self._wire, select.POLLIN)
            except OSError as error:
                raise self._is("crashed", str(error)) from None

    def in_time(self) -> None:
        """Gone, where the deadline is over: what came before it can keep this side busy too."""
        if monotonic() > self.deadline:
            raise self._is("blocked")

    def receive(self) -> list[Message]:
        """Wait for a batch."""
        self.in_time()
        self._need(HEAD.size)
        (size,) = HEAD.unpack_from(self._inbox)
        if size > LARGEST_BYTES:
            raise self._is("broke the wire", f"a batch of {size:,} bytes")
        self._need(HEAD.size + size)
        data = bytes(self._inbox[HEAD.size : HEAD.size + size])
        del self._inbox[: HEAD.size + size]
        left = min(_MOST_PARTS_AT_ONCE, _MOST_PARTS - self._came_parts)
        self._came_parts += (count := parts(data, left))
        if count > left:
            raise self._is("broke the wire", f"{self._came_parts:,} values came")
        try:
            return decode(data)
        except Broken as error:
            raise self._is("broke the wire", str(error)) from None

    def broke(self, why: Broken) -> Gone:
        """What came made no sense."""
        return self._is("broke the wire", str(why))

    def forget(self) -> None:
        """What came and was not read: a run that had to be abandoned keeps its line for ever."""
        self._inbox.clear()

    def hear_out(self) -> None:
        """Take what it printed last."""
        before = None
        while self._printed_bytes != before:
            before = self._printed_bytes
            try:
                self._take_output()
            except Gone:
                return

    def _need(self, size: int) -> None:
        while (missing := size - len(self._inbox)) > 0:
            self._read_bytes = min(max(READ_BYTES, missing), _MOST_READ_BYTES)
            self._wait(reading=True)

    def _wait(self, *, reading: bool) -> None:
        left_s = self.deadline - monotonic()
        ready = self._poll.poll(left_s * 1000) if left_s > 0 else []
        if not ready:
            raise self._is("blocked")
        for descriptor, _ in ready:
            if descriptor == self._output:
                if not self._take_output():
                    self._poll.unregister(self._output)
            elif reading:
                self._take_wire()

    def _take_wire(self) -> None:
        try:
            data = _read(self._wire, self._read_bytes)
        except BlockingIOError:
            return
        except OSError as error:
            raise self._is("crashed", str(error)) from None
        if not data:
            raise self._is("crashed")
        self._came_bytes += len(data)
        if self._came_bytes > _MOST_BYTES:
            raise self._is("broke the wire", f"more than {_MOST_BYTES:,} bytes came")
        self._inbox += data

    def _take_output(self) -> bool:
        try:
            data = _read(self._output, 1 << 16)
        except BlockingIOError:
            return True
        self._printed_bytes += len(data)
        self._kept += data[: max(0, KEPT_BYTES - len(self._kept))]
        if self._printed_bytes > self._printed_most:
            raise self._is("printed too much")
        return bool(data)

    def _is(self, how: str, detail: str = "") -> Gone:
        self.gone = self.gone or Gone(how, detail)
        return self.gone
