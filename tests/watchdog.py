"""Fails the one test that hangs, by name, with the place where each of its threads stands.

A worker of pytest-xdist that has been in one test for `LIMIT_S` writes down where its threads are
and ends. pytest-xdist then reports that test as failed, starts another worker and goes on, so a
test that hangs never ends the run. Without workers (`make test ARGS=...`) the watchdog only says
where the test stands: there is someone at the terminal, who can look and press Ctrl-C.

Invariant: nothing in the test has to cooperate. faulthandler counts the time in a thread of C that
needs no GIL and receives no signals, so it also ends a test that is stuck in C code, and one that
blocks all signals.

The limit is for a test that hangs, not for one that is slow: no test takes 40 s on a quiet machine.
"""

from __future__ import annotations

import faulthandler
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

LIMIT_S = 900.0


class Watchdog:
    """One process's: that of a worker, or that of pytest where there are no workers."""

    def __init__(self, limit_s: float, file: Path | None) -> None:
        self._limit_s, self._ends = limit_s, file is not None
        # A test may replace or close its standard error; a copy of the descriptor is not touched.
        self._out = os.open(file, os.O_WRONLY) if file else os.dup(sys.__stderr__.fileno())  # type: ignore[union-attr]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Watch one test, with its fixtures."""
        faulthandler.dump_traceback_later(self._limit_s, exit=self._ends, file=self._out)
        try:
            return (yield)
        finally:
            faulthandler.cancel_dump_traceback_later()

    def pytest_unconfigure(self) -> None:
        """The run is over."""
        os.close(self._out)


class Reporter:
    """In pytest's own process: puts what a worker wrote into the report on its test."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Name the file that a worker writes to."""
        file = self._file(node)
        file.touch()
        node.workerinput["watchdog"] = str(file)

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, crashitem: str, report: Any) -> None:
        """A worker ended in the middle of a test. If the watchdog ended it, it wrote why."""
        file, _, name = crashitem.partition("::")
        report.location = file, None, name  # The headline of the report names the test.
        if stands := self._file(report.node).read_text("utf-8", "replace"):
            report.longrepr = (
                f"{crashitem} hung, so its worker was ended. Its threads stood here:\n\n{stands}"
            )

    def _file(self, node: Any) -> Path:
        return self._folder / str(node.gateway.id)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The limit, which the tests of the watchdog itself set low."""
    parser.addini("watchdog_s", "how long one test may take", default=str(LIMIT_S))


def pytest_configure(config: pytest.Config) -> None:
    """Watch in each worker; where there are none, here."""
    file = getattr(config, "workerinput", {}).get("watchdog")
    if file or not config.getoption("numprocesses", None):
        watchdog = Watchdog(float(config.getini("watchdog_s")), Path(file) if file else None)
        config.pluginmanager.register(watchdog)
    else:
        folder = TemporaryDirectory(prefix="watchdog-")
        config.add_cleanup(folder.cleanup)
        config.pluginmanager.register(Reporter(Path(folder.name)))
