"""The zygotes of one process that grades: one with the web stack, and a lean one without it.

A fork copies the tables of all pages that its parent has, so a child of the lean zygote costs less
to start and to end. Most programs of the course do not name what it leaves out, and one that
imports it all the same finds it on the disk.

Each zygote is started when it is first needed, and replaced when it has died.
"""

from __future__ import annotations

import os
from types import TracebackType

from checker.jail.host import STACK, Child, Zygote
from checker.jail.sandbox import JailLimits, Sandbox, ZygoteDied

_HEAVY = ("fastapi", "httpx", "starlette")
LEAN = tuple(name for name in STACK if name not in _HEAVY)
_NAMES = tuple(name.encode() for name in _HEAVY)


class Zygotes:
    """Starts jailed children, each from the zygote that suits its program.

    A fork of this process that uses it starts zygotes of its own: those that were here answer
    their parent alone.
    """

    def __init__(self, sandbox: Sandbox, limits: JailLimits = JailLimits()) -> None:  # noqa: B008
        self.sandbox, self._limits = sandbox, limits
        self._zygotes: dict[tuple[str, ...], Zygote] = {}
        self._of = os.getpid()

    def __enter__(self) -> Zygotes:
        self._zygote(LEAN)  # Where there is no such sandbox, that is said before any work.
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def spawn(self, texts: tuple[bytes, ...] = ()) -> Child:
        """A child for a program of these texts; without any, one that has everything."""
        named = not texts or any(name in text for text in texts for name in _NAMES)
        preload = STACK if named else LEAN
        try:
            return self._zygote(preload).spawn()
        except ZygoteDied:
            self._zygotes.pop(preload).close()
            return self._zygote(preload).spawn()

    def _zygote(self, preload: tuple[str, ...]) -> Zygote:
        if self._of != os.getpid():
            self._of, self._zygotes = os.getpid(), {}
        if preload not in self._zygotes:
            found = Zygote(sandbox=self.sandbox, limits=self._limits, preload=preload)
            self._zygotes[preload] = found
        return self._zygotes[preload]

    def pids(self) -> list[int]:
        """The process ids of those that were started."""
        return [zygote.pid for zygote in self._zygotes.values()]

    def close(self) -> None:
        """End those of this process."""
        if self._of == os.getpid():
            for zygote in self._zygotes.values():
                zygote.close()
            self._zygotes.clear()
