"""Readiness of files, for the few programs in the lab that watch any.

A socket pair within the program works as it does for real. Most programs watch no file, so the
real selector is made when the first is registered: it would cost a file and a system call.
"""

from __future__ import annotations

import selectors
from collections.abc import Callable
from typing import Any


class NoFiles(selectors.BaseSelector):
    """A selector that makes the real one only when a file is registered, which is seldom."""

    def __init__(self, when_used: Callable[[], None]) -> None:
        self._real: selectors.BaseSelector | None = None
        self._when_used = when_used

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        if self._real is None:
            self._real = selectors.DefaultSelector()
            self._when_used()
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        if self._real is None:
            raise KeyError(fileobj)
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        if self._real is None:
            raise KeyError(fileobj)
        return self._real.modify(fileobj, events, data)

    def select(self, timeout: float | None = None) -> Any:
        return self._real.select(timeout) if self._real else []

    def get_map(self) -> Any:
        return self._real.get_map() if self._real else {}

    def get_key(self, fileobj: Any) -> selectors.SelectorKey:
        return self.get_map()[fileobj]  # type: ignore[no-any-return]

    def close(self) -> None:
        if self._real is not None:
            self._real.close()
            self._real = None
