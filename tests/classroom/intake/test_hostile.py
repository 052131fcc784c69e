"""Archives and notebooks that mean harm: each has its finding, and the honest rest is read."""

from __future__ import annotations

import json
import stat
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest

from checker.classroom.intake import entry, tars
from tests.classroom.intake.packed import (
    ANSWER,
    ID,
    PATH,
    cell,
    code,
    info,
    kinds,
    like_42,
    notebook,
    only,
    overlapping,
    renamed,
    symlink,
    tar_member,
    tarred,
    zipped,
    zips_in_zips,
)

GOOD = (f"work/{PATH}", ANSWER)
EVIL = b"import os\n"
ZEROS = b"\0" * (40 << 20)


def named(name: str) -> bytes:
    return zipped((name, EVIL), GOOD)


def wrong_crc() -> bytes:
    packed = zipped(("01_blocking/dashboard.py", EVIL), GOOD)
    return renamed(packed, struct.pack("<I", __import__("zlib").crc32(EVIL)), b"\1\2\3\4")


def declared_small(data: bytes) -> bytes:
    """A member that declares to be 10 bytes."""
    packed = zipped(("01_blocking/dashboard.py", data), GOOD)
    return renamed(packed, struct.pack("<I", len(data)), struct.pack("<I", 10))


def encrypted() -> bytes:
    packed = bytearray(zipped(("01_blocking/dashboard.py", EVIL), GOOD))
    packed[6] |= 1
    packed[packed.index(b"PK\1\2") + 8] |= 1
    return bytes(packed)


def method(number: int) -> bytes:
    packed = bytearray(zipped(("01_blocking/dashboard.py", EVIL), GOOD))
    packed[8] = packed[packed.index(b"PK\1\2") + 10] = number
    return bytes(packed)


def twins(first: str, second: str) -> bytes:
    return zipped((first, EVIL), (second, ANSWER))


def header_and_contents_differ() -> bytes:
    packed = zipped(("01_blocking/dashboard.py", EVIL), GOOD)
    at = packed.index(b"dashboard")
    return packed[:at] + b"dishboard" + packed[at + 9 :]


def deep_in_archives() -> bytes:
    return zipped(("a.zip", zips_in_zips(3, [("01_blocking/dashboard.py", EVIL)])), GOOD)


def inside_a_bomb_notebook() -> bytes:
    return zipped(("ch1.ipynb", b'{"cells":[' + b" " * (40 << 20) + b"]}"), GOOD)


def many(count: int) -> bytes:
    return zipped(*((f"a/{number}.txt", b"") for number in range(count)), GOOD)


ZIPS = {
    "a name that climbs": (lambda: named("../../etc/cron.d/never_block.py"), "traversal"),
    "a name that climbs later": (lambda: named("work/../../01_blocking/timers.py"), "traversal"),
    "a name that climbs with backslashes": (lambda: named("..\\..\\timers.py"), "traversal"),
    "a name that climbs with blanks": (lambda: named(".. /.. /timers.py"), "traversal"),
    "an absolute name": (lambda: named("/etc/timers.py"), "traversal"),
    "an absolute name of Windows": (lambda: named("\\\\host\\share\\timers.py"), "traversal"),
    "a drive": (lambda: named("C:\\work\\timers.py"), "traversal"),
    "a drive without a slash": (lambda: named("c:timers.py"), "traversal"),
    "a NUL": (lambda: renamed(named("timers.pyX.txt"), b"timers.pyX", b"timers.py\0"), "name"),
    "a line end": (lambda: named("01_blocking/dash\nboard.py"), "name"),
    "an escape": (lambda: named("\x1b[2Jtimers.py"), "name"),
    "a control character of the upper half": (lambda: named("timers\x85.py"), "name"),
    "a very long name": (lambda: named("a/" * 600 + "timers.py"), "name"),
    "many folders": (lambda: named("a/" * 30 + "timers.py"), "name"),
    "a link": (lambda: zipped((symlink("01_blocking/dashboard.py"), b"/etc/passwd"), GOOD), "link"),
    "a link to a folder": (lambda: zipped((symlink("more"), b"/etc"), GOOD), "link"),
    "a device": (lambda: zipped((info("timers.py", stat.S_IFCHR), b""), GOOD), "device"),
    "a disk": (lambda: zipped((info("timers.py", stat.S_IFBLK), b""), GOOD), "device"),
    "a pipe": (lambda: zipped((info("timers.py", stat.S_IFIFO), b""), GOOD), "device"),
    "a socket": (lambda: zipped((info("timers.py", stat.S_IFSOCK), b""), GOOD), "device"),
    "a password": (lambda: encrypted(), "encrypted"),
    "lzma, which allocates what it is told": (lambda: method(zipfile.ZIP_LZMA), "unknown archive"),
    "bzip2": (lambda: method(zipfile.ZIP_BZIP2), "unknown archive"),
    "a method that nobody knows": (lambda: method(77), "unknown archive"),
    "a program of zeros": (lambda: zipped(("01_blocking/dashboard.py", ZEROS), GOOD), "too large"),
    "a notebook of blanks": (lambda: inside_a_bomb_notebook(), "bomb"),
    "an archive of zeros": (lambda: zipped(("more.zip", ZEROS), GOOD), "bomb"),
    "a program that is only large": (
        lambda: zipped((info("01_blocking/dashboard.py"), bytes(range(32, 127)) * 10_600), GOOD),
        "too large",
    ),
    "a size that lies": (lambda: declared_small(b"x = 1\n" * 40), "damaged"),
    "a checksum that lies": (lambda: wrong_crc(), "damaged"),
    "another name in the header": (lambda: header_and_contents_differ(), "damaged"),
    "an archive that is none": (lambda: zipped(("more.zip", b"PK nonsense"), GOOD), "damaged"),
    "an archive without an end": (
        lambda: zipped(("more.zip", zipped(GOOD)[:-30]), GOOD),
        "damaged",
    ),
    "too many archives in archives": (lambda: deep_in_archives(), "bomb"),
    "archives all the way down": (lambda: zipped(("42.zip", like_42()), GOOD), "bomb"),
    "members that share their bytes": (
        lambda: zipped(("more.zip", overlapping(200)), GOOD),
        "bomb",
    ),
    "too many files": (lambda: zipped(("a.zip", many(6_000)), GOOD), "too many"),
    "a list of contents of megabytes": (lambda: zipped(("a.zip", many(50_000)), GOOD), "too many"),
    "another kind of archive": (lambda: zipped(("work.rar", b"Rar!"), GOOD), "unknown archive"),
    "a name twice": (lambda: twins(PATH, PATH), "twice"),
    "a name in capitals too": (lambda: twins("01_blocking/NEVER_BLOCK.py", PATH), "twice"),
    "a name in another normal form": (
        lambda: twins("work/Bu\u0308/" + PATH, "work/B\u00fc/" + PATH),
        "twice",
    ),
    "a long s": (
        lambda: twins("01_blocking/dashboard.py", "01_blocking/da\u017fhboard.py"),
        "twice",
    ),
    "a name in no encoding": (
        lambda: zipped(
            ("a.zip", renamed(zipped(("b\u00fc.py", EVIL)), "\u00fc".encode(), b"\xff\xfe")), GOOD
        ),
        "encoding",
    ),
    "no name": (
        lambda: zipped(("01_blocking/", EVIL), ("./", EVIL), ("x.py", EVIL), GOOD),
        "unknown file",
    ),
    "a stream of Windows": (lambda: named("01_blocking/dashboard.py:evil"), "unknown file"),
    "an ending behind the ending": (lambda: named("01_blocking/dashboard.py.txt"), "unknown file"),
    "a name written backwards": (lambda: named("01_blocking/\u202eyp.draobhsad"), "unknown file"),
}


@pytest.mark.parametrize("name", ZIPS)
def test_a_hostile_zip_has_its_finding_and_the_rest_is_read(name: str, tmp_path: Path) -> None:
    packed, kind = ZIPS[name]
    (tmp_path / "ada.zip").write_bytes(packed())
    found = only(tmp_path / "ada.zip")
    assert kind in kinds(found)
    assert {work.data for work in found.works.values()} <= {ANSWER, EVIL}
    assert ANSWER in [work.data for work in found.works.values()]
    told = "".join(part for finding in found.findings for part in finding)
    assert told.isprintable()
    assert all(len(finding.where) < 700 for finding in found.findings)
    assert [path.name for path in tmp_path.iterdir()] == ["ada.zip"], "nothing is extracted"


TARS = {
    "a name that climbs": (tar_member("../../timers.py", tarfile.REGTYPE), "traversal"),
    "an absolute name": (tar_member("/etc/timers.py", tarfile.REGTYPE), "traversal"),
    "a link": (tar_member("timers.py", tarfile.SYMTYPE, "/etc/passwd"), "link"),
    "a hard link": (tar_member("timers.py", tarfile.LNKTYPE, "/etc/passwd"), "link"),
    "a device": (tar_member("timers.py", tarfile.CHRTYPE), "device"),
    "a disk": (tar_member("timers.py", tarfile.BLKTYPE), "device"),
    "a pipe": (tar_member("timers.py", tarfile.FIFOTYPE), "device"),
    "a sparse file": (tar_member("timers.py", tarfile.GNUTYPE_SPARSE), "damaged"),
    "an escape": (tar_member("\x1b[2Jtimers.py", tarfile.REGTYPE), "name"),
    "an unknown kind": (tar_member("timers.py", b"V"), "damaged"),
}


@pytest.mark.parametrize("name", TARS)
@pytest.mark.parametrize("ending", [".tar", ".tgz"])
def test_a_hostile_tar_has_its_finding_and_the_rest_is_read(
    name: str, ending: str, tmp_path: Path
) -> None:
    member, kind = TARS[name]
    path = tmp_path / f"ada{ending}"
    path.write_bytes(tarred((member, b""), GOOD, gzipped=ending == ".tgz"))
    found = only(path)
    assert kinds(found) == [kind]
    assert found.works[ID].data == ANSWER


def changed(packed: bytes, at: int, new: bytes) -> bytes:
    """The first header of a tar, changed, with a checksum that is right again."""
    block = bytearray(packed[:512])
    block[at : at + len(new)] = new
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block) + packed[512:]


BROKEN_TARS = {
    "a size below nothing": lambda: changed(tarred(GOOD), 124, b"\xff" * 12),
    "a size without end": lambda: changed(tarred(GOOD), 124, b"\x80" + b"\x7f" * 11),
    "a size that is no number": lambda: changed(tarred(GOOD), 124, b"-7777777777\0"),
    "a header that does not add up": lambda: b"\1" + tarred(GOOD)[1:],
    "half an archive": lambda: tarred(GOOD)[:700],
    "a gzip of nothing": lambda: b"\x1f\x8b\x08\x00nonsense",
    "a newer header of digits": lambda: tarred(
        (tar_member("x", tarfile.XHDTYPE), b"1" * 60_000), GOOD
    ),
    "a newer header without end": lambda: tarred(
        (tar_member("x", tarfile.XHDTYPE), b"1" * 70_000), GOOD
    ),
    "a newer header of length 0": lambda: tarred(
        (tar_member("x", tarfile.XHDTYPE), b"0 a=b\n"), GOOD
    ),
}


@pytest.mark.parametrize("name", BROKEN_TARS)
def test_a_broken_tar_is_said_to_be_damaged(name: str, tmp_path: Path) -> None:
    (tmp_path / "ada.tar").write_bytes(BROKEN_TARS[name]())
    found = only(tmp_path / "ada.tar")
    assert kinds(found) == ["damaged", "no exercise"]


def test_a_tar_that_unpacks_without_end_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tars, "MOST_STREAM_BYTES", 3 << 20)
    packed = tarred(*((f"{number}.png", b"\0" * (1 << 20)) for number in range(9)), gzipped=True)
    (tmp_path / "ada.tgz").write_bytes(packed)
    assert kinds(only(tmp_path / "ada.tgz")) == ["bomb", "no exercise"]


def raw(text: str) -> bytes:
    """A good notebook with one more entry in it."""
    whole = notebook(cell()).decode()
    return f'{{"more": {text}, {whole[1:]}'.encode()


BOMBS = {
    "nested lists": (lambda: raw("[" * 100_000 + "]" * 100_000), "bomb"),
    "nested tables": (lambda: raw('{"a":' * 100_000 + "1" + "}" * 100_000), "bomb"),
    "nested, and never closed": (lambda: b"[" * 3_000_000, "bomb"),
    "nested behind a string that hides it": (
        lambda: raw('"\\"", "b": ' + "[" * 500 + "]" * 500),
        "bomb",
    ),
    "a number of 10 million digits": (lambda: raw("1" * 10_000_000), "bomb"),
    "a negative number of 10 million digits": (lambda: raw("-" + "1" * 10_000_000), "bomb"),
    "millions of lists": (lambda: raw("[" + "[]," * 2_000_000 + "0]"), "bomb"),
    "quotes without end": (lambda: b'{"' + b'\\"' * 4_000_000, "not a notebook"),
    "more bytes than any notebook": (lambda: notebook(cell(), more="x" * (17 << 20)), "too large"),
    "nothing": (lambda: b"", "not a notebook"),
    "a list": (lambda: b"[]", "not a notebook"),
    "no JSON": (lambda: b"{'cells': []}", "not a notebook"),
    "JSON of something else": (lambda: b'{"a": 1}', "not a notebook"),
    "nbformat 3": (lambda: b'{"nbformat": 3, "worksheets": []}', "not a notebook"),
    "nbformat in words": (lambda: b'{"nbformat": "4", "cells": []}', "not a notebook"),
    "nbformat without end": (lambda: notebook(cell(), nbformat=int("9" * 900)), "not a notebook"),
    "cells that are no list": (lambda: notebook(cells={"a": 1}), "not a notebook"),
    "too many cells": (lambda: notebook(*["x"] * 6_000), "not a notebook"),
    "no UTF-8": (lambda: b"\xff" + notebook(cell()), "encoding"),
    "half of UTF-16": (lambda: notebook(cell()).decode().encode("utf-16")[:-1], "encoding"),
    "half a character": (
        lambda: notebook(cell()).replace(b"return 1", b"return '\\ud800'"),
        "encoding",
    ),
    "an id that is none": (lambda: notebook(cell("blocking/nothing")), "unknown exercise"),
    "an id that climbs": (lambda: notebook(cell("../../etc/passwd")), "unknown exercise"),
    "an id without end": (lambda: notebook(cell("a" * 1_000_000)), "unknown exercise"),
    "an id that writes on the screen": (lambda: notebook(cell("\x1b[2J")), "unknown exercise"),
    "no id": (lambda: notebook("%%exercise\npass"), "unknown exercise"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_hostile_notebook_has_its_finding(name: str, tmp_path: Path) -> None:
    data, kind = BOMBS[name]
    (tmp_path / "ada.ipynb").write_bytes(data())
    found = only(tmp_path / "ada.ipynb")
    assert kinds(found) == [kind, "no exercise"]
    assert found.works == {}
    assert all("".join(finding).isprintable() for finding in found.findings)
    assert all(len(finding.words) < 600 for finding in found.findings)


@pytest.mark.parametrize(
    "odd",
    [
        None,
        1,
        "text",
        [],
        {},
        {"cell_type": "code"},
        {"cell_type": "code", "source": 5},
        {"cell_type": "code", "source": [1, None, ["x"]]},
        {"cell_type": 7, "source": "x"},
    ],
)
def test_a_cell_that_is_none_is_passed_over(odd: object, tmp_path: Path) -> None:
    whole = {"nbformat": 4, "cells": [odd, code(cell())]}
    (tmp_path / "ada.ipynb").write_text(json.dumps(whole))
    found = only(tmp_path / "ada.ipynb")
    assert found.works[ID].data == ANSWER
    assert found.findings == []


def test_findings_are_counted_where_they_are_too_many(tmp_path: Path) -> None:
    names = [(f"../{number}.py", b"") for number in range(500)]
    (tmp_path / "ada.zip").write_bytes(zipped(*names, GOOD))
    found = only(tmp_path / "ada.zip")
    assert kinds(found) == ["traversal"] * 100 + ["more"]
    assert "400 times" in found.findings[-1].words


def test_a_list_of_contents_is_not_even_parsed_if_it_is_too_long(tmp_path: Path) -> None:
    (tmp_path / "ada.zip").write_bytes(zipped(("work/a.zip", many(50_000)), GOOD))
    (finding,) = only(tmp_path / "ada.zip").findings
    assert (finding.kind, finding.where) == ("too many", "ada.zip: work/a.zip")
    assert "its list of contents" in finding.words


def test_what_is_inflated_in_vain_is_spent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry, "MOST_BYTES", 2_500_000)
    lies = wrong_crc()
    inner = zipped(*((f"work/{number}.zip", lies) for number in range(5)))
    (tmp_path / "ada.zip").write_bytes(inner)
    told = kinds(only(tmp_path / "ada.zip"))
    assert told.count("damaged") < 5
    assert "too large" in told


def test_a_student_reads_no_more_than_a_student_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entry, "MOST_BYTES", 1_000_000)
    large = notebook(cell(), more="".join(map(str, range(60_000))))
    packed = zipped(*((f"work/{number}.ipynb", large) for number in range(8)))
    (tmp_path / "ada.zip").write_bytes(packed)
    found = only(tmp_path / "ada.zip")
    assert set(kinds(found)) == {"too large"}
    assert found.works[ID].where == "ada.zip: work/2.ipynb, cell 1"
