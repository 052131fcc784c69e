"""`python -m tests.lab.programs [--markdown] [NAME...]`: the table of all programs.

For each program: how long it takes in the lab and for real, how late its latest real event was,
and whether the order was the same. A NAME keeps the programs whose id contains it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from tests.lab.programs import every_program
from tests.lab.programs.compare import Comparison, compare_all

HEADS = ("program", "what it shows", "lab s", "real s", "latest ms", "control ms", "same order")


def row(found: Comparison) -> tuple[str, ...]:
    """A program's line of the table."""
    lab_s, real_s = found.virtual[-1][0] / 1e9, found.real.entries[-1][0] / 1e9
    times = (f"{lab_s:.2f}", f"{real_s:.3f}")
    control = f"{found.real.control_ns / 1e6:.1f}"
    if not found.is_evidence:
        return (found.made.id, found.made.title, *times, "?", control, "no evidence")
    if not found.same_order:
        return (found.made.id, found.made.title, *times, "?", control, "NO")
    latest = f"{max(found.lateness_ns) / 1e6:.1f}"
    wrong = "EARLY" if found.is_early else "LATE" if found.is_late else "yes"
    return (found.made.id, found.made.title, *times, latest, control, wrong)


def lines(rows: list[tuple[str, ...]], markdown: bool) -> Iterator[str]:
    """The table, as Markdown or in columns."""
    if markdown:
        for number, cells in enumerate([HEADS, *rows]):
            yield f"| {' | '.join(cells)} |"
            if number == 0:
                yield "|---|---|" + "--:|" * 4 + "---|"
        return
    widths = [max(map(len, column)) for column in zip(HEADS, *rows, strict=True)]
    for cells in [HEADS, *rows]:
        yield "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))


def main() -> int:
    """Print the table. Fails if the lab and reality disagree anywhere."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab.programs", description=__doc__)
    parser.add_argument("--markdown", action="store_true", help="print a Markdown table")
    parser.add_argument("names", nargs="*", help="parts of ids: only these programs")
    asked = parser.parse_args()
    programs = [
        made
        for made in every_program().values()
        if not asked.names or any(name in made.id for name in asked.names)
    ]
    found = compare_all(programs)
    print("\n".join(lines([row(each) for each in found], asked.markdown)))
    agree = [each for each in found if row(each)[-1] == "yes"]
    unknown = [each for each in found if not each.is_evidence]
    again = sum(len(each.discarded) for each in found)
    print(
        f"\n{len(found)} programs on Python {sys.version.split()[0]}: {len(agree)} agree, "
        f"{len(unknown)} without evidence; {again} real runs discarded for a late control"
    )
    return len(found) - len(agree) - len(unknown)


if __name__ == "__main__":
    raise SystemExit(main())
