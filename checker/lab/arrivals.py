"""Does something to a module as soon as it is there: at once, or when the program imports it.

Parts of httpx and of anyio are replaced during a run. A program may be the first to import them,
in the middle of it.

Invariant: nothing of this is left on the import path, or on a module, when the run is over.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from checker.lab.swap import Swaps


class Arrivals(MetaPathFinder):
    """Waits for modules."""

    def __init__(self, swaps: Swaps) -> None:
        self._awaited: dict[str, Callable[[], None]] = {}
        sys.meta_path.insert(0, self)
        swaps.later(lambda: sys.meta_path.remove(self))

    def when_imported(self, name: str, do: Callable[[], None]) -> None:
        """Call `do` once the module is imported."""
        if name in sys.modules:
            do()
        else:
            self._awaited[name] = do

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What the others find; of a module that is awaited, with a word for when it is there."""
        do = self._awaited.pop(name, None)
        if do is None:
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec is not None:
                _tell_when_executed(spec.loader, do)
                return spec
        return None


def reach_services(swaps: Swaps, arrivals: Arrivals, *, real_network: bool = False) -> None:
    """Let the httpx clients of a run find services by host name."""

    def arrived() -> None:
        from checker.lab.services import transport

        transport.install(swaps, real_network=real_network)

    arrivals.when_imported("httpx", arrived)


def _tell_when_executed(loader: Any, do: Callable[[], None]) -> None:
    def exec_module(module: ModuleType) -> None:
        del loader.exec_module
        loader.exec_module(module)
        do()

    loader.exec_module = exec_module
