"""What holds for all tests."""

from __future__ import annotations

import os
import signal
import sys

import pytest

pytest_plugins = ["tests.skips", "tests.watchdog"]

# Its comparison is explained, whoever imports it first.
pytest.register_assert_rewrite("tests.lab.asgi.both")

# With it, jsonschema reads the grammar of web addresses when nbformat is imported: a second of
# computing, and 120,000 objects that every later look of the garbage collector passes.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]

# A shell that starts pytest in the background lets it ignore Ctrl-C, and with it whatever it
# starts. Tests of the stop button press it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config: pytest.Config) -> None:
    """Let tests fork on Python 3.15.

    `os.fork` warns of other threads. Up to 3.14 it counts those that `threading` knows, and a test
    that forks beside one of these fails. Since 3.15 it counts the system's
    (`warn_about_fork_with_threads` in CPython's Modules/posixmodule.c), and so those of
    pytest-xdist and of the watchdog, which hold no lock that a fork needs.
    """
    if sys.version_info >= (3, 15):
        config.addinivalue_line(
            "filterwarnings", "ignore:This process .* is multi-threaded:DeprecationWarning"
        )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """What `-n auto` means: three workers for every two cores that may be used.

    A quarter of the time of the tests is waiting: for another process, or for real time to pass.
    """
    cores = (
        os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
    )
    return min(-(-len(cores) * 3 // 2), 12)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that at the end no worker is alone with it."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/test_course.py"))
