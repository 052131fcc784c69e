"""Says at the end of a run what was skipped and why, counted by reason.

A system may forbid what a test needs: a container has no user namespaces, a chroot cannot make a
mount private. Such tests are skipped with the reason, and a run must not look complete without it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """One line for each reason, the most frequent first."""
    lines = by_reason(terminalreporter.stats.get("skipped", ()))
    if lines:
        terminalreporter.section("skipped here, by reason")
        for line in lines:
            terminalreporter.write_line(line)


def by_reason(reports: Iterable[Any]) -> list[str]:
    """ "12 x there is no unshare here" for the reports of skipped tests."""
    reasons = Counter(_reason(report.longrepr) for report in reports)
    return [f"{count:4} x {reason}" for reason, count in reasons.most_common()]


def _reason(longrepr: Any) -> str:
    # A skip is (path, line, "Skipped: reason"); a test that fails as expected has a text.
    text = longrepr[2] if isinstance(longrepr, tuple | list) else str(longrepr)
    return str(text).removeprefix("Skipped: ")
