"""The wheel that a hand-out and an autograder carry: the course without its answers.

It is put together from what is installed here, so it needs neither a checkout nor a network: the
package, the distribution's own metadata, and as its content the files of the hand-out. So
`unblocked init` makes the same course folder from it, without solutions. The checks are in it: a
learner's own computer has to run them.

Invariant: the same course gives the same bytes, and no file in the wheel is an answer.
"""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Iterator, Mapping
from importlib import metadata
from io import BytesIO
from pathlib import Path

from checker.course import DISTRIBUTION
from checker.install.files import InstallError

_PACKAGE = Path(__file__).resolve().parent.parent
_INFO = ("METADATA", "WHEEL", "entry_points.txt")
_WHEEL = "Wheel-Version: 1.0\nGenerator: {}\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = 0o100644 << 16


def wheel_for_learners(content: Mapping[str, bytes]) -> tuple[str, bytes]:
    """The wheel's file name and its bytes; `content` is what it carries, by path."""
    try:
        installed = metadata.distribution(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        raise InstallError(
            "The hand-out carries a wheel of the course, which is made of what is installed here, "
            f"and {DISTRIBUTION} is not installed.\nNext: run this from the environment that "
            "`make lab` made, or install the course's wheel first."
        ) from None
    stem = f"{DISTRIBUTION.replace('-', '_')}-{installed.version}"
    members = {f"checker/{name}": data for name, data in _package()}
    members |= {f"checker/content/{name}": data for name, data in content.items()}
    members |= {f"{stem}.dist-info/{name}": data for name, data in _info(installed)}
    record = f"{stem}.dist-info/RECORD"
    lines = [f"{name},sha256={_digest(data)},{len(data)}" for name, data in members.items()]
    members[record] = "".join(f"{line}\n" for line in [*lines, f"{record},,"]).encode()
    return f"{stem}-py3-none-any.whl", _zipped(members)


def _package() -> Iterator[tuple[str, bytes]]:
    """The package's own files, without the content that a wheel carries."""
    for path in sorted(_PACKAGE.rglob("*")):
        name = path.relative_to(_PACKAGE).as_posix()
        if path.is_file() and not name.startswith("content/") and "__pycache__" not in name:
            yield name, path.read_bytes()


def _info(installed: metadata.Distribution) -> Iterator[tuple[str, bytes]]:
    for name in _INFO:
        text = _WHEEL.format(DISTRIBUTION) if name == "WHEEL" else installed.read_text(name)
        if text:
            yield name, text.encode()
    for file in installed.files or ():
        if "licenses" in file.parts and file.parts[0].endswith(".dist-info"):
            yield "/".join(file.parts[1:]), Path(str(file.locate())).read_bytes()


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def _zipped(members: dict[str, bytes]) -> bytes:
    made = BytesIO()
    # Not compressed: the bytes would be those of this machine's zlib.
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.create_system, entry.external_attr = 3, _PLAIN_FILE
            archive.writestr(entry, data)
    return made.getvalue()
