"""A zip that Gradescope takes for an autograder: the course is installed once, then grades.

Invariant: the same arguments give the same bytes. The zip names no place that packages come from;
pip in the container knows its own.
It refuses a wheel of something else, and a requirement that a shell or pip could take for more.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from checker.classroom.gradebooks.books import put
from checker.classroom.gradebooks.errors import GradebookError

_REQUIREMENT = re.compile(r"unblocked(\[course\])?\s*((==|>=|~=|<=)\s*[0-9][0-9A-Za-z.+]*)?")
_WHEEL = re.compile(r"unblocked-[0-9A-Za-z.+_]+-py3-none-any\.whl")
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
"$autograder/venv/bin/python" -m pip install --quiet "%(install)s"
"""

_RUN = """\
#!/bin/sh
# Grades one submission. Gradescope runs this in a fresh container for each.
set -eu
autograder=${UNBLOCKED_AUTOGRADER:-/autograder}
unblocked=${UNBLOCKED_COMMAND:-$autograder/venv/bin/unblocked}
mkdir -p "$autograder/results"
exec "$unblocked" grade "$autograder/submission" --out "$autograder/results" --gradescope \\
    --sandbox=outer%(exercises)s
"""

_README = """\
An autograder for Gradescope, made by Unblocked.

Upload this zip as it is: Configure Autograder, then Zip file upload.

setup.sh        installs %(what)s
run_autograder  runs `unblocked grade /autograder/submission --out /autograder/results
                --gradescope --sandbox=outer%(exercises)s`

What is graded: %(graded)s.

The sandbox is Gradescope's: each submission runs in a container of its own, which is thrown away
afterwards. --sandbox=outer says so, and every result is stamped with it. Within that container
nothing keeps an attempt from the checks or from the results. For an exam, download the submissions
and grade them with `unblocked grade` on a machine of yours, where each attempt runs in a jail.

The base image needs Python 3.11 or newer.
"""


def gradescope_zip(out: Path, course: Path | str, exercises: Sequence[str] = ()) -> Path:
    """Write the zip.

    course     the wheel of the course, or what pip is to install: "unblocked[course]==0.1.0"
    exercises  ids; none means all that are handed in
    """
    files: dict[str, tuple[bytes, int]] = {}
    install, what = _install(course, files)
    wrong = [id for id in exercises if not _EXERCISE.fullmatch(id)]
    if wrong:
        raise GradebookError(f"{wrong[0]!r} is no id of an exercise, such as blocking/never_block")
    only = "".join(f" --only {id}" for id in exercises)
    words = {
        "install": install,
        "what": what,
        "exercises": only,
        "graded": ", ".join(exercises) or "every exercise of the course that is handed in",
    }
    files |= {
        "setup.sh": ((_SET_UP % words).encode(), _EXECUTABLE),
        "run_autograder": ((_RUN % words).encode(), _EXECUTABLE),
        "README.txt": ((_README % words).encode(), _PLAIN),
    }
    return put(out, _zipped(files))


def _install(course: Path | str, files: dict[str, tuple[bytes, int]]) -> tuple[str, str]:
    """What pip is to install, and the same in words; a wheel goes into the zip."""
    if isinstance(course, str) and _REQUIREMENT.fullmatch(course.strip()):
        version = course.strip().removeprefix("unblocked").removeprefix("[course]").strip()
        return f"unblocked[course]{version}", f"unblocked {version}".strip()
    wheel = Path(course)
    if not _WHEEL.fullmatch(wheel.name):
        raise GradebookError(
            f"{course}: this is neither a wheel of the course nor a requirement for pip. Next: "
            "give unblocked-VERSION-py3-none-any.whl, or a text such as unblocked[course]==0.1.0"
        )
    try:
        data = wheel.read_bytes()
    except OSError as error:
        raise GradebookError(f"{wheel}: {error.strerror}. Next: give the wheel's path") from None
    if not zipfile.is_zipfile(BytesIO(data)):
        raise GradebookError(f"{wheel}: this is no wheel. Next: build it again")
    files[wheel.name] = data, _PLAIN
    return f"$autograder/source/{wheel.name}[course]", f"the wheel {wheel.name}, which is in here"


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
