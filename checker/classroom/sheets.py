"""Tables that a teacher downloaded or typed: gradebooks, worksheets, class lists, extensions.

Invariant: a table is read whole or refused with the reason; the separator and the mark at its
beginning are kept, so that a table which is filled in goes back as it came.
"""

from __future__ import annotations

import csv
import io
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from pathlib import Path
from typing import NamedTuple

_MOST_BYTES = 50_000_000
_SEPARATORS = (",", ";", "\t")


class SheetError(ValueError):
    """A table or a setting that cannot be used: the file, what is wrong, and the fix."""


class Sheet(NamedTuple):
    """The rows that are not empty, and how they were written.

    mark   "\\ufeff" where the file began with it
    """

    rows: list[list[str]]
    separator: str = ","
    mark: str = ""


def read(path: Path) -> Sheet:
    """The table in a file."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SheetError(f"{path}: {error.strerror}. Next: give the file's path") from None
    if len(data) > _MOST_BYTES:
        raise SheetError(f"{path}: this is larger than any gradebook; is it the right file?")
    wide = data.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise SheetError(
            f"{path}: this is no UTF-8. Next: give the file as it was downloaded; a spreadsheet "
            "that saved it again has changed it"
        ) from None
    separator = _separator(text)
    if text.casefold().startswith("sep=") and len(text) > 4:
        separator, text = text[4], text.partition("\n")[2]  # Excel's own way to say it.
    try:
        lines = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
        rows = list(lines)
    except csv.Error as error:
        raise SheetError(f"{path}: this is no CSV ({error}). Next: download it again") from None
    mark = "\ufeff" if data.startswith(BOM_UTF8) else ""
    return Sheet([row for row in rows if any(row)], separator, mark)


def _separator(text: str) -> str:
    """What stands most often in the first line, outside of quotes."""
    first = text.lstrip().partition("\n")[0]
    plain = "".join(first.split('"')[::2])
    return max(_SEPARATORS, key=lambda each: (plain.count(each), -_SEPARATORS.index(each)))
