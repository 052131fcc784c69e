"""Archives and notebooks as students, packers and attackers make them, and what intake says."""

from __future__ import annotations

import io
import json
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from checker.catalog import Catalog, load
from checker.classroom.intake import Policy, Submission, read

ROOT = Path(__file__).resolve().parents[3]
ID = "blocking/never_block"
PATH = "01_blocking/never_block.py"
ANSWER = b"async def quote(shop, item, pause):\n    return 1\n"
OTHER = b"async def quote(shop, item, pause):\n    return 2\n"

Member = tuple[str, bytes]


@cache
def catalog() -> Catalog:
    return load(ROOT / "exercises")


def only(path: Path, policy: Policy | None = None, **more: Any) -> Submission:
    """The one submission at a path."""
    (found,) = read(path, catalog(), policy, **more)
    return found


def every(path: Path, policy: Policy | None = None) -> dict[str, Submission]:
    return {found.student: found for found in read(path, catalog(), policy)}


def kinds(found: Submission) -> list[str]:
    return [finding.kind for finding in found.findings]


def info(name: str, mode: int = 0, when: tuple[int, ...] = (2026, 3, 1, 12, 0, 0)) -> Any:
    """A zip member's header; `name` goes into the archive as it is."""
    made = zipfile.ZipInfo("x")
    made.date_time = when  # type: ignore[assignment]
    made.filename = made.orig_filename = name
    made.external_attr = mode << 16
    made.compress_type = zipfile.ZIP_DEFLATED
    return made


def zipped(*members: tuple[Any, bytes]) -> bytes:
    """A zip with these members, each a name or a header, and its bytes; names may repeat."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members:
            made = info(member) if isinstance(member, str) else member
            # Only the writer knows of names that are there; a new one each time lets them repeat.
            archive.NameToInfo.clear()
            archive.writestr(made, data)
    return packed.getvalue()


def tarred(*members: tuple[Any, bytes], gzipped: bool = False) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz" if gzipped else "w") as archive:
        for member, data in members:
            made = tarfile.TarInfo(member) if isinstance(member, str) else member
            made.size = len(data)
            made.mtime = made.mtime or 1_772_366_400
            archive.addfile(made, io.BytesIO(data))
    return packed.getvalue()


def tar_member(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, target
    return made


def code(source: str | list[str]) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "outputs": [], "metadata": {}}


def notebook(*sources: Any, **more: Any) -> bytes:
    """A notebook of these cells: a text is a code cell's."""
    cells = [code(source) if isinstance(source, str) else source for source in sources]
    whole = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells, **more}
    return json.dumps(whole).encode()


def cell(id: str = ID, text: bytes = ANSWER) -> str:
    return f"%%exercise {id}\n{text.decode()}"


def overlapping(count: int) -> bytes:
    """A bomb whose members are all the same bytes."""
    name = PATH.encode()
    data = zlib.compress(b"\0" * 1_000_000, 9)[2:-4]
    crc = zlib.crc32(b"\0" * 1_000_000)
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 0x5C61, crc, len(data), 1_000_000,
                        len(name), 0) + name + data  # fmt: skip
    entry = struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 8, 0, 0x5C61, crc, len(data),
                        1_000_000, len(name), 0, 0, 0, 0, 0, 0) + name  # fmt: skip
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(entry) * count, len(local), 0)
    return local + entry * count + end


def like_42() -> bytes:
    """Zips of zips of zips, 16 in each, of zeros."""
    packed = zipped(("0.dll", b"\0" * 1_000_000))
    for _ in range(4):
        packed = zipped(*((f"lib{number}.zip", packed) for number in range(16)))
    return packed


def renamed(packed: bytes, old: bytes, new: bytes) -> bytes:
    """A zip in which a name, or other bytes, were replaced by as many others."""
    assert len(old) == len(new)
    assert old in packed
    return packed.replace(old, new)


def symlink(name: str) -> Any:
    return info(name, stat.S_IFLNK | 0o777)


def zips_in_zips(depth: int, inner: Iterable[tuple[Any, bytes]]) -> bytes:
    packed = zipped(*inner)
    for number in range(depth):
        packed = zipped((f"{number}.zip", packed))
    return packed
