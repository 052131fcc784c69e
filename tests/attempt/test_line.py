"""Nothing that comes over a wire waits too long, and nothing grows too large."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest

from checker.attempt import line as line_module
from checker.attempt.frames import HEAD, LARGEST_BYTES, encode
from checker.attempt.line import KEPT_BYTES, Gone, Line


class Ends:
    """A line, and the other ends of what it reads."""

    def __init__(self, real_s: float = 20.0) -> None:
        self._wire, self.there = socket.socketpair()
        self._read, self.prints = os.pipe()
        self.line = Line(self._wire.fileno(), self._read, printed_bytes=50_000, real_s=real_s)

    def close(self) -> None:
        self._wire.close()
        self.there.close()
        os.close(self._read)
        os.close(self.prints)


@pytest.fixture
def ends() -> Iterator[Ends]:
    made = Ends()
    yield made
    made.close()


def ended(line: Line) -> tuple[str, str]:
    with pytest.raises(Gone) as raised:
        line.receive()
    assert line.gone is raised.value
    return raised.value.how, raised.value.detail


def test_batches_come_one_by_one_however_they_are_cut(ends: Ends) -> None:
    for byte in encode([["a", 1]]) + encode([["b"]]):
        ends.there.send(bytes([byte]))
    assert ends.line.receive() == [["a", 1]]
    assert ends.line.receive() == [["b"]]


def test_what_is_printed_meanwhile_is_kept(ends: Ends) -> None:
    os.write(ends.prints, "grüße".encode())
    ends.there.sendall(encode([["a"]]))
    assert ends.line.receive() == [["a"]]
    ends.line.hear_out()
    assert ends.line.printed == "grüße"


def test_silence_ends_at_the_deadline() -> None:
    ends = Ends(real_s=0.02)
    assert ended(ends.line) == ("blocked", "")
    ends.close()


def test_what_is_here_already_is_not_taken_after_the_deadline(ends: Ends) -> None:
    ends.there.sendall(encode([["a"]]) * 2)
    assert ends.line.receive() == [["a"]]
    ends.line.deadline = 0.0
    assert ended(ends.line) == ("blocked", "")


def test_one_who_does_not_listen_is_ended_at_the_deadline() -> None:
    ends = Ends(real_s=0.05)
    with pytest.raises(Gone, match="blocked"):
        ends.line.send([["a", "x" * 5_000_000]])
    ends.close()


def test_an_end_that_is_closed_is_a_crash(ends: Ends) -> None:
    ends.there.sendall(encode([["a"]])[:-1])
    ends.there.shutdown(socket.SHUT_WR)
    assert ended(ends.line) == ("crashed", "")


def test_a_batch_that_is_too_large_is_not_waited_for(ends: Ends) -> None:
    ends.there.sendall(HEAD.pack(LARGEST_BYTES + 1))
    assert ended(ends.line) == ("broke the wire", "a batch of 16,000,001 bytes")


def test_a_batch_of_too_many_values_is_not_made(
    ends: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_module, "_MOST_PARTS_AT_ONCE", 100)
    ends.there.sendall(encode([["a", "," * 500]]) + encode([["a", *([0] * 100)]]))
    assert ends.line.receive() == [["a", "," * 500]]
    assert ended(ends.line)[0] == "broke the wire"


def test_many_batches_do_not_bring_more_values_than_one(
    ends: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_module, "_MOST_PARTS", 10)
    ends.there.sendall(encode([["a", 1]]) * 4)
    for _ in range(3):
        assert ends.line.receive() == [["a", 1]]
    assert ended(ends.line)[0] == "broke the wire"


def test_bytes_in_all_have_an_end(ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_module, "_MOST_BYTES", 20)
    ends.there.sendall(encode([["a", "x" * 20]]))
    assert ended(ends.line) == ("broke the wire", "more than 20 bytes came")


def test_prints_without_end_are_ended_and_a_part_is_kept(ends: Ends) -> None:
    os.write(ends.prints, b"x" * 60_000)
    assert ended(ends.line) == ("printed too much", "")
    assert ends.line.printed == "x" * KEPT_BYTES


def test_the_first_end_is_the_one_that_is_told(ends: Ends) -> None:
    ends.there.shutdown(socket.SHUT_WR)
    first = ended(ends.line)
    os.write(ends.prints, b"x" * 60_000)
    ends.line.hear_out()
    assert ended(ends.line) == first
