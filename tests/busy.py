"""A busy machine: processes that do nothing but compute."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

# It ends by itself where the test that started it is ended.
HOG = "import os; parent = os.getppid()\nwhile os.getppid() == parent: pass"


@contextmanager
def busy_machine(hogs: int = 2) -> Iterator[None]:
    """So many processes compute meanwhile."""
    with ExitStack() as stack:
        for _ in range(hogs):
            hog = subprocess.Popen([sys.executable, "-c", HOG])
            stack.callback(hog.wait)
            stack.callback(hog.kill)
        yield
