"""What runs inside a fork: the checks of one exercise, on one attempt.

Every record that it sends is a line of JSON with one key: `stub`, `begin`, `check`, `replaced`,
`done`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, cast

import pytest

from checker.attempt import NotPython, same_program
from checker.attempt.code import compiled, decode
from checker.engine import judge
from checker.engine.limits import Send
from checker.engine.plugin import HANDED, SEED
from checker.engine.seal import Seal
from checker.engine.verdict import CheckResult


class Reporter:
    """The pytest plugin that takes a check through its phases, and keeps why it failed."""

    def __init__(self) -> None:
        self.failure: tuple[BaseException, str] | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        """Set up, call, tear down. pytest's own reports of that cost as much as a check."""
        hook, check = item.config.hook, cast(Any, item)
        if not check._request:
            check._initrequest()  # It was run in this process before.
        try:
            if self._went_well("setup", lambda: hook.pytest_runtest_setup(item=item)):
                self._went_well("call", lambda: hook.pytest_runtest_call(item=item))
            self._went_well(
                "teardown", lambda: hook.pytest_runtest_teardown(item=item, nextitem=nextitem)
            )
        finally:
            check._request, check.funcargs = False, None
        return True  # pytest's own protocol is not asked any more.

    def _went_well(self, when: str, phase: Callable[[], object]) -> bool:
        try:
            phase()
        except (KeyboardInterrupt, pytest.exit.Exception):
            raise
        except BaseException as error:
            self.failure = self.failure or (error, when)
            return False
        return True


def check_attempt(
    items: Sequence[pytest.Item],
    reporter: Reporter,
    seal: Seal,
    attempt: tuple[str, bytes],
    stub: bytes | None,
    seed: int,
    send: Send,
) -> None:
    """Run the checks, and send what each of them found."""
    name, data = attempt
    try:
        source = decode(data)
        if stub is not None and same_program(decode(stub), source):
            send({"stub": True})
            return
        compiled(source, name)
    except NotPython as error:
        for item in items:
            send({"check": asdict(judge.failed(item, error, "call"))})
        send({"done": "not python"})
        return
    os.chdir("/")
    _put_away(items)
    for item in items:
        judge.forget(item)  # It may have been run here before, under another seed.
    watching = _watchers()
    replaced: list[str] = []
    try:
        for number, item in enumerate(items):
            item.config.stash[HANDED] = attempt
            item.config.stash[SEED] = seed
            following = items[number + 1] if number + 1 < len(items) else None
            send({"begin": judge.check_id(item)})
            reporter.failure = None
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if replaced := _replaced(seal, watching, deep=False):
                break  # Nothing that follows would be a fault of what it is about.
            send({"check": asdict(_result(item, reporter))})
    finally:
        # What was replaced may have made pytest itself fail.
        if replaced := replaced or _replaced(seal, watching, deep=True):
            send({"replaced": replaced[:_MOST_NAMES]})
    send({"done": "replaced" if replaced else "exit"})


def _replaced(seal: Seal, watching: tuple[Any, Any], *, deep: bool) -> list[str]:
    """What is another thing than it was. It is put back: the rest of the checker needs it."""
    names = seal.mend(deep=deep)
    for name, is_now, was in zip(_WATCHERS, _watchers(), watching, strict=True):
        if is_now is not was:
            names.append(name)
    return names


_WATCHERS = ("sys.settrace", "sys.setprofile")
_MOST_NAMES = 5


def _watchers() -> tuple[Any, Any]:
    return sys.gettrace(), sys.getprofile()


def _put_away(items: Sequence[pytest.Item]) -> None:
    """An attempt that imports the file of its checks gets a copy of its own."""
    for item in items:
        if isinstance(item, pytest.Function):
            sys.modules.pop(item.module.__name__, None)


def _result(item: pytest.Item, reporter: Reporter) -> CheckResult:
    if reporter.failure is not None:
        return judge.failed(item, *reporter.failure)
    return judge.passed(item)
