"""Names lines of a test, so that a test can state where something must be reported.

A line is named by its text, not by its number: tests move when others are added above them.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from typing import Any


def place(function: Callable[..., Any], text: str) -> str:
    """ "test_x.py:7": the one line of `function` that holds `text`."""
    lines, first = inspect.getsourcelines(function)
    found = [first + n for n, line in enumerate(lines) if text in line]
    if len(found) != 1:
        raise LookupError(f"{text!r} is in {len(found)} lines of {function.__qualname__}")
    return f"{os.path.basename(inspect.getfile(function))}:{found[0]}"
