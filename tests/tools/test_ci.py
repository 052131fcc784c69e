"""`.ci/run`: the suite on the oldest supported Python, or a plain word about what is missing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.tools.machine import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with what a script of bash needs."""
    machine = Machine(tmp_path / "a machine")
    for tool in ("bash", "dirname"):
        path = shutil.which(tool)
        assert path is not None
        (machine.root / "bin" / tool).symlink_to(path)
    machine.put("bin/make", '#!/bin/sh\nprintf "%s|" "$@"\n')
    return machine


def test_the_oldest_supported_python_is_named(machine: Machine) -> None:
    machine.python("bin/python3", 15)
    oldest = machine.python("bin/python3.11", 11)
    done = machine.run("../.ci/run", shell="bash")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"test|PYTHON={oldest}|"


def test_without_it_nothing_is_tested_and_that_is_a_failure(machine: Machine) -> None:
    machine.python("bin/python3", 15)
    done = machine.run("../.ci/run", shell="bash")
    assert (done.returncode, done.stdout) == (1, "")
    assert "CI tests on the oldest supported Python, 3.11, and there is none here" in done.stderr
