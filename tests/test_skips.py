"""The summary of what was skipped."""

from __future__ import annotations

from types import SimpleNamespace

from tests.skips import by_reason


def test_skips_are_counted_by_reason_and_the_most_frequent_comes_first() -> None:
    reasons = ["Skipped: no shell", "Skipped: no unshare here", "Skipped: no unshare here"]
    reports = [SimpleNamespace(longrepr=("file.py", 1, reason)) for reason in reasons]
    # A worker of pytest-xdist sends a list in place of the tuple.
    reports.append(SimpleNamespace(longrepr=["other.py", 2, "Skipped: no unshare here"]))
    assert by_reason(reports) == ["   3 x no unshare here", "   1 x no shell"]
    assert by_reason([]) == []
