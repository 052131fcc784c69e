"""`python -m benchmarks [NAME ...] [--json]`: measure, and print ratios beside their bars."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import sys

from benchmarks.harness import Report

# In the order in which they run: the long ones last.
NAMES = (
    "switches_and_timers",
    "import_cost",
    "traced_run_with_picture",
    "empty_run",
    "thread_jobs",
    "check_warm",
    "cancelled_everywhere",
    "requests_in_flight",
    "classroom",
    "verdict_latency",
)


def main() -> int:
    """Run what was asked for; 0 in any case, since this is a report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"all of: {', '.join(NAMES)}")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    asked = parser.parse_args()
    unknown = [name for name in asked.names if name not in NAMES]
    if unknown:
        parser.error(f"no benchmark {unknown[0]!r}; there are: {', '.join(NAMES)}")
    reports = []
    if not asked.json:
        print(_machine(), end="\n\n", flush=True)
    for name in asked.names or NAMES:
        report: Report = importlib.import_module(f"benchmarks.{name}").measure()
        reports.append(report)
        if not asked.json:
            print(report.table(), end="\n\n", flush=True)
    if asked.json:
        found = [report.as_dict() for report in reports]
        print(json.dumps({"machine": _machine(), "reports": found}, indent=1))
    return 0


def _machine() -> str:
    busy = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return (
        f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} CPUs, "
        f"load {busy} at the start"
    )


if __name__ == "__main__":
    sys.exit(main())
