"""What holds for all tests."""

from __future__ import annotations

import os
import signal

import pytest

pytest_plugins = ["tests.skips", "tests.watchdog"]

# Its comparison is explained, whoever imports it first.
pytest.register_assert_rewrite("tests.lab.asgi.both")

# A shell that starts pytest in the background lets it ignore Ctrl-C, and with it whatever it
# starts. Tests of the stop button press it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """What `-n auto` means: a worker for each core that may be used.

    Tests start processes and threads of their own, so more than a few workers gain little.
    """
    cores = (
        os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
    )
    return min(len(cores), 8)
