"""Names in archives, folders and commits: which are refused, and how they are told to a person.

Invariant: a checked name stays below the folder it is read in, whatever system reads it. Nothing
is ever written under such a name; it is refused all the same, since whoever unpacks the same
archive by hand would be hit, and since it is no mistake that anyone makes.
"""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256

from checker.classroom.intake.entry import Refused

LONGEST_CHARACTERS = 1_000
MOST_PARTS = 24
SHOWN_CHARACTERS = 200
_DRIVE = re.compile(r"[A-Za-z]:")


def checked(name: str) -> str:
    """The name as a relative path with "/" between its parts; "" for the folder itself."""
    if any(0xD800 <= ord(character) <= 0xDFFF for character in name):
        raise Refused("encoding", "its name is in no known encoding; it is not read")
    if any(unicodedata.category(character) == "Cc" for character in name):
        raise Refused("name", "there are control characters in its name; it is not read")
    path = name.replace("\\", "/")
    if path.startswith("/") or _DRIVE.match(path):
        raise Refused("traversal", "its name is an absolute path; it is not read")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    # Windows takes blanks and dots off the end of a part: ".. " is the folder above.
    if any(part.strip() and not part.strip(" .") and ".." in part for part in parts):
        raise Refused("traversal", "its name leads out of the archive (`..`); it is not read")
    if len(path) > LONGEST_CHARACTERS or len(parts) > MOST_PARTS:
        raise Refused("name", "its name is too long, or in too many folders; it is not read")
    return "/".join(parts)


def alike(path: str) -> str:
    """The same for two names that one disk or another takes for one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def shown(text: str, most: int = SHOWN_CHARACTERS) -> str:
    """A text that came with a submission, as one line that does nothing to a screen."""
    text = text if len(text) <= most else f"{text[: most // 2]}…{text[-most // 2 :]}"
    return "".join(
        character
        if character.isprintable()
        else character.encode("unicode_escape", "surrogatepass").decode("ascii")
        for character in text
    )


def key_of(name: str) -> str:
    """A student's key: the name as it is shown. Two names never share one."""
    key = shown(name).strip()
    if key == name and key:
        return key
    return f"{key or 'nameless'}~{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
