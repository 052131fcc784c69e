"""What holds for all tests."""

from __future__ import annotations

import signal

import pytest

# Its comparison is explained, whoever imports it first.
pytest.register_assert_rewrite("tests.lab.asgi.both")

# A shell that starts pytest in the background lets it ignore Ctrl-C, and with it whatever it
# starts. Tests of the stop button press it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
