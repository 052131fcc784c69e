"""The notebook around us: IPython, if this is one, or none.

Invariant: importing this imports nothing of IPython; without it, what would be shown is printed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Shown:
    """Something to see, as HTML and in words."""

    html: str
    words: str

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.words}


def shell() -> Any:
    """IPython's shell, or None."""
    core = sys.modules.get("IPython.core.getipython")
    return core.get_ipython() if core is not None else None


def show(shown: Shown) -> None:
    """Show it below the cell that runs, or print its words."""
    if shell() is None:
        print(shown.words)
        return
    from IPython import display

    publish: Callable[..., None] = display.display
    publish(shown)


def become(text: str) -> None:
    """Let the cell that runs have this text from now on.

    Only a front end with a person before it does so: a build or a test keeps the cell as it is.
    """
    if (found := shell()) is not None:
        found.set_next_input(text, replace=True)
