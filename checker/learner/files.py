"""Texts on disk, saved so that no crash and no full disk loses the old one or half of the new one.

Invariant: at any moment a path holds either the whole old text or the whole new one.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path


def save(path: Path, text: str) -> bool:
    """Write a text, if it is another one than is there. Returns whether it was."""
    data = text.encode("utf-8", "surrogateescape")
    if path.is_file() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    # The link itself stays, and what it points to is written.
    path = Path(os.path.realpath(path))
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
    return True


def read(path: Path) -> str | None:
    """The text of a file, or None if there is none. What is no UTF-8 is kept as it can be."""
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape").replace("\r\n", "\n")
    except FileNotFoundError:
        return None


def digest(text: str) -> str:
    """The same for two texts that differ in blank lines at their ends alone."""
    return sha256(text.strip().encode("utf-8", "surrogateescape")).hexdigest()
