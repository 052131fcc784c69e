"""Which files of this machine an attempt may read: Python's own, installed packages, the lab.

Landlock can allow a folder and cannot take a part of it back. So a folder with something of the
course in it is never allowed as a whole: its entries are, without that one. It is the same for a
checkout, for a wheel with its content inside the package, and for an environment within the course.

Invariant: of the course itself, `LAB` and the package's first file are readable, and no more.
"""

from __future__ import annotations

import mimetypes
import os
import site
import sys
import sysconfig
from pathlib import Path

import checker
from checker.course import is_checkout

LAB = ("__init__.py", "trace", "timeline", "lab", "attempt")
_SYSTEM = (
    "/dev/null",
    "/dev/urandom",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/usr/share/zoneinfo",
    "/lib64",
    "/usr/lib64",
    # How many cores there are, as the C library asks for it.
    "/sys/devices/system/cpu/online",
)
_LIBRARIES = ("/lib", "/usr/lib", "/usr/local/lib", f"{sys.base_prefix}/lib")


def package() -> Path:
    """Where the course's package is."""
    return Path(checker.__path__[0]).resolve()


def installed() -> list[Path]:
    """The folders that packages are installed in."""
    names = {*site.getsitepackages(), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    if site.ENABLE_USER_SITE:
        names.add(site.getusersitepackages())
    return [Path(name) for name in sorted(names) if os.path.isdir(name)]


def readable() -> list[Path]:
    """Everything that an attempt may read."""
    return [*_allowed(_roots(), secrets()), *(package() / name for name in LAB)]


def secrets() -> list[Path]:
    """What is the course's: the package, the checkout around it, the lists of what it installed."""
    ours = [package()]
    if is_checkout(ours[0].parent):
        ours.append(ours[0].parent)
    for folder in installed():
        ours += sorted(folder.resolve().glob("unblocked-*"))
    return ours


def _roots() -> list[Path]:
    """Before anything is taken out of them. Folders of packages are no part of Python's own."""
    packages = installed()
    found = [Path(name) for name in _SYSTEM]
    found += [Path(name) for name in mimetypes.knownfiles]
    multiarch = sysconfig.get_config_var("MULTIARCH")
    if multiarch:
        found += [Path("/lib", multiarch), Path("/usr/lib", multiarch)]
    for folder in _LIBRARIES:
        found += sorted(Path(folder).glob("lib*.so*"))
    for kind in ("stdlib", "platstdlib"):
        for entry in _entries(Path(sysconfig.get_path(kind))):
            if entry.name not in ("site-packages", "dist-packages"):
                found.append(entry)
    found += packages
    return [path for path in dict.fromkeys(found) if path.exists()]


def _allowed(roots: list[Path], secret: list[Path]) -> list[Path]:
    found: list[Path] = []
    for root in roots:
        # A root may be within a checkout, as an environment often is; it was named on purpose.
        around = [path for path in secret if path not in root.resolve().parents]
        found += _without(root, around)
    return list(dict.fromkeys(found))


def _without(path: Path, secret: list[Path]) -> list[Path]:
    """The path, or as much of it as leaves everything secret out. A link is where it leads."""
    real = path.resolve()
    if any(real == each or each in real.parents for each in secret):
        return []
    if not any(real in each.parents for each in secret):
        return [path]
    return [found for entry in _entries(path) for found in _without(entry, secret)]


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []
