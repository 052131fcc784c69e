"""A zip that Gradescope takes for an autograder: the course is installed once, then grades.

Invariant: the same arguments give the same bytes. The zip names no place that packages come from;
pip in the container knows its own.
It installs from the wheel in it and never by a name, and refuses a wheel of something else.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

from checker.classroom.gradebooks.books import put
from checker.classroom.gradebooks.errors import GradebookError
from checker.install.content import WHEELS

_HIDDEN = "hidden"
_EXERCISE = re.compile(r"[a-z0-9_]+/[a-z0-9_]+")
_EXECUTABLE, _PLAIN = 0o100755, 0o100644

_SET_UP = """\
#!/bin/sh
# Installs the course. Gradescope runs this once, when it builds the image.
set -eu
autograder=${UNBLOCKED_AUTOGRADER:-/autograder}
pythons="python3.15 python3.14 python3.13 python3.12 python3.11"

new_enough() {
    "$1" -c 'import sys, sysconfig, venv, ensurepip
free_threaded = sysconfig.get_config_var("Py_GIL_DISABLED")
sys.exit(sys.version_info < (3, 11) or bool(free_threaded))' 2>/dev/null
}
find_python() {
    for name in ${UNBLOCKED_PYTHON:-$pythons python3}; do
        if new_enough "$name"; then echo "$name"; return 0; fi
    done
    return 1
}
if ! find_python >/dev/null; then
    apt-get update || true  # Without the lists there may still be one.
    for name in $pythons; do
        apt-get install -y "$name" "$name-venv" && break
    done
fi
if ! python=$(find_python); then
    echo "The course needs Python 3.11 or newer, and this image has none." >&2
    echo "Next: choose a newer base image in the assignment's settings, such as Ubuntu 24.04." >&2
    exit 1
fi
"$python" -m venv "$autograder/venv"
"$autograder/venv/bin/python" -m pip install --quiet "$autograder/source/%(wheel)s[course]"
"""

_RUN = """\
#!/bin/sh
# Grades one submission. Gradescope runs this in a fresh container for each.
set -eu
autograder=${UNBLOCKED_AUTOGRADER:-/autograder}
unblocked=${UNBLOCKED_COMMAND:-$autograder/venv/bin/unblocked}
mkdir -p "$autograder/results"
exec "$unblocked" grade "$autograder/submission" --out "$autograder/results" --gradescope \\
    --sandbox=outer%(hidden)s%(exercises)s
"""

_README = """\
An autograder for Gradescope, made by Unblocked.

Upload this zip as it is: Configure Autograder, then Zip file upload.

setup.sh        installs the course from the wheel that is in here, %(wheel)s
run_autograder  runs `unblocked grade /autograder/submission --out /autograder/results
                --gradescope --sandbox=outer%(hidden)s%(exercises)s`

What is graded: %(graded)s.

The sandbox is Gradescope's: each submission runs in a container of its own, which is thrown away
afterwards. --sandbox=outer says so, and every result is stamped with it. Within that container
nothing keeps an attempt from the checks or from the results. For an exam, download the submissions
and grade them with `unblocked grade` on a machine of yours, where each attempt runs in a jail.

The base image needs Python 3.11 or newer.
"""


def gradescope_zip(
    out: Path,
    wheel: tuple[str, bytes],
    exercises: Sequence[str] = (),
    hidden: Path | None = None,
) -> Path:
    """Write the zip.

    wheel      the file name and the bytes of a wheel of the course
    exercises  ids; none means all that are handed in
    hidden     a folder with a teacher's own checks, NN_slug/test_<exercise>.py
    """
    name, data = wheel
    if not WHEELS.fullmatch(name) or not zipfile.is_zipfile(BytesIO(data)):
        raise GradebookError(f"{name}: this is no wheel of the course. Next: build it again")
    wrong = [id for id in exercises if not _EXERCISE.fullmatch(id)]
    if wrong:
        raise GradebookError(f"{wrong[0]!r} is no id of an exercise, such as blocking/never_block")
    words = {
        "wheel": name,
        "exercises": "".join(f" --only {id}" for id in exercises),
        "hidden": f' --hidden "$autograder/source/{_HIDDEN}"' if hidden is not None else "",
        "graded": ", ".join(exercises) or "every exercise of the course that is handed in",
    }
    files = {name: (data, _PLAIN)}
    if hidden is not None:
        files |= {f"{_HIDDEN}/{path}": (each, _PLAIN) for path, each in _checks_in(hidden)}
    files |= {
        "setup.sh": ((_SET_UP % words).encode(), _EXECUTABLE),
        "run_autograder": ((_RUN % words).encode(), _EXECUTABLE),
        "README.txt": ((_README % words).encode(), _PLAIN),
    }
    return put(out, _zipped(files))


def _checks_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    """A teacher's own checks, with their material."""
    found = sorted(path for path in folder.rglob("*.py") if path.is_file())
    if not any(path.name.startswith("test_") for path in found):
        raise GradebookError(
            f"{folder}: there are no checks in it. Next: name the folder that has "
            "NN_slug/test_<exercise>.py in it"
        )
    for path in found:
        yield path.relative_to(folder).as_posix(), path.read_bytes()


def _zipped(files: dict[str, tuple[bytes, int]]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (data, mode) in sorted(files.items()):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, wherever it is made: the mode counts.
            entry.external_attr = mode << 16
            archive.writestr(entry, data)
    return out.getvalue()
