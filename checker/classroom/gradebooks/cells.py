"""CSV whose cells no spreadsheet takes for a formula.

A cell that begins with `=`, `+`, `-`, `@` or with a tab or a line break gets an apostrophe before
it, as OWASP advises: the spreadsheet then shows the text, and runs nothing. A plain number, be it
negative, is a number and stays. Everything else is the csv module's to quote.

Invariant: what `text_of` writes is UTF-8, and reads back as the rows, save for those apostrophes,
for line breaks, which become spaces, for control characters, which are made visible, and for cells
that are too long.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from checker.show.texts import plain

LONGEST_CELL = 4_000
# Also the wide forms of the same signs, which some spreadsheets take for them.
_FORMULA = re.compile("[\\s\ufeff]*[=+\\-@\uff1d\uff0b\uff0d\uff20]")
_BREAKS = re.compile("[\t\r\n\x85\u2028\u2029]+")
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,10})?")


def cell(text: str) -> str:
    """A text of anybody's, for one cell."""
    begins_odd = text[:1] in ("\t", "\r", "\n")
    text = _BREAKS.sub(" ", plain(text[:LONGEST_CELL]))[:LONGEST_CELL]
    # A lone minus is how Moodle writes that there is nothing, and no formula either.
    if text == "-" or _NUMBER.fullmatch(text):
        return text
    return f"'{text}" if begins_odd or _FORMULA.match(text) else text


def text_of(rows: Iterable[Sequence[str]], separator: str = ",") -> str:
    """Rows as CSV; every cell is made safe here, so that none can be forgotten."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n", delimiter=separator)
    for row in rows:
        writer.writerow([cell(value) for value in row])
    return out.getvalue()
