"""Unblocked: a course on concurrency in Python web services, and the lab that it runs on.

What a chapter imports: `from checker import lab, start, check, hint, predict`. Each name is looked
up when it is asked for, so that `import checker.lab` loads nothing of the course.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from checker import lab
    from checker.notebook.compare import compare, solution
    from checker.notebook.functions import check, hint, history, progress, reset, start
    from checker.notebook.predict import predict

__all__ = [
    "check",
    "compare",
    "hint",
    "history",
    "lab",
    "load_ipython_extension",
    "predict",
    "progress",
    "reset",
    "solution",
    "start",
]

_PLACES = {
    "check": "functions",
    "compare": "compare",
    "hint": "functions",
    "history": "functions",
    "predict": "predict",
    "progress": "functions",
    "reset": "functions",
    "solution": "compare",
    "start": "functions",
}


def load_ipython_extension(shell: object) -> None:
    """`%load_ext checker`: cells may begin with `%%exercise`."""
    import_module("checker.notebook.magic").register()


def __getattr__(name: str) -> Any:
    if name == "lab":
        return import_module("checker.lab")
    if name not in _PLACES:
        raise AttributeError(f"module 'checker' has no attribute {name!r}")
    value = getattr(import_module(f"checker.notebook.{_PLACES[name]}"), name)
    import_module("checker.notebook.magic").register()
    # Found here from now on, and registered once.
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
