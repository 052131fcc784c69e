"""The service's end of one HTTP/1.1 connection, in memory.

Bytes come in as the client's library wrote them, and go out as a server would send them. Nothing
runs on this side of the wire: what is due by now is made when the client reads it.

Invariant: headers and body are read separately. So a body that nobody took keeps its connection
busy, as a response that was not closed does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import h11
import httpcore

from checker.lab.services.calls import Ledger, Serving
from checker.lab.services.clock import NS, now_ns
from checker.lab.services.messages import Piece, read_call, write_answer
from checker.lab.services.steps import Bell, Pause, Steps

if TYPE_CHECKING:
    from checker.lab.services.upstream import Upstream


class Wire:
    """One connection to a service."""

    def __init__(self, service: Upstream) -> None:
        self._service = service
        self._connections = service.connections
        self._connections.add()
        self._protocol = h11.Connection(h11.SERVER)
        self._request: h11.Request | None = None
        self._body = bytearray()
        self._ledger: Ledger | None = None
        self._serving: Serving | None = None
        self._pieces: Iterator[Piece] | None = None
        self._next: Piece | None = None
        self._idle_since_ns = now_ns()
        self._hung_up = False  # by the service
        self._closed = False  # by the client
        self._idle_bell = Bell()

    # The client's side.

    def write(self, data: bytes) -> None:
        """Take what the client sends."""
        if self._closed:
            raise httpcore.WriteError("the connection is closed")
        if self._serving is None and self._has_left(now_ns()):
            self._hung_up = True
        if self._hung_up:
            # The bytes vanish. The client learns that the server is gone when it reads.
            return
        if not data:
            # h11 takes no bytes for the end of the connection.
            return
        self._protocol.receive_data(data)
        while True:
            event = self._protocol.next_event()
            if isinstance(event, h11.Request):
                self._request = event
            elif isinstance(event, h11.Data):
                self._body += event.data
            elif isinstance(event, h11.EndOfMessage):
                self._begin()
            else:
                return

    def read(self, max_bytes: int, timeout_ns: int | None) -> Steps[bytes]:
        """The next bytes for the client; none once the service has hung up."""
        moment_ns = now_ns()
        deadline_ns = None if timeout_ns is None else moment_ns + timeout_ns
        while True:
            bell = self._idle_bell if self._serving is None else self._serving.bell
            seen = bell.count
            found = self._look(moment_ns)
            if isinstance(found, Piece):
                return self._take(found, max_bytes)
            expires = deadline_ns is not None and (found is None or deadline_ns <= found)
            until_ns = deadline_ns if expires else found
            served = self._serving is not None and self._serving.served
            rang = yield Pause(until_ns, bell, seen, settled=served)
            if expires and not rang:
                waited_s = (timeout_ns or 0) / NS
                raise httpcore.ReadTimeout(
                    f"upstream {self._service.name!r} sent nothing for {waited_s:g} s"
                )
            # A loop may wake a little early, by the resolution of its clock.
            moment_ns = now_ns() if rang else max(now_ns(), until_ns or 0)

    def ready(self) -> bool:
        """Whether a read would return at once."""
        return self._closed or isinstance(self._look(now_ns()), Piece)

    def has_gone(self) -> bool:
        """Whether the client can know that the service has closed this idle connection."""
        if self._closed or self._hung_up:
            return True
        return self._serving is None and self._has_left(now_ns() - self._service.close_notice_ns)

    def close(self) -> None:
        """The client closes it; a call that is under way is given up."""
        if self._closed:
            return
        self._closed = True
        serving = self._serving
        if serving is not None and self._ledger is not None:
            self._ledger.leave(serving.call)
            self._connections.occupy(-1)
            serving.bell.ring()
        self._connections.remove()
        self._idle_bell.ring()

    # The service's side.

    def _has_left(self, at_ns: int) -> bool:
        if self._connections is not self._service.connections:
            return True
        limit_ns = self._service.idle_limit_ns
        return limit_ns is not None and at_ns >= self._idle_since_ns + limit_ns

    def _begin(self) -> None:
        assert self._request is not None
        call = read_call(self._request, bytes(self._body))
        self._body.clear()
        self._ledger, self._serving = self._service.begin(call, whole=False)
        self._connections.occupy(1)
        self._idle_bell.ring()

    def _look(self, at_ns: int) -> Piece | int | None:
        """The next piece if it has been sent; else when to look again (None: at a ring)."""
        if self._closed:
            raise httpcore.ReadError("the connection was closed while it was read")
        serving, ledger = self._serving, self._ledger
        if serving is None or ledger is None:
            return Piece(at_ns, b"", True) if self._hung_up else None
        ledger.settle()
        if not serving.served:
            return ledger.look_again_ns(serving)
        if serving.due_ns is None or at_ns < serving.due_ns:
            return serving.due_ns
        if self._next is None:
            self._next = self._make_piece(ledger, serving, serving.due_ns)
        return self._next if self._next.due_ns <= at_ns else self._next.due_ns

    def _make_piece(self, ledger: Ledger, serving: Serving, due_ns: int) -> Piece:
        error = serving.answer.error
        if error is not None:
            ledger.finish(serving)
            # A broken connection is what a client sees of an operating system's error.
            raise httpcore.ReadError(str(error)) if isinstance(error, OSError) else error
        if self._pieces is None:
            self._pieces = write_answer(self._protocol, serving, due_ns)
        try:
            return next(self._pieces)
        except BaseException:
            ledger.fail(serving.call)
            raise

    def _take(self, piece: Piece, max_bytes: int) -> bytes:
        if self._serving is None:
            return b""
        if len(piece.data) > max_bytes:
            self._next = piece._replace(data=piece.data[max_bytes:])
            return piece.data[:max_bytes]
        self._next = None
        if piece.last:
            self._complete(self._serving)
        return piece.data

    def _complete(self, serving: Serving) -> None:
        assert self._ledger is not None
        self._ledger.finish(serving)
        self._connections.occupy(-1)
        self._idle_since_ns = round((serving.call.ended or 0) * NS)
        self._serving = self._pieces = None
        both = self._protocol.our_state, self._protocol.their_state
        if both == (h11.DONE, h11.DONE):
            self._protocol.start_next_cycle()
        else:
            # The answer was cut, or one side asked for the connection to be closed.
            self._hung_up = True
