"""`python -m benchmarks.classroom [PART ...] [--dask ADDRESS]`: parts of the benchmark alone."""

from __future__ import annotations

import argparse

from benchmarks.classroom import measured, roads
from benchmarks.harness import Figure, Report

PARTS = ("others", "many", "jail")


def main() -> None:
    """Measure what was asked for, and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.classroom", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--dask", default="", metavar="ADDRESS", help="also on this cluster")
    asked = parser.parse_args()
    unknown = [part for part in asked.parts if part not in PARTS]
    if unknown:
        parser.error(f"no part {unknown[0]!r}; there are: {', '.join(PARTS)}")
    if not asked.parts and not asked.dask:
        print(measured.measure().table())
        return
    figures: list[Figure] = []
    notes: list[str] = []
    if "others" in asked.parts:
        figures += measured.side_by_side()
    if "many" in asked.parts:
        figures += measured.many()
    if "jail" in asked.parts:
        price, notes = roads.figures()
        figures += price
    if asked.dask:
        figures += measured.with_dask(asked.dask)
    print(Report("classroom", figures, notes).table())


if __name__ == "__main__":
    main()
