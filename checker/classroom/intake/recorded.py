"""Hand-in times of Moodle's grading worksheet: its column `Last modified (submission)`.

Moodle writes a time in the language of whoever downloads it, and in their zone, which it does not
name. A time in another form says nothing, and is told.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from checker.classroom import sheets
from checker.classroom.intake.policy import Policy
from checker.classroom.intake.submission import IntakeError

COLUMN = "Last modified (submission)"
_TIME = re.compile(
    r"(?:\S+ )?(\d{1,2})\.?(?: de)? (\w+)\.?(?: de)? (\d{4}),? ?(?:at |um |\u00e0 )?"
    r"(\d{1,2})[:.h](\d\d)(?:[:.]\d\d)?\s*([AaPp])?\.?[Mm]?\.?"
)
_MONTHS = (
    "january february march april may june july august september october november december",
    "januar februar m\u00e4rz april mai juni juli august september oktober november dezember",
    "janvier f\u00e9vrier mars avril mai juin juillet ao\u00fbt septembre octobre novembre "
    "d\u00e9cembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "januari februari maart april mei juni juli augustus september oktober november december",
    "janeiro fevereiro mar\u00e7o abril maio junho julho agosto setembro outubro novembro dezembro",
    "jan feb mar apr may jun jul aug sep oct nov dec",
)
_NUMBER = {name: n for names in _MONTHS for n, name in enumerate(names.split(), 1)}


def times(worksheet: Path, policy: Policy) -> dict[str, datetime | str]:
    """By the participant's number: the time, or a text that could not be read as one."""
    try:
        rows = sheets.read(worksheet).rows
    except sheets.SheetError as error:
        raise IntakeError(str(error)) from None
    head = [" ".join(cell.split()) for cell in rows[0]] if rows else []
    if "Identifier" not in head or COLUMN not in head:
        return {}  # What is wrong with it is said where it is filled in.
    who, when = head.index("Identifier"), head.index(COLUMN)
    found: dict[str, datetime | str] = {}
    for row in rows[1:]:
        number = re.search(r"\d+$", row[who].strip()) if len(row) > who else None
        text = row[when].strip() if len(row) > when else ""
        if number and text not in ("", "-"):
            found[number[0]] = moment(text, policy) or text
    return found


def moment(text: str, policy: Policy) -> datetime | None:
    """A time as Moodle writes it, such as `Sunday, 1 March 2026, 11:59 PM`."""
    found = _TIME.fullmatch(" ".join(text.split()))
    if found is None:
        return policy.moment(text)
    day, month, year, hour, minute, half = found.groups()
    hours = int(hour) % 12 + 12 * (half in "Pp") if half else int(hour)
    number = _NUMBER.get(month.casefold())
    if number is None:
        return None
    return policy.moment(f"{year}-{number:02}-{int(day):02}T{hours:02}:{minute}")
