"""A thousand students: one at a time, in memory that does not grow with their number."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from checker.classroom.intake import read
from tests.classroom.intake.packed import (
    ANSWER,
    PATH,
    ROOT,
    catalog,
    like_42,
    notebook,
    zipped,
)

MEASURE = r"""
import json, re, sys
from pathlib import Path
from checker.catalog import load
from checker.classroom.intake import read
from tests.classroom.intake.packed import ROOT
catalog = load(ROOT / "exercises")
# Not getrusage: what that calls the most begins with what the parent had.
peak = lambda: int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1])
before, count, works, first = peak(), 0, 0, 0
for submission in read(Path(sys.argv[1]), catalog):
    count += 1
    works += len(submission.works)
    first = first or peak()
print(json.dumps([count, works, first - before, peak() - first]))
"""


def measured(path: Path) -> list[int]:
    """Submissions, works, kB until the first submission, and kB more until the last."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], cwd=ROOT, capture_output=True, check=True
    )
    found: list[int] = json.loads(done.stdout)
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted in other units")
def test_a_thousand_zips_in_a_zip_take_the_memory_of_one(tmp_path: Path) -> None:
    # Half a megabyte that does not shrink, for each student.
    plot = "".join(f"{number * 7919:x}" for number in range(50_000))
    student = zipped((f"work/{PATH}", ANSWER), ("plot.ipynb", notebook("x = 1", more=plot)))
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(1_000):
            archive.writestr(f"student{number:04}.zip", student)
    assert path.stat().st_size > 150_000_000
    count, works, first_kb, more_kb = measured(path)
    assert (count, works) == (1_000, 1_000)
    assert 500 < first_kb < 40_000
    assert more_kb < 5_000


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted in other units")
def test_bombs_take_no_more_memory_than_they_may(tmp_path: Path) -> None:
    bomb = zipped(("42.zip", like_42()), ("a.ipynb", b"[" * (60 << 20)), (PATH, b"\0" * (60 << 20)))
    path = tmp_path / "all.zip"
    path.write_bytes(zipped(*((f"student{number}.zip", bomb) for number in range(20))))
    count, works, first_kb, more_kb = measured(path)
    assert (count, works) == (20, 0)
    assert first_kb + more_kb < 60_000


def test_nothing_is_read_before_it_is_asked_for(tmp_path: Path) -> None:
    packed = zipped((PATH, ANSWER))
    for name in ("ada", "bob"):
        (tmp_path / f"{name}.zip").write_bytes(packed)
    with read(tmp_path, catalog()) as reading:
        assert next(reading).student == "ada"
        (tmp_path / "bob.zip").write_bytes(b"")
        assert [finding.kind for finding in next(reading).findings] == ["damaged", "no exercise"]
