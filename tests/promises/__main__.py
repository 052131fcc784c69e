"""Writes the table of promises into docs/upgrading.md."""

from __future__ import annotations

from tests.promises.every import PAGE, split, table

if __name__ == "__main__":
    head, _, tail = split(PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(head + table() + tail, encoding="utf-8")
