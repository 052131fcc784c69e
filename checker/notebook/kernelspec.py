"""How Jupyter finds and starts the course's kernel.

Invariant: its name is `python3` and its display name is the one that the built chapters carry.
Jupyter marks a chapter as modified on opening it where either differs.
"""

from __future__ import annotations

from typing import Any

NAME = "python3"
DISPLAY_NAME = "Unblocked"


def spec(python: str) -> dict[str, Any]:
    """The content of kernel.json, for the Python of the absolute path `python`."""
    return {
        # -P: a learner's `random.py` beside a chapter must not stop the kernel from starting.
        "argv": [python, "-P", "-m", "checker.notebook.kernel", "-f", "{connection_file}"],
        "display_name": DISPLAY_NAME,
        "language": "python",
        "interrupt_mode": "signal",
        "metadata": {"debugger": False, "supported_encryption": ["curve"]},
    }
