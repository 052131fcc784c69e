"""pytest with the checks collected, and an engine that grades attempts with them.

Invariant: nothing of an attempt is executed in this process, only in forks of it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import pytest

import checker
from checker.attempt.code import forgetting
from checker.engine.inside import Reporter
from checker.engine.plugin import HIDDEN
from checker.lab.leaks import set_aside

CHECKS = Path(checker.__file__).parent / "checks"

T = TypeVar("T")


# Parts of pytest that a check has no use for. faulthandler's would wait, in a fork, for a thread
# that only the parent has.
_WITHOUT = (
    *("cacheprovider", "debugging", "doctest", "faulthandler", "junitxml", "logging", "pastebin"),
    *("setuponly", "setupplan", "skipping", "stepwise", "subtests", "terminal", "unittest"),
    "warnings",
)


class Checks:
    """The checks that were collected, by exercise."""

    def __init__(
        self,
        items: list[pytest.Item],
        faults: dict[str, str],
        folder: Path = CHECKS,
        hidden: Path | None = None,
    ) -> None:
        self.folder, self.hidden = folder, hidden
        self.faults = faults  # files that could not be collected, by path
        self._items: dict[str, list[pytest.Item]] = {}
        for item in items:
            self._items.setdefault(str(item.path), []).append(item)
            item.stash[HIDDEN] = hidden is not None and item.path.is_relative_to(hidden)
        self._stamps = {path: _stamp(Path(path)) for path in [*self._items, *faults]}

    def of(self, chapter: str, name: str) -> list[pytest.Item]:
        """The checks of one exercise, in the order of their file, and then the hidden ones."""
        files = [check_file(chapter, name, folder) for folder in self._folders()]
        return [item for file in files for item in self._items.get(str(file), [])]

    def first(self) -> list[pytest.Item]:
        """The checks of one exercise, the first, or of none where nothing was collected."""
        return next(iter(self._items.values()), [])

    def _folders(self) -> list[Path]:
        return [self.folder, *([self.hidden] if self.hidden is not None else [])]

    def stamp(self, chapter: str, name: str) -> str:
        """A hash of the checks of one exercise, with all that they bring along."""
        files = [check_file(chapter, name, folder) for folder in self._folders()]
        return sha256("".join(_stamp(file) for file in files).encode()).hexdigest()

    def fault(self, chapter: str, name: str) -> str:
        """Why the checks of an exercise cannot be used, or nothing."""
        path = check_file(chapter, name, self.folder)
        files = [check_file(chapter, name, folder) for folder in self._folders()]
        for file in files:
            if str(file) in self.faults:
                return self.faults[str(file)]
        return "" if str(path) in self._items else f"{path} has no checks in it, or is not there"

    def material(self) -> list[Path]:
        """The folders with what these checks bring along."""
        return sorted({Path(path).parent / "material" for path in self._items})

    def changed(self, chapter: str, name: str) -> bool:
        """Whether the file on disk is another one than was collected."""
        path = check_file(chapter, name, self.folder)
        return _stamp(path) != self._stamps.get(str(path), _stamp(path))


def check_file(chapter: str, name: str, folder: Path = CHECKS) -> Path:
    """Where the checks of an exercise are."""
    return folder / chapter / f"test_{name}.py"


def _stamp(path: Path) -> str:
    """The content of a file of checks and of what it brings along. Times can lie; this cannot."""
    digest = sha256()
    for file in [path, *sorted((path.parent / "material").glob("*.py"))]:
        if file.is_file():
            digest.update(file.read_bytes())
    return digest.hexdigest()


def with_checks(
    files: Iterable[Path],
    use: Callable[[Checks, Reporter], T],
    folder: Path = CHECKS,
    hidden: Path | None = None,
) -> T:
    """Start pytest, let it collect these files of `folder`, and call `use` with what it found.

    hidden   a folder with further checks, of a teacher's own
    """
    there = [file for file in files if file.is_file()]
    host = _Host(use, folder, hidden)
    arguments = [
        *(f"-pno:{name}" for name in _WITHOUT),
        *("-p", "checker.engine.plugin", "-c", os.devnull, f"--rootdir={folder}"),
        *("--import-mode=importlib", "--noconftest", "-s", "--continue-on-collection-errors"),
        # It would cut what an assertion says, except where the environment has the word CI.
        *("-o", "truncation_limit_lines=0", "-o", "truncation_limit_chars=0"),
        *(str(file) for file in there),
    ]
    if not there:
        return use(Checks([], {}, folder, hidden), host.reporter)
    # pytest would take a module of that name for the file, also if it came from another folder.
    with _undisturbed(), forgetting(*(f"{file.parent.name}.{file.stem}" for file in there)):
        code = pytest.main(arguments, plugins=[host, host.reporter])
    if host.error is not None:
        raise host.error
    if not host.found:
        raise RuntimeError(f"pytest ended with {code} before it had collected the checks")
    found: T = host.found[0]
    return found


@contextmanager
def _undisturbed() -> Iterator[None]:
    """No plugin that happens to be installed, and no bytecode that may be taken for newer text."""
    name = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
    before, writes = os.environ.get(name), sys.dont_write_bytecode
    os.environ[name], sys.dont_write_bytecode = "1", True
    try:
        yield
    finally:
        sys.dont_write_bytecode = writes
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


class _Host:
    """Stands where pytest would run the tests, and lets somebody else say when."""

    def __init__(
        self, use: Callable[[Checks, Reporter], Any], folder: Path, hidden: Path | None
    ) -> None:
        self._use, self._folder, self._hidden = use, folder, hidden
        self._faults: dict[str, str] = {}
        self.reporter = Reporter()
        self.found: list[Any] = []
        self.error: BaseException | None = None

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """A file of checks that cannot be imported is our fault; remember why.

        A report names its file by a path from the checks' folder, and hidden ones are elsewhere.
        """
        report = yield
        if report.failed:
            self._faults[str(collector.path)] = str(report.longrepr)[-2000:]
        return report

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Hand the checks over."""
        # A fork that collects garbage would copy every page of what is here already.
        checks = Checks(session.items, self._faults, self._folder, self._hidden)
        with set_aside():
            try:
                self.found.append(self._use(checks, self.reporter))
            except BaseException as error:
                self.error = error
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str]:
        """There is no terminal to report to."""
        return report.outcome, "", ""
