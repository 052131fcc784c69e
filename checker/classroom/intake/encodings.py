"""Texts that an editor saved in a wide encoding, as UTF-8.

Notepad and PowerShell write UTF-16, with a mark at the beginning. Python reads no such program.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE

from checker.classroom.intake.entry import Refused

# The marks of UTF-32 come first: the one of its little end begins like that of UTF-16.
_MARKS = (
    (BOM_UTF32_LE, "utf-32"),
    (BOM_UTF32_BE, "utf-32"),
    (BOM_UTF16_LE, "utf-16"),
    (BOM_UTF16_BE, "utf-16"),
)
# What a program says of its own encoding, as Python reads it, in one of its first two lines.
_STATED = re.compile(r"\A((?:[^\n]*\n)?[ \t\f]*#[^\n]*?coding[:=][ \t]*)([-\w.]+)")


def utf8(data: bytes) -> tuple[bytes, str]:
    """The text in UTF-8, and in words what was done; what has no mark stays as it is."""
    name = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    if not name:
        return data, ""
    try:
        text = data.decode(name)
    except UnicodeDecodeError:
        words = f"it begins as {name.upper()} and is none; save it as UTF-8"
        raise Refused("encoding", f"{words}; it is not read") from None
    try:
        made = _STATED.sub(r"\1utf-8", text, count=1).encode("utf-8")
    except UnicodeEncodeError:
        words = "there are characters in it that no file can hold; it is not read"
        raise Refused("encoding", words) from None
    return made, f"it was saved as {name.upper()}, and read all the same; UTF-8 is usual"
