"""What forks would each have to import is imported once, in front of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.conftest import write_checks

CHECKS = """
async def test_imported(attempt):
    assert await attempt.call("imported") is True
"""
USE = """
import sys
from pathlib import Path
from checker.engine.engine import engine
from tests.engine.conftest import MADE_UP, job

def use(engine):
    engine.check(job(sys.argv[2]))
    return "fastapi" in sys.modules

print(engine([MADE_UP], use, Path(sys.argv[1])))
"""


@pytest.mark.parametrize(
    ("program", "imported"),
    [
        ("import fastapi\n\n\ndef imported():\n    return True\n", True),
        ("def imported():\n    import json\n    return True\n", False),
    ],
)
def test_the_stack_is_imported_once_and_only_for_programs_that_name_it(
    tmp_path: Path, program: str, imported: bool
) -> None:
    write_checks(tmp_path, CHECKS)
    done = subprocess.run(
        [sys.executable, "-c", USE, str(tmp_path), program],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"{imported}\n"


def test_where_it_is_not_installed_the_verdict_says_so(tmp_path: Path) -> None:
    write_checks(tmp_path, CHECKS)
    hidden = 'import sys\nsys.modules["fastapi"] = None  # as if it were not there\n'
    told = USE.replace(
        "    engine.check(job(sys.argv[2]))\n", "    verdict = engine.check(job(sys.argv[2]))\n"
    ).replace('return "fastapi" in sys.modules', "return verdict.outcome, verdict.checks[0].got")
    program = "import fastapi\n\n\ndef imported():\n    return True\n"
    done = subprocess.run(
        [sys.executable, "-c", hidden + told, str(tmp_path), program],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("('failed', ")
    assert "fastapi" in done.stdout
